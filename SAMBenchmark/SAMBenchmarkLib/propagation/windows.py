"""The intensities that all methods show the model: one window for all slices, as a viewer has it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from SAMSegmenterLib.core.propagation import PropagationParameters
from SAMSegmenterLib.core.windowing import CT_PRESETS, MinMax, Window
from SAMSegmenterLib.core.windows_choice import frozen, looks_like_hounsfield


def usual_window(array: np.ndarray, start: np.ndarray, modality: str = "") -> Window:
    """What a structure is usually looked at with: soft tissue for CT numbers, else the range of its largest slice.

    Args:
        array: (K, J, I), or (K, J, I, 3) colour.
        start: (H, W) or (H, W, 3), the slice that propagation starts from.
        modality: in words; when it is empty, the values tell whether this is CT.
    """
    is_ct = modality == "CT" if modality else looks_like_hounsfield(array)
    if array.ndim == 3 and is_ct:
        return CT_PRESETS["abdomen"]
    return frozen(MinMax(), start)


def with_one_window(
    parameters: PropagationParameters, array: np.ndarray, start: np.ndarray, modality: str = ""
) -> PropagationParameters:
    """The parameters with a window that does not change from slice to slice; one that was chosen stays."""
    if parameters.window != MinMax():
        return parameters
    return replace(parameters, window=usual_window(array, start, modality))
