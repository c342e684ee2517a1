from SAMBenchmarkLib.core.store import CaseRecord, ResultStore
from SAMBenchmarkLib.report.run_facts import RunFacts, flat
from support.outcomes import HASH


def test_nested_options_become_flat():
    nested = {"options": {"seed": 1}, "arithmetic": {"device": "cpu"}, "window": {"name": "minmax"}, "x": [1]}
    assert flat(nested) == {"seed": 1, "device": "cpu", "window name": "minmax", "x": [1]}


def test_facts_of_a_stored_run(tmp_path):
    with ResultStore(tmp_path / "r.sqlite") as store:
        store.register_run(HASH, {"seed": 4, "model": "tiny"}, {"model_licence": "MIT"})
        store.finish_case(CaseRecord(HASH, "a", status="finished", notes=("resampled",)))
        store.finish_case(CaseRecord(HASH, "b", status="failed", reason="no overlap"))
        store.begin_case(CaseRecord(HASH, "c", notes=("resampled",)))
        facts = RunFacts.of(store, HASH, ["a tour"])
    assert facts.options["seed"] == 4
    assert (facts.about_model("model"), facts.about_model("model_licence")) == ("tiny", "MIT")
    assert facts.about_model("model_sha256") == ""
    assert [case.case_id for case in facts.failed] == ["b"]
    assert [case.case_id for case in facts.unfinished] == ["c"]
    assert facts.notes == ("a tour", "a, c: resampled")


def test_a_note_of_many_cases_names_a_few(tmp_path):
    with ResultStore(tmp_path / "r.sqlite") as store:
        for name in "abcde":
            store.finish_case(CaseRecord(HASH, name, status="finished", notes=("gap",)))
        assert RunFacts.of(store, HASH).notes == ("a, b, c and 2 more cases: gap",)


def test_an_unknown_run_has_no_facts(tmp_path):
    with ResultStore(tmp_path / "r.sqlite") as store:
        assert RunFacts.of(store, HASH) == RunFacts(HASH)


def test_cases_that_were_asked_for_and_not_begun_are_outstanding():
    ended = [CaseRecord(HASH, name, status=status) for name, status in (("a", "finished"), ("b", "failed"))]
    known = (*ended, CaseRecord(HASH, "c"))
    assert RunFacts(HASH, versions={"cases_asked_for": 10}, cases=known).outstanding == 8
    assert RunFacts(HASH, cases=known).outstanding == 1
    assert RunFacts(HASH, versions={"cases_asked_for": 2}, cases=tuple(ended)).outstanding == 0
