"""The rows that a run writes: one per object, strategy and mask selection. Every table is a group-by of them."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask

KEY_COLUMNS = (
    "option_hash",
    "case_id",
    "frame",
    "plane",
    "slice",
    "label_value",
    "strategy",
    "variant",
    "round",
    "repeat",
    "selection",
)
"""Primary key of `results`; rows are always read in this order."""

OBJECT_KEY = ("case_id", "frame", "plane", "slice", "label_value")
"""What tells one object from another."""

VOLUME = "volume"
"""Variant of the rows that are about whole volumes."""

WHOLE_VOLUME = -1
"""Their slice."""


@dataclass(frozen=True)
class ResultRow:
    """One prediction against its reference. Fractions are 0 to 1 and unrounded; undefined figures are NaN.

    `variant`, `round` and `repeat` tell apart what other protocols vary; S0-S6 leave them at their defaults. A row of a
    whole volume has the variant `VOLUME` and the slice `WHOLE_VOLUME`.

    Args:
        fourier_order: how intricate the outline is, with the penalty for what the harmonics leave out.
        fourier_harmonics: number of harmonics without it.
        stability: how little the mask changes with the threshold, 0 to 1; NaN where the model gives no logits.
        uncertainty: mean entropy of several answers within what any of them calls the object, bits.
        uncertainty_auc: area under the curve of the entropy against the true errors, 0 to 1.
        hce: human correction effort, points and regions; NaN where it was not asked for.
        n_slices, n_slices_left_out: of a whole volume, how many slices that show the object were evaluated, and how
            many large enough ones were not.
    """

    option_hash: str
    case_id: str
    frame: int
    plane: str
    slice: int
    label_value: int
    strategy: str
    selection: str
    variant: str = ""
    round: int = 0
    repeat: int = 0
    dice: float = np.nan
    jac: float = np.nan
    con: float = np.nan
    hd_px: float = np.nan
    hd_mm: float = np.nan
    hd95_px: float = np.nan
    hd95_mm: float = np.nan
    asd_px: float = np.nan
    asd_mm: float = np.nan
    assd_px: float = np.nan
    assd_mm: float = np.nan
    surface_dice: float = np.nan
    n_gt: int = 0
    n_pred: int = 0
    undefined_reason: str = ""
    structure: str = ""
    n_candidates: int = 0
    matched_index: int = -1
    predicted_iou: float = np.nan
    size: int = 0
    aspect_ratio: float = np.nan
    intensity_difference: float = np.nan
    fourier_order: float = np.nan
    fourier_harmonics: float = np.nan
    fragmented: int = 0
    stability: float = np.nan
    uncertainty: float = np.nan
    uncertainty_auc: float = np.nan
    hce: float = np.nan
    n_slices: int = 1
    n_slices_left_out: int = 0
    prompts_json: str = ""

    @property
    def key(self) -> tuple[Any, ...]:
        """Values of the primary key."""
        return tuple(getattr(self, name) for name in KEY_COLUMNS)


COLUMN_TYPES = {
    field.name: {"str": "TEXT", "int": "INTEGER", "float": "REAL"}[str(field.type)] for field in fields(ResultRow)
}
"""SQLite type of every column of `results`."""

ROW_DEFAULTS = {field.name: field.default for field in fields(ResultRow) if field.default is not MISSING}
"""Values of columns in rows that were written before there were such columns."""


@dataclass(frozen=True, eq=False)
class PredictedMask:
    """The mask behind a row, kept so that scenes and reports can show it and figures can be recomputed."""

    row: ResultRow
    mask: Mask


@dataclass(frozen=True)
class TimingRow:
    """Seconds of one stage ("embedding", or a strategy's prompt encoding and mask decoding) on one slice.

    `repeats` is 1 for what the run itself took and larger for the median of the timing table.
    """

    option_hash: str
    case_id: str
    frame: int
    plane: str
    slice: int
    stage: str
    repeats: int
    seconds: float


@dataclass(frozen=True, eq=False)
class SliceOutcome:
    """Everything that evaluating one slice gave; stored in one transaction.

    Args:
        summaries: rows without a mask of their own, those of whole volumes; their slice is `WHOLE_VOLUME`, which does
            not count as a slice.
    """

    case_id: str
    frame: int
    plane: str
    slice: int
    predictions: tuple[PredictedMask, ...]
    timings: tuple[TimingRow, ...]
    summaries: tuple[ResultRow, ...] = ()

    @property
    def rows(self) -> tuple[ResultRow, ...]:
        """The result rows alone."""
        return (*(prediction.row for prediction in self.predictions), *self.summaries)
