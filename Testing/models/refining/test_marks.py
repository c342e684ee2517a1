"""Prompts land in windows where they were set, and pictures keep what the model does not see."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.refining.marks import FINER, Marks, kept_picture, planes_of
from SAMSegmenterLib.models.refining.window import SIDE, Window


def test_a_grey_slice_keeps_one_channel_and_a_coloured_one_three():
    rng = np.random.default_rng(0)
    grey = np.repeat(rng.integers(0, 255, (60, 90, 1), np.uint8), 3, axis=2)
    assert kept_picture(grey, (20, 30)).shape == (40, 60, 1)
    coloured = grey.copy()
    coloured[3, 4, 2] ^= 1
    assert kept_picture(coloured, (20, 30)).shape == (40, 60, 3)


def test_a_slice_of_that_size_is_kept_as_it_is():
    slice_ = np.repeat(np.random.default_rng(1).integers(0, 255, (FINER * 20, FINER * 30, 1), np.uint8), 3, axis=2)
    np.testing.assert_array_equal(kept_picture(slice_, (20, 30))[..., 0], slice_[..., 0])


@pytest.mark.filterwarnings("error")
def test_slices_that_cannot_be_written_are_kept_without_a_warning():
    slice_ = np.full((9, 9, 3), 5, np.uint8)
    slice_.setflags(write=False)
    assert (kept_picture(slice_[::-1, 2:], (9, 7)) == 5).all()


def test_planes_hold_brightness_and_tints_and_end_with_the_picture():
    picture = np.zeros((30, 64, 3), np.uint8)
    picture[..., 0], picture[..., 1], picture[..., 2] = 90, 60, 30
    planes = planes_of(picture, 64)._levels[1]
    assert planes.shape == (4, 64, 64)
    assert planes[:, 29, 63].tolist() == [60, 30, -30, 1] and planes[:, 30, 0].tolist() == [0, 0, 0, 0]
    grey = planes_of(picture[..., :1], 64)._levels[1]
    assert grey[:, 0, 0].tolist() == [90, 0, 0, 1]


def test_prompts_become_shares_of_the_square():
    prompts = Prompts(np.array([[9.5, 4.5], [19.5, 9.5]]), np.array([1, 0]), np.array([10.0, 5.0, 29.0, 14.0]))
    marks = Marks.of(prompts, (1 / 40, 1 / 40))
    assert marks.clicked == ((0.25, 0.125),) and marks.excluded == ((0.5, 0.25),)
    assert marks.box == (0.25, 0.125, 0.75, 0.375)
    nothing = Marks.of(Prompts(np.zeros((0, 2)), np.zeros(0, int), np.array([0.0, 0.0, 9.0, 9.0])), (0.1, 0.1))
    assert nothing.clicked == () == nothing.excluded and nothing.box == (0.0, 0.0, 1.0, 1.0)


def test_a_look_shows_box_and_points_where_they_are():
    planes = planes_of(np.full((128, 128, 1), 77, np.uint8), 128)
    marks = Marks((0.45, 0.4, 0.6, 0.5), ((0.5, 0.45),), ((0.3, 0.6), (0.7, 0.6)))
    window = Window(0.5, 0.5, 0.5)
    look = marks.look(planes, torch.zeros(32, 32), window)

    def at(plane, x, y):
        column, row = (int(share * SIDE) for share in window.inside((x, y)))
        return float(plane[0, row, column])

    assert look.has_box.tolist() == [1.0]
    assert at(look.box, 0.5, 0.45) == 1 == at(look.box, 0.46, 0.41) and at(look.box, 0.5, 0.52) == 0
    assert at(look.clicked, 0.5, 0.45) > 0.9 and at(look.clicked, 0.3, 0.6) < 0.01
    assert at(look.excluded, 0.3, 0.6) > 0.9 < at(look.excluded, 0.7, 0.6) and at(look.excluded, 0.5, 0.45) < 0.01
    assert (look.colours[0, 0] == pytest.approx(77)) and (look.valid == 1).all()


def test_without_a_box_its_plane_is_empty():
    look = Marks(None, (), ()).look(
        planes_of(np.zeros((9, 9, 1), np.uint8), 64), torch.zeros(32, 32), Window(0.5, 0.5, 1)
    )
    assert look.has_box.tolist() == [0.0]
    assert not look.box.any() and not look.clicked.any() and not look.excluded.any()
