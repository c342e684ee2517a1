"""Which window the other slices are shown with."""

from __future__ import annotations

import pytest

from SAMSegmenterLib.core.prompt_file import (
    PromptFile,
    SegmentPrompts,
    SlicePromptRecord,
    identity_of,
    write_prompt_file,
)
from SAMSegmenterLib.core.prompt_marks import MarkSet, PointMark
from SAMSegmenterLib.core.propagation import propagate
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windowing import Limits, MinMax
from SAMSegmenterLib.files.images import read_image
from support.segment_command import Bench


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """The window of a propagation from points on slices 7 and 8 whose prompts had given windows."""
    windows = []

    def watched(volume, keyframes, predictor, parameters, *rest):
        windows.append(parameters.window)
        return propagate(volume, keyframes, predictor, parameters, *rest)

    monkeypatch.setattr("SAMSegmenterLib.cli.segment_propagate_run.propagate", watched)
    bench = Bench.of(tmp_path)
    place = identity_of(read_image(tmp_path / "volume.nrrd").frames[0])

    def run(own, *more, whole="minmax"):
        marks = MarkSet((PointMark("p1", (8, 8)),))
        records = [SlicePromptRecord(SlicePlane.lattice(0, 7 + n), marks, window=text) for n, text in enumerate(own)]
        prompts = PromptFile(place, window=whole, segments=(SegmentPrompts("a", "left", records),))
        (tmp_path / "p.json").write_text(write_prompt_file(prompts), encoding="utf-8")
        words = ("--prompts", "p.json", "--propagate", "--range", "4:11", "--overwrite")
        assert bench.run(*words, *more) == 0
        return windows[-1]

    return run


def test_slices_are_shown_as_the_prompts_were(shown, capsys):
    assert shown([None, None]) == MinMax()
    assert shown([None, None], whole="limits:0,255") == Limits(0, 255)
    assert shown(["limits:0,220", "limits:0,220"]) == Limits(0, 220)
    assert shown(["limits:0,220", "limits:0,220"], "--window", "limits:10,210") == Limits(10, 210)
    assert "windows" not in capsys.readouterr().err


def test_several_windows_give_the_one_of_the_largest_mask_and_it_is_said(shown, capsys):
    assert shown(["limits:0,220", "limits:0,230"]) == Limits(0, 220)
    assert "the prompts were made with 2 windows" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["auto", "displayed"])
def test_a_way_to_choose_becomes_one_window(shown, text):
    window = shown([None], whole=text)
    assert window in (MinMax(), Limits(50, 200))
    assert (window == MinMax()) == (text == "displayed")
