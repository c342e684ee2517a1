"""The other tools' ways, each with its variants, and the best of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from SAMBenchmarkLib.propagation.measure_part import BOX_CHAIN, BOX_CHAIN_LITE, SAME_PROMPT
from SAMBenchmarkLib.propagation.projection import PROJECTIONS
from SAMBenchmarkLib.propagation.record import OWN, Record
from SAMBenchmarkLib.validation.averages import Averages, average

Column = Callable[[Record], float]


@dataclass(frozen=True)
class Family:
    """A way to go from slice to slice.

    Args:
        title: for tables.
        methods: its variants; the best one of each dataset counts.
    """

    title: str
    methods: tuple[str, ...]


FAMILIES = (
    Family("same prompt (SAMM)", (SAME_PROMPT,)),
    Family("box chain (MedSAM)", (BOX_CHAIN,)),
    Family("box chain (MedSAM Lite)", (BOX_CHAIN_LITE,)),
    Family("projection (micro-sam), best set", tuple(one.name for one in PROJECTIONS)),
)


def dice_of(method: str, told: bool = False) -> Column:
    """Dice of a method, or of the method that was told the ends."""
    return lambda record: record.dice_true_ends(method) if told else record.dice(method)


def best_variants(records: Sequence[Record], family: Family, told: bool = False) -> dict[str, str]:
    """By dataset the variant of highest mean Dice, the first on ties; datasets without one are left out."""
    found = {}
    for source in sorted({record.about.source for record in records}):
        rows = [record for record in records if record.about.source == source]
        means = {method: _mean([dice_of(method, told)(row) for row in rows]) for method in family.methods}
        known = {method: mean for method, mean in means.items() if not math.isnan(mean)}
        if known:
            found[source] = max(known, key=lambda method: known[method])
    return found


def family_dice(records: Sequence[Record], family: Family, told: bool = False) -> Column:
    """Dice of a family's best variant of each dataset; NaN where none was run."""
    best = best_variants(records, family, told)

    def column(record: Record) -> float:
        method = best.get(record.about.source)
        return math.nan if method is None else dice_of(method, told)(record)

    return column


def above(column: Column, told: bool = False) -> Column:
    """How far propagation is above something on the same structure."""
    own = dice_of(OWN, told)
    return lambda record: own(record) - column(record)


def best_family(records: Sequence[Record], told: bool = False, seed: int = 1) -> Family | None:
    """The family of highest Dice on the mean of datasets; None where no other method was run."""
    means = {family: average(records, family_dice(records, family, told), seed).mean.value for family in FAMILIES}
    known = {family: mean for family, mean in means.items() if not math.isnan(mean)}
    return max(known, key=lambda family: known[family]) if known else None


def family_average(records: Sequence[Record], family: Family, told: bool = False, seed: int = 1) -> Averages:
    """Mean Dice of a family per dataset and of datasets."""
    return average(records, family_dice(records, family, told), seed)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan
