"""What propagation must reach, and whether it does."""

from __future__ import annotations

import math
from collections.abc import Sequence

from SAMBenchmarkLib.propagation import figures
from SAMBenchmarkLib.propagation.families import FAMILIES, above, best_family, family_dice
from SAMBenchmarkLib.propagation.record import Record
from SAMBenchmarkLib.validation.averages import Averages, average
from SAMBenchmarkLib.validation.criteria import Verdict, at_least, at_most, more_than_0, plain

DICE_ABOVE_BASELINE = 0.05
OVERRUN_MEDIAN, OVERRUN_P90, MISSED_MEDIAN = 1, 3, 0
LARGEST_FALL = -0.01
SPEARMAN, FLAGGED = 0.6, 0.7
ENCODES, DECODES, TIME = 1, 2, 1.15


def verdicts(records: Sequence[Record], seed: int = 1) -> list[Verdict]:
    """Hold propagation against all criteria.

    Args:
        records: of all structures; those with a failure count for nothing.
        seed: decides the bootstrap.
    """
    known = figures.measured(records)
    return [
        *_dice(known, seed),
        *_ends(known, seed),
        *_keyframes(known, seed),
        *_trust(known, seed),
        *_cost(known, seed),
    ]


def _dice(records: Sequence[Record], seed: int) -> list[Verdict]:
    name = "Dice: above the best baseline"
    lowest_name, told_name = "Dice: every dataset against it", "Dice, told the ends: above the best baseline"
    best, best_told = best_family(records, seed=seed), best_family(records, True, seed)
    if best is None or best_told is None:
        return [at_least(name, None, DICE_ABOVE_BASELINE), at_least(lowest_name, None, 0), more_than_0(told_name, None)]
    gained = average(records, above(family_dice(records, best)), seed)
    told = average(records, above(family_dice(records, best_told, True), True), seed).mean
    return [
        at_least(f"{name} ({best.title})", gained.mean, DICE_ABOVE_BASELINE),
        _lowest(lowest_name, gained, 0),
        _against_each_datasets_best(records, seed),
        more_than_0(f"{told_name} ({best_told.title})", told),
    ]


def _against_each_datasets_best(records: Sequence[Record], seed: int) -> Verdict:
    """The stricter reading: each dataset against the baseline that is best there."""
    each = [average(records, above(family_dice(records, family)), seed).sources for family in FAMILIES]
    least = {
        source: min((found[source] for found in each if source in found), key=lambda estimate: estimate.value)
        for source in sorted({source for found in each for source in found})
    }
    return _lowest("Dice: every dataset against its own best baseline", Averages(least, plain(math.nan)), 0)


def _ends(records: Sequence[Record], seed: int) -> list[Verdict]:
    median, p90 = (figures.overrun(records, share, seed=seed) for share in (figures.MEDIAN, figures.P90))
    return [
        at_most("slices beyond an end: median", median, OVERRUN_MEDIAN),
        at_most("slices beyond an end: 90th percentile", p90, OVERRUN_P90),
        at_most("slices missed within: median", figures.missed(records, seed=seed), MISSED_MEDIAN),
    ]


def _keyframes(records: Sequence[Record], seed: int) -> list[Verdict]:
    gains = average(records, figures.keyframe_gain, seed)
    source = _lowest_source(gains)
    changed = [record.keyframes.changed_voxels for record in records]
    falls = [gain for gain in map(figures.keyframe_gain, records) if not math.isnan(gain)]
    name = "two keyframes more: gain of every dataset"
    return [
        more_than_0(f"{name} (lowest: {source})" if source else name, gains.sources.get(source)),
        at_least("two keyframes more: largest fall of a structure", plain(min(falls, default=math.nan)), LARGEST_FALL),
        at_most("two keyframes more: voxels of keyframes changed", plain(sum(changed) if changed else math.nan), 0),
    ]


def _trust(records: Sequence[Record], seed: int) -> list[Verdict]:
    share = average(records, figures.flagged, seed).mean
    return [
        at_least("slice confidence: median Spearman correlation", figures.median_spearman(records, seed), SPEARMAN),
        at_least("slice confidence: lowest is in the worst fifth", share, FLAGGED),
    ]


def _cost(records: Sequence[Record], seed: int) -> list[Verdict]:
    means = [
        average(records, column, seed).mean
        for column in (figures.encodes_per_slice, figures.decodes_per_slice, figures.time_ratio)
    ]
    return [
        at_most("cost: encodes per slice visited", means[0], ENCODES),
        at_most("cost: decodes per slice visited", means[1], DECODES),
        at_most("cost: time against that of encodes and decodes", means[2], TIME),
    ]


def _lowest(name: str, found: Averages, floor: float) -> Verdict:
    source = _lowest_source(found)
    return at_least(f"{name} (lowest: {source})" if source else name, found.sources.get(source), floor)


def _lowest_source(found: Averages) -> str:
    return min(found.sources, key=lambda source: found.sources[source].value, default="")
