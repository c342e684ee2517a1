from __future__ import annotations

from SAMBenchmarkLib.scene.palette import structure_colours


def test_colours_are_distinct_and_from_0_to_1():
    colours = structure_colours([f"s{n}" for n in range(60)])
    assert len(set(colours.values())) == 60
    assert all(0 <= part <= 1 for colour in colours.values() for part in colour)


def test_the_same_names_get_the_same_colours_and_repeated_ones_count_once():
    assert structure_colours(["a", "b", "a"]) == structure_colours(["a", "b"])
    assert structure_colours(["a", "b", "c"])["b"] == structure_colours(["a", "b"])["b"]
