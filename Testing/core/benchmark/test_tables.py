"""Tables keep their columns together."""

import pytest

from SAMBenchmarkLib.core.tables import Table
from SAMSegmenterLib.core.errors import InputError


def test_rows_and_columns_are_two_views_of_one_table():
    table = Table.from_rows("t", "T", ("name", "dice"), [("a", 0.5), ("b", 1.0)])
    assert table.columns == {"name": ["a", "b"], "dice": [0.5, 1.0]}
    assert table.rows == [("a", 0.5), ("b", 1.0)]


def test_tab_separated_text_has_a_header_and_nothing_that_slicer_cannot_read():
    table = Table("t", "T", {"name": ["left\tlung", 'the "cyst"\n', " vein", None], "dice": [0.25, float("nan"), 1, 0]})
    assert table.to_tsv() == "name\tdice\nleft lung\t0.25\nthe 'cyst' \tnan\nvein\t1\n\t0\n"


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(InputError, match="different lengths"):
        Table("t", "T", {"a": [1], "b": []})
