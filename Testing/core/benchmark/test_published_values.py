"""The published numbers that come with the package."""

from __future__ import annotations

import pytest

from SAMBenchmarkLib.core.published_values import HUANG, MAZUROWSKI, SHI, SOURCES, published_values


def values(paper, table, **wanted):
    found = published_values(paper, table)
    return [one.value for one in found if all(getattr(one, name) == text for name, text in wanted.items())]


def test_every_table_is_there_in_full():
    assert len(published_values()) == 1734
    assert {one.paper for one in published_values()} == set(SOURCES) == {HUANG, MAZUROWSKI, SHI}
    sizes = {"Table 2": 552, "Table 3": 552, "Table 4": 14, "Table 5": 24, "Table 6": 60, "Table 7": 18, "Table 8": 60}
    assert {table: len(published_values(HUANG, table)) for table in sizes} == sizes
    assert (len(published_values(MAZUROWSKI)), len(published_values(SHI))) == (325, 123)


def test_means_of_printed_rows_are_those_known():
    dice = values(HUANG, "Table 2", model="ViT-B", strategy="S5")
    assert len(dice) == 46 and sum(dice) / 46 == pytest.approx(87.55, abs=0.005)
    hd = values(HUANG, "Table 3", model="ViT-H", strategy="S1")
    assert sum(hd) / 46 == pytest.approx(104.77, abs=0.005)
    boxes = values(MAZUROWSKI, "Fig 2 CSV", strategy="mode 4", metric="IoU (oracle)")
    assert len(boxes) == 28 and sum(boxes) / 28 == pytest.approx(0.744, abs=0.0005)


def test_single_values_are_where_they_were_printed():
    assert values(HUANG, "Table 4", model="ViT-H", strategy="embedding") == [0.4718]
    assert values(HUANG, "Table 8", item="Mean shift 20-30 px", strategy="S6") == [29.93]
    assert values(SHI, "Table 6", item="AMOS CT Average", metric="Dice") == [0.2105]
    assert values(MAZUROWSKI, "Fig 4 CSV", model="SAM (oracle)", strategy="9 point(s)") == [0.6424]
