"""`sam-benchmark stopwatch` from logs to report."""

from __future__ import annotations

import csv
import re

from SAMBenchmarkLib.cli.sam_benchmark import main
from SAMSegmenterLib.core.timed_task import WITH
from support.stopwatch_files import record, write_study


def test_time_and_corrections_are_compared_and_shown_beside_published_values(tmp_path, capsys):
    write_study(tmp_path / "logs")
    assert main(["stopwatch", str(tmp_path / "logs"), "--output", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "32 timed objects, 16 with and without SAM" in printed
    with (tmp_path / "out" / "csv" / "stopwatch.csv").open(encoding="utf-8-sig", newline="") as file:
        first = next(csv.DictReader(file))
    # 60 and 90 s faster, and one second more with each case
    assert first["measure"] == "time" and float(first["difference"]) * 60 == -(75 + 1.5)
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "never a target" in text and "4.27 min" in text and text.count('role="img"') == 2
    assert "16 of 16 objects are lower with SAM" in text
    legend = re.search(r'<ul class="legend">.*?</ul>', text, re.DOTALL)
    assert legend is not None and re.findall(r"</svg>(\w+)</li>", legend[0]) == ["anna", "bert"]


def test_one_condition_alone_is_said_in_words(tmp_path, capsys):
    path = tmp_path / "log.txt"
    path.write_text("\n".join(record(WITH, "a", "liver", 30)), encoding="utf-8")
    assert main(["stopwatch", str(path), "--output", str(tmp_path / "out")]) == 0
    assert "no object was timed both with and without SAM" in capsys.readouterr().out
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "there is nothing to compare" in text and "nan" not in text.replace("finance", "")


def test_a_log_that_is_none_leaves_nothing(tmp_path, capsys):
    (tmp_path / "log.txt").write_text("dear diary\nfine\n", encoding="utf-8")
    assert main(["stopwatch", str(tmp_path / "log.txt"), "--output", str(tmp_path / "out")]) == 2
    assert "not a log of a study" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
