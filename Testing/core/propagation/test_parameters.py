"""Parameters and their limits."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.propagation import PropagationParameters
from SAMSegmenterLib.core.slicing import SlicePlane


@pytest.mark.parametrize(
    "wrong",
    [
        {"axis": -1},
        {"search_px": -1},
        {"patience": 0},
        {"zoom": 1.0},
        {"zoom": -1.0},
        {"zoom": 1000.0},
        {"motion": -0.1},
        {"keyframe_share": 1.1},
        {"learning": 2.0},
        {"min_evidence": float("nan")},
        {"model_weight": -1.0},
        {"model_weight": float("inf")},
        {"texture_weight": float("nan")},
        {"search_px": 33},
        {"model_weight": 0, "shape_weight": 0, "intensity_weight": 0, "texture_weight": 0},
        {"first": 5, "last": 4},
        {"box": False, "point": False, "logits": False},
    ],
)
def test_what_cannot_be_is_refused_with_words(wrong):
    with pytest.raises(InputError) as caught:
        PropagationParameters(**wrong)
    assert len(caught.value.message) > 20


@pytest.mark.parametrize(
    "fine",
    [
        {"zoom": 0},
        {"first": 4, "last": 4},
        {"patience": 9},
        {"search_px": 0},
        {"search_px": 32},
        {"point": False},
        {"motion": 0},
    ],
)
def test_limits_belong_to_what_is_allowed(fine):
    parameters = PropagationParameters(**fine)
    assert all(getattr(parameters, name) == value for name, value in fine.items())


def test_slices_are_stacked_along_the_axis_unless_a_plane_is_given():
    assert PropagationParameters(axis=2).stacked_along == SlicePlane.lattice(2, 0)
    plane = SlicePlane.oblique(np.zeros(3), (1, 0, 0), (0, 1, 0), (1.0, 1.0), (9, 9))
    assert PropagationParameters(axis=2, plane=plane).stacked_along is plane
