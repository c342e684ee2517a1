"""Prompts check what they are given and survive JSON."""

import json

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts


def test_prompts_survive_json_exactly():
    said = Prompts.of([(1, 2), (3.5, 4)], [(0, 0)], (0, 1, 5, 6))
    again = Prompts.from_json(json.loads(json.dumps(said.to_json())))
    assert np.array_equal(again.points, said.points) and np.array_equal(again.labels, [1, 1, 0])
    assert np.array_equal(again.box, said.box)


def test_nothing_said_is_empty_and_a_box_alone_is_not():
    assert Prompts.of().is_empty and Prompts().is_empty
    assert Prompts().points.shape == (0, 2) and Prompts().labels.shape == (0,)
    assert not Prompts.of(box=(0, 0, 0, 0)).is_empty


@pytest.mark.parametrize(
    ("points", "labels", "box"),
    [
        ([(1, 2)], [], None),
        ([(1, 2)], [2], None),
        ([(np.nan, 2)], [1], None),
        ([], [], (5, 0, 1, 1)),
        ([], [], (0, 0, 1)),
        ([], [], (0, 0, np.inf, 1)),
    ],
)
def test_impossible_prompts_are_input_errors(points, labels, box):
    with pytest.raises(InputError):
        Prompts(points, labels, box)
