from SAMBenchmarkLib.core.store import CaseRecord
from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.markup import section
from SAMBenchmarkLib.report.page import MOST_NOTES, NOT_FOR_DIAGNOSIS, document, footer, header
from SAMBenchmarkLib.report.run_facts import RunFacts
from support.html_check import Page
from support.outcomes import HASH, a_row


def page_of(facts, rows=(), title="Report"):
    top = header(title, Digest.of(rows), facts, ["S5"])
    return Page(document(title, top, {"figures": section("figures", "F"), "plots": None}, footer(facts)))


def test_the_page_says_what_was_run_and_that_it_is_not_for_diagnosis():
    facts = RunFacts(HASH, {"model": "tiny", "preset": "paper", "device": "cpu"})
    page = page_of(facts, [a_row(selection="predicted_iou", dice=0.875)])
    assert NOT_FOR_DIAGNOSIS in page.text
    for words in ("Cases1", "Slices1", "Objects1", "tiny", "paper", "87.5 %", "S5 box, mask chosen by the model"):
        assert words in page.text


def test_the_page_says_whether_there_were_prompts():
    tops = {s: header("T", Digest.of([a_row(strategy=s)]), RunFacts(HASH), [s]) for s in ("S0", "S5")}
    assert "structures, without prompts" in tops["S0"] and "prompted once per object" in tops["S5"]


def test_contents_lead_to_the_parts_that_are_there():
    page = page_of(RunFacts(HASH))
    links = {link["href"] for link in page.all("a")}
    assert links == {"#figures"}
    assert links <= {"#" + str(attributes["id"]) for _, attributes in page.tags if "id" in attributes}


def test_notes_and_failures_are_shown():
    failed = CaseRecord(HASH, "case 9", status="failed", reason="no overlap")
    running = CaseRecord(HASH, "case 8")
    page = page_of(RunFacts(HASH, cases=(failed, running), notes=("a tour",)))
    assert "a tour" in page.text
    assert "1 case could not be evaluated" in page.text
    assert "case 9: no overlap" in page.text
    assert "1 case not finished yet" in page.text


def test_many_failures_are_folded():
    failed = tuple(CaseRecord(HASH, f"c{n}", status="failed") for n in range(MOST_NOTES + 5))
    page = page_of(RunFacts(HASH, cases=failed))
    assert "17 cases could not be evaluated and are not in the figures" in page.text
    assert "5 more" in page.text
    assert len(page.all("details")) == 1


def test_the_page_stands_alone_and_names_its_language():
    page = page_of(RunFacts(HASH), title="<b>T</b>")
    assert page.all("html") == [{"lang": "en"}]
    assert page.all("script") == page.all("link") == page.all("b") == []
    assert {"charset": "utf-8"} in page.all("meta")
