"""What the refining network is told of a window says how its pixels differ inside and around a mask."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.models.refining.appearance import CHANNELS, Look, described, log_ratio
from SAMSegmenterLib.models.refining.window import SIDE

RATIO, TINT, OWN, CLICKED = 12, 13, 14, 15


def a_look(bright=180.0, dark=60.0, colours=(0.0, 0.0), box=False):
    """A bright square in the middle, found but for its right edge, with a click inside."""
    brightness = torch.full((1, SIDE, SIDE), dark)
    brightness[:, 30:80, 30:80] = bright
    logits = torch.full((1, SIDE, SIDE), -6.0)
    logits[:, 30:80, 30:70] = 6.0
    tints = [torch.where(brightness == bright, value, 0.0) for value in colours]
    clicked = torch.zeros(1, SIDE, SIDE)
    clicked[:, 50, 50] = 1.0
    inside = torch.zeros(1, SIDE, SIDE)
    inside[:, 28:82, 28:82] = float(box)
    none = torch.zeros(1, SIDE, SIDE)
    valid = torch.ones(1, SIDE, SIDE)
    valid[:, 100:] = 0
    return Look(torch.stack([brightness, *tints], 1), valid, logits, inside, torch.tensor([float(box)]), clicked, none)


def test_every_channel_is_finite_and_nothing_is_said_of_what_lies_beyond_the_picture():
    channels = described(a_look(colours=(20.0, -20.0), box=True))
    assert channels.shape == (1, CHANNELS, SIDE, SIDE) and channels.isfinite().all()
    for number in (0, 1, 4, RATIO, TINT, OWN, CLICKED):
        assert (channels[0, number, 100:] == 0).all()


def test_what_the_mask_missed_looks_like_what_it_found():
    ratio = described(a_look())[0, RATIO]
    assert ratio[50, 75] == pytest.approx(float(ratio[50, 50]), abs=1e-5)
    assert ratio[50, 75] > 1 > -1 > ratio[10, 10]


def test_colours_tell_where_brightness_does_not():
    channels = described(a_look(bright=100.0, dark=100.0001, colours=(60.0, 0.0)))[0]
    assert channels[TINT, 50, 75] > 1 > channels[TINT, 10, 10]
    assert (described(a_look())[0, TINT] == 0).all()


def test_distances_are_from_the_brightness_of_mask_and_click():
    channels = described(a_look())[0]
    assert channels[OWN, 50, 50] < 0.1 < channels[OWN, 10, 10]
    assert channels[CLICKED, 50, 75] == 0 < channels[CLICKED, 10, 10]


def test_outside_a_box_counts_as_around():
    look = a_look(box=True)
    look.logits[:, :20] = 6.0  # beyond the box, so it cannot be the object
    with_box = described(look)[0, RATIO, 10, 10]
    without = described(Look(*look._parts()[:4], torch.zeros(1), *look._parts()[5:]))[0, RATIO, 10, 10]
    assert with_box < without - 0.3


def test_windows_are_described_alone_and_together_alike():
    looks = [a_look(), a_look(bright=90.0, box=True)]
    together = described(Look.together(looks))
    for number, look in enumerate(looks):
        assert torch.allclose(together[number], described(look)[0], atol=1e-5)


def test_the_log_ratio_is_that_of_the_shares():
    values = torch.from_numpy(np.repeat([0.25, 0.75], [50, 50]).astype(np.float32).reshape(1, 10, 10))
    inside = torch.ones(1, 10, 10)
    around = torch.cat([torch.full((1, 5, 10), 3.0), torch.ones(1, 5, 10)], 1)
    ratio = log_ratio(values, inside, around, 41)
    assert ratio[0, 0, 0] == pytest.approx(np.log(0.5 / 0.75), abs=0.03)
    assert ratio[0, 9, 9] == pytest.approx(np.log(0.5 / 0.25), abs=0.05)
