"""Which windows a slice is shown to the model with: the displayed one, a chosen one, or several to compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.windowing import Limits, Window

AUTO = "auto"
DISPLAYED = "displayed"


@dataclass(frozen=True)
class NamedWindow:
    """A window and what the user calls it."""

    name: str
    window: Window


def windows_to_try(
    choice: str, pixels: np.ndarray, displayed: Window | None = None, hounsfield: bool | None = None
) -> tuple[NamedWindow, ...]:
    """Windows of a choice: one, or with "auto" up to four whose pictures differ.

    Args:
        choice: "auto", "displayed", or a text that `parse_window` knows ("minmax", "lung", "level-width:40,400").
        pixels: (H, W) slice, or (H, W, 3) colour, which has no window to choose.
        displayed: the viewer's window, None where there is none.
        hounsfield: True for CT numbers; None asks the pixels.

    Raises:
        InputError: no such window.
    """
    raise NotImplementedError


def best_window(answers: Sequence[Candidates]) -> int:
    """Index of the answer that holds the best-scored candidate, the first on ties.

    Raises:
        InputError: there is no answer.
    """
    raise NotImplementedError


def frozen(window: Window, pixels: np.ndarray) -> Limits:
    """A window that no longer depends on pixels or viewer: the limits it has on this slice."""
    raise NotImplementedError


def window_text(window: Window) -> str:
    """A window as `parse_window` reads it, numbers to the last bit."""
    raise NotImplementedError


def looks_like_hounsfield(pixels: np.ndarray) -> bool:
    """True when values look like CT numbers: air near -1000, nothing far below it."""
    raise NotImplementedError
