from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.cli.segment_propagate_stack import stack_of
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.propagation import VolumeStack
from SAMSegmenterLib.core.slicing import SlicePlane

VOLUME = Volume(np.zeros((20, 30, 40), np.uint8), np.diag([1.0, 1.0, 2.0, 1.0]))
X, Y = np.array([0.8, 0.6, 0.0]), np.array([0.0, 0.0, 1.0])
NORMAL = np.cross(X, Y)


def tilted(distance, aside=0.0, x=X, y=Y, spacing=(1.0, 1.0), size=(30, 30)):
    return SlicePlane.oblique(np.array([5.0, 5.0, 5.0]) + distance * NORMAL + aside * X, x, y, spacing, size)


def test_slices_of_the_lattice_keep_their_numbers():
    choice = stack_of(VOLUME, [SlicePlane.lattice(1, 9), SlicePlane.lattice(1, 4)])
    assert (choice.plane.axis, choice.step_mm, choice.indices, choice.letter) == (1, None, (9, 4), "j")


def test_tilted_slices_are_numbered_from_the_first_one_by_the_smallest_spacing():
    choice = stack_of(VOLUME, [tilted(0), tilted(-3), tilted(7)])
    assert (choice.step_mm, choice.indices, choice.letter) == (1.0, (0, -3, 7), "tilted")
    stack = VolumeStack(VOLUME, choice.plane, choice.step_mm)
    np.testing.assert_allclose(stack.plane(-3).origin_ras, tilted(-3).origin_ras, atol=1e-9)


def test_a_step_is_found_that_meets_all_slices_or_is_told():
    assert stack_of(VOLUME, [tilted(0), tilted(2.5), tilted(5)]).step_mm == pytest.approx(1.25)
    choice = stack_of(VOLUME, [tilted(0), tilted(2.5)], 0.5)
    assert (choice.step_mm, choice.indices) == (0.5, (0, 5))


def test_the_noise_of_a_slice_view_does_no_harm():
    noisy = [tilted(4 + 1e-3, 1e-3, X + 1e-6), tilted(4)]
    assert stack_of(VOLUME, [tilted(0), *noisy]).indices == (0, 4, 4)


@pytest.mark.parametrize(
    ("planes", "step", "said"),
    [
        ([SlicePlane.lattice(0, 1), SlicePlane.lattice(2, 1)], None, "slices along i and slices along k"),
        ([SlicePlane.lattice(0, 1), tilted(0)], None, "slices along k and tilted slices"),
        ([SlicePlane.lattice(0, 1)], 2.0, "--step is for tilted slices"),
        ([tilted(0), tilted(2.5), tilted(6.1)], None, "not multiples of one step"),
        ([tilted(0), tilted(2.5)], 2.0, "not multiples of one step"),
        ([tilted(0), tilted(3, aside=2)], None, "do not lie over each other"),
        ([tilted(0), tilted(3, x=-X)], None, "do not lie over each other"),
        ([tilted(0), tilted(3, spacing=(2.0, 1.0))], None, "do not lie over each other"),
        ([tilted(0), tilted(3, size=(31, 30))], None, "do not lie over each other"),
    ],
)
def test_planes_that_make_no_stack_are_refused_with_a_hint(planes, step, said):
    with pytest.raises(InputError, match=said) as caught:
        stack_of(VOLUME, planes, step)
    assert caught.value.hint
