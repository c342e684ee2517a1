"""What a fine-tuning leaves as tables: before and after, and the epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from SAMBenchmarkLib.core.summary_text import aligned, cut
from SAMBenchmarkLib.core.tables import Table
from SAMSegmenterLib.models.training.fine_tuning.figures import Comparison

_HEADER = ("structure", "objects", "patients", "dice_before", "dice_after", "change")
_SINGLE = ("single_mask_before", "single_mask_after")
_NAME_WIDTH = 30
_MOST_STRUCTURES = 12  # more scroll the averages off the screen


def comparison_table(comparisons: Sequence[Comparison], promptless: bool) -> Table:
    """Mean Dice before and after, 0 to 1, one row per structure, then the averages."""
    rows = [
        (row.structure, row.objects, row.patients, *_rounded(row.before, row.after, row.after - row.before))
        + (() if promptless else _rounded(row.single_before, row.single_after))
        for row in comparisons
    ]
    header = _HEADER if promptless else (*_HEADER, *_SINGLE)
    return Table.from_rows("before_after", "Dice of held-back objects before and after fine-tuning", header, rows)


def epoch_table(history: Sequence[Mapping[str, Any]]) -> Table:
    """Losses and validation Dice of every epoch; an empty cell where nothing was validated."""
    header = ("epoch", "loss", "mask_loss", "iou_loss", "validation")
    rows = [[record[name] for name in header] for record in history]
    return Table.from_rows("epochs", "Training loss and validation Dice by epoch", header, rows)


def terminal_comparison(comparisons: Sequence[Comparison]) -> str:
    """Before and after for the terminal, within 80 columns."""
    header = ["Dice of held-back objects", "objects", "patients", "before", "after", "change"]
    rows = [
        [
            cut(row.structure, _NAME_WIDTH),
            f"{row.objects}",
            f"{row.patients}",
            f"{row.before:.3f}",
            f"{row.after:.3f}",
            f"{row.after - row.before:+.3f}",
        ]
        for row in comparisons
    ]
    hidden = len(rows) - 2 - _MOST_STRUCTURES
    if hidden > 0:
        rows[_MOST_STRUCTURES:-2] = [[f"({hidden} more in the table)", *[""] * 5]]
    return aligned([header, *rows])


def _rounded(*values: float) -> tuple[float, ...]:
    return tuple(round(value, 4) for value in values)
