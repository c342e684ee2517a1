import math

import pytest

from SAMBenchmarkLib.core.reader_agreement import reader_rows, reader_volumes
from SAMBenchmarkLib.core.reader_tables import READER_TABLES, ReaderRows, reader_tables
from support.readers import a_reader


def all_rows(cases, voxel_ml=0.006):
    slices = [row for name, one, other in cases for row in reader_rows(name, one, other)]
    volumes = [row for name, one, other in cases for row in reader_volumes(name, one, other)]
    return ReaderRows(slices, volumes, {name: voxel_ml for name, _, _ in cases})


def lines(tables, name):
    table = next(table for table in tables if table.name == name)
    return [dict(zip(table.header, values, strict=True)) for values in table.rows]


THREE = [(f"case {width}", a_reader(width), a_reader(width + 1)) for width in (4, 5, 6)]


def test_there_are_figures_per_object_and_per_volume():
    tables = reader_tables(all_rows(THREE))
    assert tuple(table.name for table in tables) == READER_TABLES
    objects, volumes = lines(tables, "readers")
    assert (objects["of_each"], objects["n"], volumes["of_each"], volumes["n"]) == ("slice", 9, "volume", 3)
    # a column of 8 pixels more, of 5 to 9 columns
    expected = [2 * c / (2 * c + 1) for width in (4, 5, 6) for c in (width + 1, width + 2, width + 3)]
    assert objects["dice_percent_mean"] == pytest.approx(100 * sum(expected) / 9)
    assert objects["hd_mm_mean"] == pytest.approx(1.0) and objects["found_by_one_only"] == 0


def test_volumes_are_in_millilitres_and_differences_second_less_first():
    tables = reader_tables(all_rows(THREE))
    volume, area = lines(tables, "reader_measures")
    assert (volume["measure"], volume["unit"], volume["n"]) == ("volume", "ml", 3)
    assert volume["bias"] == pytest.approx(3 * 8 * 0.006) and area["bias"] == pytest.approx(8)
    first = lines(tables, "reader_volumes")[0]
    assert (first["first_voxels"], first["second_voxels"]) == (8 * 18, 8 * 21)
    assert first["first_ml"] == pytest.approx(8 * 18 * 0.006)
    assert first["difference_percent"] == pytest.approx(100 * 3 / 19.5)


def test_volumes_are_in_voxels_where_pixels_have_no_size():
    tables = reader_tables(all_rows(THREE, math.nan))
    assert lines(tables, "reader_measures")[0]["unit"] == "voxels"
    assert math.isnan(lines(tables, "reader_volumes")[0]["first_ml"])


def test_one_case_has_no_interval_and_says_so():
    row = lines(reader_tables(all_rows(THREE[:1])), "reader_intervals")[0]
    assert math.isnan(row["bca_low"]) and "1 case" in row["note"]


def test_what_one_reader_alone_outlined_is_counted_and_named():
    tables = reader_tables(all_rows([("a", a_reader(5, (1, 2)), a_reader(5, (2, 3)))]))
    objects, _ = lines(tables, "readers")
    assert (objects["n"], objects["found_by_one_only"], objects["hd_mm_undefined"]) == (3, 2, 2)
    assert [row["note"] for row in lines(tables, "reader_slices")] == [
        "outlined by the first reader only", "", "outlined by the second reader only",
    ]  # fmt: skip
