"""Marks of every kind are told to the page where they lie on the picture."""

import json

import numpy as np

from SAMSegmenterLib.core.marks import BoxMark, LassoMark, PointMark, PriorMark, ScribbleMark
from SAMSegmenterLib.workspace.marks_state import marks_state
from SAMSegmenterLib.workspace.orientation import Orientation

MIRRORED = Orientation((20, 10), False, True, False, ("R", "L", "A", "P"))


def test_places_follow_the_picture():
    marks = (
        PointMark("p1", np.array([3.0, 4.0]), 0),
        BoxMark("b1", np.array([2.0, 1.0, 6.0, 9.0])),
        ScribbleMark("s1", np.array([[1.0, 1.0], [5.0, 2.0]]), 1),
        LassoMark("l1", np.array([[1.0, 1.0], [5.0, 2.0], [3.0, 6.0]]), 0),
        PriorMark("m1", np.ones((10, 20), bool)),
    )
    state = marks_state(marks, MIRRORED)
    json.dumps(state)
    assert state == [
        {"id": "p1", "kind": "point", "label": 0, "u": 16.0, "v": 4.0},
        {"id": "b1", "kind": "box", "u": 13.0, "v": 1.0, "w": 4.0, "h": 8.0},
        {"id": "s1", "kind": "scribble", "label": 1, "path": [[18.0, 1.0], [14.0, 2.0]]},
        {"id": "l1", "kind": "lasso", "label": 0, "path": [[18.0, 1.0], [14.0, 2.0], [16.0, 6.0]]},
    ]
