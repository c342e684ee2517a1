"""`sam-benchmark maps`: files in a folder, and bad input in words."""

from SAMBenchmarkLib.cli.sam_benchmark import main
from support.case_files import write_case
from support.fake_predictor import ThresholdPredictor


def maps(*options):
    return main(["maps", *map(str, options)], lambda given: ThresholdPredictor)


def test_the_uncertainty_is_written_beside_the_labels(tmp_path, capsys):
    case = write_case(tmp_path)
    assert maps("--volume", case.volume, "--labels", case.labels, "--no-priors", "--output", tmp_path / "out") == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["uncertainty.nrrd"]
    assert "written:" in capsys.readouterr().out


def test_what_cannot_be_made_is_told_and_leaves_nothing(tmp_path, capsys):
    case = write_case(tmp_path)
    assert maps("--volume", case.volume, "--no-priors", "--output", tmp_path / "out") == 2
    assert "No map is asked for" in capsys.readouterr().err
    assert maps("--volume", tmp_path / "none.nrrd", "--output", tmp_path / "out") == 2
    assert not (tmp_path / "out").exists()
