"""From cases on disk to model, card, tables and report."""

import json
from dataclasses import replace

import pytest

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.fine_tune import AdaptRequest, adapt
from SAMSegmenterLib.core.errors import Cancelled, InputError, StoreError
from SAMSegmenterLib.models import registry
from SAMSegmenterLib.models.safetensors_header import read_metadata
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from support.case_files import write_case
from support.html_check import Page


@pytest.fixture
def request_of(tmp_path):
    """`request_of(**fields)`: three cases of two boxes each, one epoch."""

    def make(recipe="huang", **fields):
        cases = [replace(write_case(tmp_path, name), patient=f"Jane {name}") for name in ("kilo", "lima", "mike")]
        return AdaptRequest(
            cases=cases,
            base=registry.resolve("sam-small"),
            options=FineTuningOptions.of(recipe, epochs=1),
            images=BenchmarkOptions(max_slices=1),
            output=tmp_path / "out",
            name="boxes",
            device="cpu",
            **fields,
        )

    return make


def test_a_run_leaves_model_card_tables_curves_and_report(request_of, tmp_path):
    result = adapt(request_of())
    names = [path.name for path in result.paths]
    assert names == ["boxes.safetensors", "boxes.md", "before_after.tsv", "epochs.tsv", "curves.svg", "report.html"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*names, "state.pt"}
    texts = {path.name: path.read_text("utf-8") for path in result.paths[1:]}
    assert texts["boxes.md"] == result.trained.card == read_metadata(result.paths[0])["card"]
    assert len(texts["before_after.tsv"].splitlines()) == 1 + 2 + 2
    page = Page(texts["report.html"])
    for row in result.trained.facts.comparisons:
        assert row.structure in page.text and f"{100 * row.after:.1f}" in page.text
    assert len(page.all("img")) >= 2 and "<svg" in texts["curves.svg"]


def test_nothing_that_is_written_names_a_patient_a_case_or_a_file(request_of, tmp_path):
    result = adapt(request_of())
    told = json.dumps(read_metadata(result.paths[0])) + "".join(p.read_text("utf-8") for p in result.paths[1:])
    for word in ("Jane", str(tmp_path), ".nrrd", "mike"):
        assert word not in told


def test_a_model_without_prompts_needs_one_structure_and_is_shown_as_such(request_of):
    with pytest.raises(InputError, match="finds one structure; the data hold 2"):
        adapt(request_of("shi"))
    images = BenchmarkOptions(max_slices=1, structures=("left box",))
    result = adapt(replace(request_of("shi"), images=images))
    page = Page(result.paths[-1].read_text("utf-8"))
    assert "without a prompt" in page.text and "Single mask" not in page.text


def test_a_folder_with_other_files_is_refused_before_anything_is_read(request_of, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    stages = []
    with pytest.raises(InputError, match="not empty"):
        adapt(request_of(), stages.append)
    assert stages == [] and [path.name for path in (tmp_path / "out").iterdir()] == ["notes.txt"]


def test_other_options_are_refused_before_anything_is_read(request_of):
    adapt(request_of())
    stages = []
    with pytest.raises(InputError, match=r"window minmax per slice.*now .*window abdomen"):
        adapt(replace(request_of(), images=BenchmarkOptions(max_slices=1, window="abdomen")), stages.append)
    assert stages == []


def test_a_name_that_cannot_be_a_files_name_is_refused(request_of):
    with pytest.raises(InputError, match="cannot be a model's name"):
        adapt(replace(request_of(), name="my/model"))


def test_a_stopped_run_leaves_no_half_result_and_goes_on(request_of, tmp_path):
    events = []

    def stop():
        return any(event.stage == "training" for event in events)

    with pytest.raises(Cancelled):
        adapt(request_of(), events.append, stop)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["state.pt"]
    assert adapt(request_of()).paths[0].exists()


def test_cases_that_are_left_out_are_counted_in_the_card(request_of, tmp_path, caplog):
    request = request_of(skip_unusable=True)
    broken = replace(request.cases[0], name="broken", labels=tmp_path / "absent.nrrd")
    result = adapt(replace(request, cases=[*request.cases, broken]))
    assert "1 of 4 cases could not be used." in result.trained.card
    assert "left out: broken" in caplog.text and "broken" not in result.trained.card


def test_a_disk_that_fills_up_while_writing_leaves_no_half_file(request_of, tmp_path, monkeypatch):
    from pathlib import Path

    adapt(request_of())
    report = (tmp_path / "out" / "report.html").read_bytes()
    real = Path.write_text

    def full(self, text, *arguments, **names):
        if self.suffix == ".html":
            real(self, text[:100], *arguments, **names)
            raise OSError(28, "No space left on device")
        return real(self, text, *arguments, **names)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StoreError, match="No space left"):
        adapt(request_of())
    assert (tmp_path / "out" / "report.html").read_bytes() == report
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]
