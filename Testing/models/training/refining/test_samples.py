"""Samples give what the refiner would be told of the same window."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.models.refining.marks import Marks
from SAMSegmenterLib.models.refining.window import SIDE, Window
from SAMSegmenterLib.models.training.refining.samples import MOST_POINTS, Samples, padded_points
from support.refining_samples import disk_samples, disk_window


def test_a_look_shows_picture_answer_and_prompts_of_the_samples_asked_for():
    look = disk_samples(4).looks([1, 2])
    clicks, box = disk_window(1), disk_window(2)
    assert np.allclose(look.colours[0, 0], clicks["colours"][0] * clicks["valid"], atol=1e-3)
    assert np.array_equal(look.valid[1].numpy() > 0, box["valid"])
    assert np.allclose(look.logits[1], box["logits"].astype(np.float32), atol=1e-3)
    assert look.has_box.tolist() == [0, 1]
    assert look.box[0].sum() == 0 and look.clicked[1].sum() == 0 and look.excluded[1].sum() == 0
    row, column = (int(value) for value in np.unravel_index(int(look.clicked[0].argmax()), (SIDE, SIDE)))
    assert abs((column + 0.5) / SIDE - clicks["clicked"][0, 0]) < 0.01
    assert abs((row + 0.5) / SIDE - clicks["clicked"][0, 1]) < 0.01
    row, column = (int(value) for value in np.unravel_index(int(look.excluded[0].argmax()), (SIDE, SIDE)))
    assert (column, row) == (round(0.1 * SIDE - 0.5), round(0.9 * SIDE - 0.5))
    inside = np.argwhere(look.box[1].numpy() > 0)
    x0, y0, x1, y1 = box["box"] * SIDE
    assert inside.min(0).tolist() == [round(y0), round(x0)] and inside.max(0).tolist() == [round(y1) - 1, round(x1) - 1]


def test_marks_of_a_sample_are_drawn_as_those_of_the_refiner():
    window = Window(0.4, 0.5, 0.3)
    marks = Marks((0.3, 0.4, 0.5, 0.55), ((0.35, 0.5),), ((0.45, 0.6), (0.5, 0.45)))
    corners = (*window.inside(marks.box[:2]), *window.inside(marks.box[2:]))
    values = disk_window()
    values |= {"box": np.array(corners, np.float32), "clicked": padded_points(map(window.inside, marks.clicked))}
    values["excluded"] = padded_points(map(window.inside, marks.excluded))
    samples = Samples(1)
    samples.put(0, {name: np.asarray(value)[None] for name, value in values.items()})
    expected = marks.look(disk_planes(), torch.zeros(64, 64), window)
    found = samples.looks([0])
    for name in ("box", "clicked", "excluded"):
        assert torch.allclose(getattr(found, name), getattr(expected, name), atol=1e-3), name
        assert getattr(found, name).max() > 0.9


def disk_planes():
    from SAMSegmenterLib.models.refining.marks import planes_of

    return planes_of(np.zeros((128, 128, 1), np.uint8), 128)


def test_points_are_padded_and_more_than_fit_are_left_out():
    padded = padded_points([(0.25, 0.5)])
    assert padded.shape == (MOST_POINTS, 2) and padded[0].tolist() == [0.25, 0.5] and np.isnan(padded[1:]).all()
    assert not np.isnan(padded_points([(0.1, 0.2)] * 20)).any()


def test_values_that_are_missing_or_of_another_shape_are_refused():
    values = {name: np.asarray(value)[None] for name, value in disk_window().items()}
    with pytest.raises(ValueError, match="other values"):
        Samples(1).put(0, {name: value for name, value in values.items() if name != "truth"})
    with pytest.raises(ValueError, match="truth has the shape"):
        Samples(1).put(0, {**values, "truth": values["truth"][:, :50]})
    with pytest.raises(ValueError, match="has the shape"):
        Samples(1).put(1, values)
