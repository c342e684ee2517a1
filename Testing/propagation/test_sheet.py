"""The contact sheet: strips of the worst, the middle and the best structures."""

import io

from PIL import Image

from SAMBenchmarkLib.propagation.sheet import caption, contact_sheet
from SAMBenchmarkLib.propagation.strips import strip_name
from SAMBenchmarkLib.validation.contact_sheets import CAPTION, GAP, HEADING, TILE


def test_three_structures_of_each_kind_are_shown_and_none_twice(a_record, tmp_path):
    records = [a_record("a", f"s{number}", own=number / 8) for number in range(5)]
    for number, record in enumerate(records):
        Image.new("RGB", (60, TILE + CAPTION), (50 * number, 0, 0)).save(tmp_path / strip_name(record))
    height = HEADING + TILE + CAPTION + GAP
    with Image.open(io.BytesIO(contact_sheet(records, tmp_path))) as image:
        rgb = image.convert("RGB")
        reds = [rgb.getpixel((20, GAP + HEADING + 60 + number * height))[0] for number in range(5)]
    assert reds == [0, 50, 100, 150, 200] and rgb.height < 6 * height


def test_structures_without_a_strip_are_left_out(a_record, tmp_path):
    with Image.open(io.BytesIO(contact_sheet([a_record()], tmp_path))) as image:
        assert image.height < 60
    assert caption("worst", a_record(own=0.5)) == "worst: a/s, organ, slices 2 to 11: Dice 0.50"
