"""Strips: a few slices of one structure with reference and result."""

import io

import numpy as np
from PIL import Image

from SAMBenchmarkLib.propagation.strips import shown_slices, strip, strip_name, write_strip
from SAMBenchmarkLib.report.pictures import PREDICTION_COLOUR, REFERENCE_COLOUR


def test_slices_are_spread_from_end_to_end_with_the_start_among_them(a_measured):
    masks = dict.fromkeys(range(0, 18), np.ones((40, 40), bool))
    numbers = shown_slices(a_measured.subject, masks)
    assert numbers[0] == 1 and numbers[-1] == 17 and a_measured.subject.part.start in numbers and len(numbers) <= 6


def test_a_strip_shows_outlines_in_both_colours(a_measured, tmp_path):
    write_strip(a_measured, tmp_path)
    content = (tmp_path / strip_name(a_measured.record)).read_bytes()
    assert content == strip(a_measured.subject, a_measured.masks)
    with Image.open(io.BytesIO(content)) as image:
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 24)}
    for wanted in (REFERENCE_COLOUR, PREDICTION_COLOUR):
        assert any(max(abs(a - b) for a, b in zip(wanted, colour, strict=True)) < 40 for colour in colours)
