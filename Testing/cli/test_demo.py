"""The demonstration on a case of one's own, with the fake predictor; and what it says when it cannot run."""

import html.parser

import pytest

from SAMBenchmarkLib.cli import demo
from SAMSegmenterLib.core.errors import DependencyError
from SAMSegmenterLib.files.writing import write_labels
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor
from support.phantoms import two_boxes_volume


@pytest.fixture
def an_own_case(tmp_path):
    """Paths of a volume and of its labels."""
    volume, segmentation = two_boxes_volume()
    paths = tmp_path / "volume.nrrd", tmp_path / "labels.nrrd"
    for path, array in zip(paths, (volume.array, segmentation.layers[0]), strict=True):
        write_labels(path, array, volume.ijk_to_ras)
    return paths


def run(*arguments):
    return demo.main([str(argument) for argument in arguments], make_loader=lambda _given: ThresholdPredictor)


def test_an_own_case_leaves_tables_report_scene_and_a_carried_box(an_own_case, tmp_path, capsys):
    volume, labels = an_own_case
    output = tmp_path / "output"
    assert run("--volume", volume, "--labels", labels, "--output", output) == 0
    shown = capsys.readouterr().out
    assert "Where to look:" in shown and "tour of the tool" not in shown
    assert {"results.sqlite", "report.html"} <= {path.name for path in output.iterdir()}
    assert (output / "tables" / "dice_predicted_iou.tsv").exists()
    rows = (output / "tables" / "carried_box.tsv").read_text(encoding="utf-8").splitlines()
    assert rows[0].split("\t") == ["slice", "dice", "slice_confidence", "origin", "counts", "ended_because"]
    assert len(rows) > 3
    report = (output / "report.html").read_text(encoding="utf-8")
    assert "One box on slice" in report
    assert not links_of(report)


def test_a_promptless_model_is_shown_without_a_carried_box(an_own_case, tmp_path):
    volume, labels = an_own_case
    arguments = ["--volume", str(volume), "--labels", str(labels), "--output", str(tmp_path / "output")]
    assert demo.main(arguments, make_loader=lambda _given: PromptlessPredictor) == 0
    report = (tmp_path / "output" / "report.html").read_text(encoding="utf-8")
    assert "No box was carried: Model &#x27;brightest&#x27; takes no prompts" in report
    assert not (tmp_path / "output" / "tables" / "carried_box.tsv").exists()


def links_of(report: str) -> list[str]:
    """Addresses in a page that lead out of it."""
    found = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.extend(v for n, v in attributes if n in ("src", "href") and not v.startswith(("#", "data:")))

    Reader().feed(report)
    return found


def test_the_same_command_again_computes_nothing(an_own_case, tmp_path):
    volume, labels = an_own_case
    predictors = []

    def load():
        predictors.append(ThresholdPredictor())
        return predictors[-1]

    arguments = ["--volume", str(volume), "--labels", str(labels), "--output", str(tmp_path / "output")]
    for _ in range(2):
        assert demo.main(arguments, make_loader=lambda _given: load) == 0
    assert predictors[0].everything_calls > 0
    assert predictors[1].everything_calls == 0


@pytest.mark.parametrize("missing", ["--volume", "--labels"])
def test_one_file_without_the_other_is_refused(missing, an_own_case, tmp_path, capsys):
    given = {"--volume": an_own_case[0], "--labels": an_own_case[1]}
    del given[missing]
    output = tmp_path / "output"
    assert run(*next(iter(given.items())), "--output", output) == 2
    assert "needs both" in capsys.readouterr().err
    assert not output.exists()


def test_a_file_that_does_not_exist_is_refused_and_leaves_nothing(an_own_case, tmp_path, capsys):
    output = tmp_path / "output"
    assert run("--volume", tmp_path / "no.nrrd", "--labels", an_own_case[1], "--output", output) == 2
    assert "There is no file" in capsys.readouterr().err
    assert not output.exists()


def test_a_folder_of_something_else_is_refused_before_any_work(an_own_case, tmp_path, capsys):
    volume, labels = an_own_case
    assert run("--volume", volume, "--labels", labels, "--output", tmp_path) == 2
    assert "is not empty" in capsys.readouterr().err
    assert not (tmp_path / "results.sqlite").exists()


def test_without_the_brain_template_the_hint_names_the_own_case(tmp_path, monkeypatch, capsys):
    def missing():
        raise DependencyError("The template is not installed.", "Use --volume and --labels.")

    monkeypatch.setattr(demo.brain_case, "template_files", missing)
    assert run("--output", tmp_path / "output") == 3
    assert "--volume" in capsys.readouterr().err
