"""The picture of a training shows what the log says, stage by stage."""

import numpy as np
import pytest
from PIL import Image

from SAMBenchmarkLib.report.training_plot import (
    _figure,
    moving_mean,
    stage_parts,
    step_seconds,
    write_training_plot,
)


def record(step, size=64, prompts=True, **more):
    losses = {"box_mask": 2.0 / step, "point_mask": 3.0 / step, "clicks_mask": 2.5 / step} if prompts else {}
    return {"step": step, "size": size, "rate": 0.001, "grouping": 0.5, "seconds": 2.0 * step, **losses, **more}


STEPS = [record(1), record(2), record(3, prompts=False), record(4, 128), record(5, 128), record(6, 128)]


def test_stages_are_told_by_image_size_and_prompts():
    assert stage_parts(STEPS) == [slice(0, 2), slice(2, 3), slice(3, 6)]
    assert stage_parts(STEPS[:1]) == [slice(0, 1)]


def test_seconds_per_step_survive_a_clock_that_starts_again():
    assert step_seconds(np.array([1.0, 3.0, 3.5, 0.7, 1.7])).tolist() == pytest.approx([1.0, 2.0, 0.5, 0.7, 1.0])


def test_the_moving_mean_narrows_at_the_ends_and_passes_over_gaps():
    assert moving_mean(np.array([1.0, 2.0, 6.0]), 3).tolist() == pytest.approx([1.5, 3.0, 4.0])
    assert moving_mean(np.array([1.0, np.nan, 5.0]), 3).tolist() == pytest.approx([1.0, 3.0, 5.0])
    assert np.isnan(moving_mean(np.full(3, np.nan), 3)).all()
    assert moving_mean(np.array([4.0, 8.0, 6.0]), 99).tolist() == pytest.approx([6.0, 6.0, 7.0])


def lines_of(axes, colour):
    return [line for line in axes.lines if line.get_color() == colour]


def test_losses_rate_and_time_are_drawn_and_no_line_crosses_a_border():
    losses, rate, time = _figure(STEPS, []).axes
    assert [text.get_text() for text in losses.get_legend().get_texts()] == [
        "box",
        "one point",
        "several clicks",
        "grouping",
    ]
    boxes = lines_of(losses, "#d55e00")
    assert [line.get_xdata().tolist() for line in boxes] == [[1, 2], [4, 5, 6]]
    assert boxes[1].get_ydata().tolist() == pytest.approx([2 / 4, 2 / 5, 2 / 6])
    assert [line.get_xdata().tolist() for line in lines_of(losses, "#77699e")] == [[1, 2], [3], [4, 5, 6]]
    assert rate.lines[0].get_ydata().tolist() == [0.001] * 6
    assert time.lines[0].get_ydata().tolist() == pytest.approx([2.0, 2.0])


def test_borders_carry_the_names_of_the_stages():
    figure = _figure(STEPS, [])
    assert [text.get_text() for text in figure.axes[0].texts] == ["64 px", "64 px, grouping", "128 px"]
    for axes in figure.axes:
        assert [line.get_xdata()[0] for line in lines_of(axes, "#8b9aa3")] == [2.5, 3.5]


def test_where_images_were_halved_is_marked():
    figure = _figure(STEPS, [{"step": 4, "images": 2}, {"step": 5, "images": 1}])
    assert [line.get_xdata()[0] for line in lines_of(figure.axes[2], "#c03030")] == [4, 5]
    assert [text.get_text() for text in figure.axes[0].texts if text.get_color() == "#c03030"] == [
        "2 images per step",
        "1 images per step",
    ]


@pytest.mark.parametrize(
    "records",
    [STEPS, STEPS[:1], [*STEPS, {"step": 6, "note": "halved", "images": 2}, {"step": 6, "note": "other computer"}]],
)
def test_the_file_is_a_picture_and_the_same_log_gives_the_same_bytes(tmp_path, records):
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    write_training_plot(records, first)
    write_training_plot(records, second)
    with Image.open(first) as picture:
        assert picture.format == "PNG" and picture.width > 600
        assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) > 10
    assert first.read_bytes() == second.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"first.png", "second.png"}


def test_without_steps_nothing_is_drawn(tmp_path):
    write_training_plot([], tmp_path / "training.png")
    write_training_plot([{"step": 0, "note": "halved", "images": 2}], tmp_path / "training.png")
    assert not list(tmp_path.iterdir())


def test_logs_without_losses_of_a_round_are_drawn(tmp_path):
    write_training_plot([record(step, prompts=False) for step in range(1, 4)], tmp_path / "training.png")
    assert (tmp_path / "training.png").stat().st_size > 1000
