import re

from SAMBenchmarkLib.core.rows import TimingRow
from SAMBenchmarkLib.core.summary import seconds_of
from SAMBenchmarkLib.report.run_facts import RunFacts
from SAMBenchmarkLib.report.section_timings import seconds_text, timings_section
from support.outcomes import HASH


def timing(stage, repeats, seconds, index=0):
    return TimingRow(HASH, "a", 0, "axial", index, stage, repeats, seconds)


def rows_of(html):
    return [re.findall(r"<t[hd][^>]*>([^<]*)", row) for row in re.findall(r"<tr>.*?</tr>", html)]


def test_stages_show_repeated_and_single_measurements_beside_published_ones():
    given = [
        timing("S5", 20, 0.02),
        timing("S5", 1, 0.05),
        timing("S5", 1, 0.03, 1),
        timing("S5", 1, 0.04, 2),
        timing("embedding", 1, 12.34),
    ]
    rows = rows_of(timings_section(seconds_of(given), RunFacts(HASH)))
    assert rows[1] == ["Embedding", "–", "–", "12.3", "1", "0.1276", "0.4718"]
    assert rows[2] == ["S5 box", "0.0200", "20 times", "0.0400", "3", "0.0080", "0.0080"]


def test_a_promptless_model_has_a_stage_of_its_own():
    rows = rows_of(timings_section(seconds_of([timing("S0", 20, 0.02), timing("embedding", 1, 1.0)]), RunFacts(HASH)))
    assert [row[0] for row in rows[1:]] == ["Embedding", "S0 no prompt"]


def test_unknown_stages_come_last_without_published_values():
    rows = rows_of(timings_section(seconds_of([timing("warp", 1, 2.0), timing("S1", 1, 1.0)]), RunFacts(HASH)))
    assert [row[0] for row in rows[1:]] == ["S1 everything", "Warp"]
    assert rows[2][-1] == "–"


def test_the_device_is_named():
    facts = RunFacts(HASH, {"device": "cpu", "threads": 1})
    assert "Measured on cpu with 1 thread." in timings_section(seconds_of([timing("S1", 1, 1.0)]), facts)


def test_nothing_timed_is_said():
    assert "Nothing was timed." in timings_section({}, RunFacts(HASH))


def test_seconds_have_the_digits_they_deserve():
    assert [seconds_text(s) for s in (0.00853, 1.9692, 29.04)] == ["0.0085", "1.969", "29.0"]
