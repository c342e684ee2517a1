"""A folder gets everything, a CSV file the scores alone."""

import pytest

from SAMBenchmarkLib.validation.measure import MeasureOptions, measure
from SAMBenchmarkLib.validation.output import check_output, write_output
from SAMSegmenterLib.core.errors import InputError, StoreError
from support.fake_predictor import ThresholdPredictor


@pytest.fixture
def measured(some_slices):
    scores = measure(ThresholdPredictor(), some_slices, MeasureOptions(baseline_objects=0)).scores
    return scores, [item for items in some_slices.values() for item in items]


def test_a_folder_gets_scores_account_and_pictures(tmp_path, measured):
    scores, slices = measured
    check_output(tmp_path / "new" / "folder")
    written = write_output(tmp_path / "new" / "folder", "# text\n", {"m": scores}, slices)
    names = ["scores.csv", "table.md", "dice.png", "reliability.png"]
    sheets = [f"objects-{prompt}.png" for prompt in ("box", "point", "5-clicks", "10-clicks")]
    assert [path.name for path in written] == [*names, *sheets]
    assert all(path.stat().st_size for path in written)
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted([*names, *sheets])
    assert (tmp_path / "new" / "folder" / "table.md").read_text("utf-8") == "# text\n"


def test_a_csv_file_gets_the_scores_alone(tmp_path, measured):
    scores, slices = measured
    target = tmp_path / "deep" / "scores.csv"
    check_output(target)
    assert write_output(target, "text", {"m": scores}, slices) == [target]
    assert len(target.read_text("utf-8").splitlines()) == 1 + len(scores)


def test_a_file_in_the_way_is_refused_before_the_work(tmp_path):
    (tmp_path / "notes").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is a file"):
        check_output(tmp_path / "notes")
    with pytest.raises((InputError, StoreError)):
        check_output(tmp_path / "notes" / "below")
    assert (tmp_path / "notes").read_text("utf-8") == "mine"
