from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from SAMSegmenterLib.cli.segment_propagate_picture import CAPTION, COLUMNS, GAP, TILE, _part
from SAMSegmenterLib.files.slicer_segments import colour_of
from support.case_files import write_volume
from support.phantoms import matrix, two_boxes_volume
from support.segment_command import Bench


def picture(bench, keyframes="7"):
    more = ("--keyframes", keyframes, "--range", "4:11", "--picture", str(bench.folder / "p.png"), "--overwrite")
    assert bench.run("--refine", "truth.seg.nrrd", "--propagate", *more) == 0
    with Image.open(bench.folder / "p.png") as image:
        return np.array(image.convert("RGB"))


def tile(pixels, number):
    top, left = GAP + number // COLUMNS * (TILE + CAPTION + GAP), GAP + number % COLUMNS * (TILE + GAP)
    return pixels[top : top + TILE, left : left + TILE]


def test_a_tile_shows_the_slice_and_the_outline_in_the_colour_of_its_structure(tmp_path):
    pixels = picture(Bench.of(tmp_path))
    assert pixels.shape == (3 * (TILE + CAPTION + GAP) + GAP, COLUMNS * (TILE + GAP) + GAP, 3)
    shown = [
        [bool((tile(pixels, n) == np.rint(255 * np.array(colour_of(value)))).all(axis=2).any()) for value in (1, 2)]
        for n in range(12)
    ]
    assert all(first != second for first, second in shown)
    assert len({tuple(one) for one in shown}) == 2


@pytest.mark.parametrize("lps", [False, True])
def test_left_and_posterior_are_shown_on_the_right_and_below_however_the_file_runs(tmp_path, lps):
    volume, _truth = two_boxes_volume(ijk_to_ras=matrix(lps=lps))
    bench = Bench.of(tmp_path, ijk_to_ras=matrix(lps=lps))
    write_volume(tmp_path / "volume.nrrd", volume)
    first = tile(picture(bench), 0).astype(int)
    rim = (first == np.rint(255 * np.array(colour_of(1)))).all(axis=2)
    if not rim.any():
        rim = (first == np.rint(255 * np.array(colour_of(2)))).all(axis=2)
        assert (np.nonzero(rim)[1].mean() > TILE / 2) == lps
    else:
        assert (np.nonzero(rim)[1].mean() < TILE / 2) == lps


def test_the_part_shown_is_a_square_round_the_mask_inside_the_slice():
    mask = np.zeros((200, 300), bool)
    mask[190:200, 0:100] = True
    rows, columns = _part(mask)
    assert rows.stop == 200 and columns.start == 0
    assert columns.stop - columns.start == 220 and rows.stop - rows.start == 200
