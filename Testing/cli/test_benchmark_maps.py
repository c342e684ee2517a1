"""`sam-benchmark maps`: files in a folder, and bad input in words."""

import re

from SAMBenchmarkLib.cli.sam_benchmark import main
from support.case_files import write_case
from support.fake_predictor import ThresholdPredictor


def maps(*options):
    return main(["maps", *map(str, options)], lambda given: ThresholdPredictor)


def test_the_uncertainty_is_written_beside_the_labels(tmp_path, capsys):
    case = write_case(tmp_path)
    assert maps("--volume", case.volume, "--labels", case.labels, "--no-priors", "--output", tmp_path / "out") == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["uncertainty.nrrd"]
    shown = capsys.readouterr()
    assert "written:" in shown.out and re.search(r"Estimate: about \S+ \w+ for a volume of \d+ slices\.", shown.err)


def test_what_cannot_be_made_is_told_and_leaves_nothing(tmp_path, capsys):
    case = write_case(tmp_path)
    assert maps("--volume", case.volume, "--no-priors", "--output", tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert "No map is asked for" in said and "Estimate" not in said
    assert maps("--volume", tmp_path / "none.nrrd", "--output", tmp_path / "out") == 2
    assert not (tmp_path / "out").exists()


def test_maps_of_before_are_met_before_anything_is_computed(tmp_path, capsys):
    class Unused(ThresholdPredictor):
        def encode(self, images):
            raise AssertionError("a slice was encoded")

    case, output = write_case(tmp_path), tmp_path / "out"
    given = ["maps", "--volume", str(case.volume), "--labels", str(case.labels), "--output", str(output)]
    output.mkdir()
    (output / "uncertainty.nrrd").write_bytes(b"of before")
    assert main(given, lambda given: Unused) == 2
    assert "uncertainty.nrrd exists already" in capsys.readouterr().err
    assert [path.name for path in output.iterdir()] == ["uncertainty.nrrd"]
    given[-1] = str(case.labels)
    assert main(given, lambda given: Unused) == 2
    assert "is a file, not a folder" in capsys.readouterr().err
