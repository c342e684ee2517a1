"""Tables of known scores."""

import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.statistics.bootstrap import Estimate
from SAMBenchmarkLib.validation.comparison import compare
from SAMBenchmarkLib.validation.criteria import Verdict
from SAMBenchmarkLib.validation.prompting import PROMPTS
from SAMBenchmarkLib.validation.tables import (
    best_baselines,
    calibration_table,
    compact_table,
    comparison_table,
    criteria_table,
    figure,
    intervals_table,
    markdown,
    means_table,
    summary_table,
    with_interval,
)


def cells(table):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


@pytest.fixture
def scores(a_score):
    figures = {"box": (0.6, 0.8), "point": (0.4, 0.5), "5 clicks": (0.5, 0.5), "10 clicks": (0.7, 0.7)}
    found = []
    for group, source in (("new subjects", "a"), ("new sources", "b")):
        for subject, shift in (("p", -0.1), ("q", 0.1)):
            for prompt, (chosen, oracle) in figures.items():
                others = {"box": {"ellipse": 0.3, "otsu": 0.5}, "point": {"flood_fill": 0.2}}.get(prompt, {})
                found.append(a_score(source, chosen + shift, oracle + shift, prompt, subject, group, **others))
    return found


def test_figures_have_three_decimals_and_a_dash_where_there_is_none():
    assert [figure(0.12345), figure(0.5, sign=True), figure(-0.5, sign=True), figure(math.nan)] == [
        "0.123",
        "+0.500",
        "-0.500",
        "-",
    ]
    assert with_interval(Estimate(0.5, np.linspace(0, 1, 1001))) == "0.500 (0.025 to 0.975)"
    assert with_interval(Estimate(0.5, np.full(9, 0.5)), sign=True) == "+0.500"


def test_a_table_has_a_line_per_row_and_no_stray_bars():
    assert markdown(["x", "y"], [["a|b", "1"]]) == "| x | y |\n| --- | --- |\n| a/b | 1 |"


def test_means_stand_beside_the_classical_methods_that_were_run(scores):
    header, _, first, last = cells(means_table(scores[:8]))
    titles = ["source", "subjects", "objects", "box", "ellipse, box", "Otsu, box", "point", "flood fill, point"]
    assert header == [*titles, "5 clicks", "10 clicks"]
    assert first[:6] == ["a", "2", "2", "0.600 / 0.800", "0.300", "0.500"]
    assert first[6:] == ["0.400 / 0.500", "0.200", "0.500 / 0.500", "0.700 / 0.700"]
    assert last[0] == "**mean of sources**" and last[3] == "0.600 (0.500 to 0.700) / 0.800" and last[4] == "0.300"


def test_differences_to_the_best_baseline_have_intervals(scores):
    best = best_baselines(scores)
    assert best == {"box": "otsu", "point": "flood_fill", "5 clicks": None, "10 clicks": None}
    header, _, first, last = cells(intervals_table(scores[:8], best))
    assert header == ["source", "box", "box less Otsu", "point", "point less flood fill", "5 clicks", "10 clicks"]
    assert first[2] == "+0.100 (+0.000 to +0.200)" and first[5] == "0.500 (0.400 to 0.600)"
    assert last[0] == "**mean of sources**"


def test_the_summary_reads_groups_apart_and_together(scores):
    rows = cells(summary_table(scores, best_baselines(scores)))[2:]
    assert len(rows) == 3 * len(PROMPTS)
    assert [row[1] for row in rows[:3]] == ["new subjects", "new sources", "**all sources**"]
    assert rows[2][0] == "box" and rows[2][2].startswith("0.600 (") and rows[2][4] == "Otsu: 0.500"
    assert rows[2][5].startswith("+0.100 (") and rows[-1][4:] == ["-", "-"]
    assert len(cells(summary_table(scores[:8], best_baselines(scores)))) == 2 + 2 * len(PROMPTS)


def test_compact_objects_have_a_table_of_their_own(a_score, scores):
    scattered = a_score("a", 0.0, part=0.2, ellipse=0.1)
    third = a_score("b", 0.3, label=2, subject="r", group="new sources", ellipse=0.3, otsu=0.5)
    rows = cells(compact_table([*scores, scattered, third]))
    assert rows[0] == ["source", "subjects", "objects", "box", "ellipse", "Otsu"]
    assert rows[2] == ["a", "2", "2", "0.600 (0.500 to 0.700)", "0.300", "0.500"]
    assert rows[3][:3] == ["b", "3", "3"] and rows[3][3].startswith("0.500 (")
    assert rows[4][:3] == ["**mean of sources**", "5", "5"] and rows[4][3].startswith("0.550 (")
    assert rows[5] == ["**mean of objects**", "5", "5", "0.540", "0.300", "0.500"]


def test_calibration_is_shown_per_prompt_and_over_all(scores):
    rows = cells(calibration_table(scores))
    assert [row[0] for row in rows[2:]] == [*PROMPTS, "**all prompts**"]
    assert rows[-1] == ["**all prompts**", "16", "0.000", "-"]


def test_a_comparison_says_who_knew_a_source(scores, a_score):
    against = [
        a_score(s.about.source, s.chosen - 0.05, prompt=s.prompt, subject=s.about.subject, group=s.about.group)
        for s in scores
    ]
    rows = cells(comparison_table(compare(scores, against, {"a"}, set())))
    assert rows[2][:3] == ["a", "this one", "+0.050"] and rows[3][:3] == ["b", "neither", "+0.050"]
    assert rows[-1][0] == "**trained with the source less without it**" and rows[-1][2] == "+0.050"
    unknown = cells(comparison_table(compare(scores, against)))
    assert unknown[2][1] == "unknown" and unknown[-1][0] == "**mean of sources**"


def test_criteria_are_listed_with_what_was_measured():
    found = [
        Verdict("box", "0.85 or more", 0.9, (0.8, 0.95), True),
        Verdict("rest", "below 0.08", math.nan, (math.nan, math.nan), None),
    ]
    rows = cells(criteria_table(found))
    assert rows[2] == ["box", "0.85 or more", "0.900 (0.800 to 0.950)", "met"]
    assert rows[3] == ["rest", "below 0.08", "-", "not measured"]
