"""Tables of before and after, and of the epochs."""

from SAMBenchmarkLib.session.fine_tuning_tables import comparison_table, epoch_table, terminal_comparison
from SAMSegmenterLib.models.training.fine_tuning.figures import Comparison


def row(name="liver", before=0.51239, after=0.75):
    return Comparison(name, 12, 3, before, after, 0.4, 0.6)


def test_before_and_after_stand_side_by_side():
    lines = comparison_table([row()], promptless=False).to_tsv().splitlines()
    assert lines[0].split("\t") == [
        "structure",
        "objects",
        "patients",
        "dice_before",
        "dice_after",
        "change",
        "single_mask_before",
        "single_mask_after",
    ]
    assert lines[1].split("\t") == ["liver", "12", "3", "0.5124", "0.75", "0.2376", "0.4", "0.6"]


def test_a_promptless_model_has_no_single_mask_beside():
    assert comparison_table([row()], promptless=True).header[-1] == "change"


def test_epochs_have_a_row_each_and_an_empty_cell_where_nothing_was_validated():
    history = [{"epoch": 1, "loss": 0.5, "mask_loss": 0.4, "iou_loss": 0.1, "validation": None}]
    assert epoch_table(history).to_tsv().splitlines()[1] == "1\t0.5\t0.4\t0.1\t"


def test_the_terminal_shows_three_digits_and_the_sign():
    text = terminal_comparison([row()])
    assert "liver" in text and "0.512" in text and "0.750" in text and "+0.238" in text


def test_the_terminal_fits_80_columns_and_leaves_many_structures_to_the_table():
    rows = [row(f"a structure with a rather long name, number {number}") for number in range(40)]
    lines = terminal_comparison([*rows, row("mean of structures"), row("all objects")]).splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) == 1 + 12 + 1 + 2 and "(28 more in the table)" in lines[13]
    assert lines[-1].split()[:2] == ["all", "objects"]
