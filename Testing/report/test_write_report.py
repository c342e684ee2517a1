import re
from pathlib import Path

import pytest

from SAMBenchmarkLib.core.store import CaseRecord, ResultStore
from SAMBenchmarkLib.report.write_report import report_html, write_report
from SAMSegmenterLib.core.errors import StoreError
from support.html_check import Page
from support.outcomes import HASH
from support.report_case import filled_store, picture_of

NASTY = "<script>alert(1)</script>&\"'"


def report(store, **more):
    return report_html(store, HASH, more.pop("picture_of", picture_of), **more)


def test_the_report_is_well_formed_and_has_all_its_parts(tmp_path):
    with filled_store(tmp_path, slices=10) as store:
        page = Page(report(store, notes=("A tour of the tool, not evidence.",)))
    parts = [attributes["id"] for attributes in page.all("section")]
    assert parts == ["figures", "plots", "statistics", "pictures", "timings", "published", "options", "methods"]
    assert "A tour of the tool, not evidence." in page.text
    assert all(image["alt"] for image in page.all("img"))
    levels = [tag for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == "h1"
    assert levels.count("h1") == 1
    assert set(levels) == {"h1", "h2", "h3"}


def test_nothing_is_fetched_from_elsewhere(tmp_path):
    with filled_store(tmp_path) as store:
        html = report(store)
    page = Page(html)
    for _, attributes in page.tags:
        for name in ("src", "href", "xlink:href", "action", "srcset", "data"):
            assert attributes.get(name, "#").startswith(("#", "data:image/png;base64,")), attributes
    assert page.all("script") == page.all("link") == page.all("iframe") == []
    assert not re.search(r"https?:|@import|//fonts", html)
    assert not re.search(r"url\((?!#)", html)


def test_the_same_results_give_the_same_bytes(tmp_path):
    with filled_store(tmp_path) as store:
        write_report(tmp_path / "a.html", store, HASH, picture_of)
        write_report(tmp_path / "b.html", store, HASH, picture_of)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_strings_of_the_data_are_harmless(tmp_path):
    case = CaseRecord(HASH, "case a", status="finished", notes=(NASTY,))
    with filled_store(tmp_path, structures=(NASTY, "$x_{", "a\x00b"), case=case) as store:
        store.finish_case(CaseRecord(HASH, NASTY, status="failed", reason=NASTY))
        html = report(store, notes=(NASTY,), title=NASTY)
    page = Page(html)
    assert page.all("script") == []
    assert "<script" not in html
    assert page.text.count(NASTY) >= 6
    assert "a\ufffdb" in page.text


@pytest.mark.parametrize(
    "case",
    [
        {"slices": 1, "structures": ("liver",)},
        {"empty": True},
        {"strategies": ("S5",)},
        {"strategies": ("S0",)},
        {"timed": False},
        {"spacing": None},
        {"preset": "authors_code", "empty": True},
        {"slices": 1, "structures": tuple(f"structure {n}" for n in range(1, 6)), "strategies": ("S1", "S6")},
    ],
    ids=[
        "one object",
        "all empty",
        "one strategy",
        "promptless",
        "no timings",
        "no spacing",
        "authors' code",
        "few strategies",
    ],
)
def test_unusual_runs_are_reported(tmp_path, case):
    with filled_store(tmp_path, **case) as store:
        page = Page(report(store))
    assert len(page.all("section")) == 8


def test_forty_structures_are_in_the_tables_and_twelve_in_the_plots(tmp_path):
    names = tuple(f"structure {n}" for n in range(1, 41))
    with filled_store(tmp_path, slices=1, structures=names, strategies=("S5",)) as store:
        page = Page(report(store, picture_of=lambda row: None))
    assert all(name in page.text for name in names)
    assert "Plots show the 12 largest of 40 structures" in page.text
    assert any("tall" in (attributes.get("class") or "") for attributes in page.all("div"))


def test_a_run_without_rows_is_reported(tmp_path):
    with ResultStore(tmp_path / "r.sqlite") as store:
        store.finish_case(CaseRecord(HASH, "a", status="failed", reason="no overlap"))
        page = Page(report(store))
    assert "No object was evaluated" in page.text
    assert [attributes["id"] for attributes in page.all("section")][:2] == ["figures", "timings"]


def test_rows_are_read_as_a_stream_and_masks_only_for_pictures(tmp_path):
    class Watched:
        """A store that counts what is read of it."""

        def __init__(self, store):
            self._store, self.streams, self.masks = store, 0, 0

        def columns(self, option_hash, names, plain=False):
            self.streams += 1
            return self._store.columns(option_hash, names, plain)

        def mask(self, row):
            self.masks += 1
            return self._store.mask(row)

        def __getattr__(self, name):
            return getattr(self._store, name)

    with filled_store(tmp_path, slices=10) as store:
        watched = Watched(store)
        report(watched)
    assert watched.streams == 3  # summary, statistics, second look
    assert watched.masks == 24


def test_a_failure_leaves_the_older_report(tmp_path):
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")

    def broken(row):
        raise StoreError("no")

    with filled_store(tmp_path) as store, pytest.raises(StoreError):
        write_report(target, store, HASH, broken)
    assert target.read_text(encoding="utf-8") == "old"


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path):
    with filled_store(tmp_path, slices=1) as store, pytest.raises(StoreError, match="could not be written"):
        write_report(tmp_path / "no" / "report.html", store, HASH, lambda row: None)


def test_the_report_names_no_place_on_this_computer(tmp_path):
    with filled_store(tmp_path, slices=1) as store:
        html = report(store)
    assert str(tmp_path) not in html
    assert str(Path.home()) + "/" not in html
