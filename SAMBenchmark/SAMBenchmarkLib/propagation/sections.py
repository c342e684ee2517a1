"""The tables of a measurement, for the account in Markdown and for the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from SAMBenchmarkLib.propagation import figures
from SAMBenchmarkLib.propagation.criteria import verdicts
from SAMBenchmarkLib.propagation.families import FAMILIES, above, best_family, dice_of, family_average, family_dice
from SAMBenchmarkLib.propagation.projection import PROJECTIONS
from SAMBenchmarkLib.propagation.record import OWN, Record
from SAMBenchmarkLib.validation.averages import Averages, average
from SAMBenchmarkLib.validation.tables import NONE, figure, with_interval

MEAN = "mean of datasets"


@dataclass(frozen=True)
class Section:
    """One table.

    Args:
        title: its heading.
        text: what it shows; may be empty.
        header: of the columns; the first column names the rows.
        rows: of text.
    """

    title: str
    text: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sections(records: Sequence[Record], seed: int = 1) -> list[Section]:
    """All tables.

    Args:
        records: of all structures; those with a failure count for nothing.
        seed: decides the bootstrap.
    """
    known = figures.measured(records)
    tables = [criteria_section(records, seed), _dice(known, False, seed)]
    with_others = best_family(known, seed=seed) is not None
    tables += [_dice(known, True, seed)] if with_others else []
    tables += [_ends(known), _keyframes(known, seed), _trust(known, seed), _cost(known, seed)]
    return [*tables, _projections(known, seed)] if with_others else tables


def criteria_section(records: Sequence[Record], seed: int = 1) -> Section:
    """The criteria with what was measured."""
    rows = [(one.name, one.floor, with_interval(one), one.answer) for one in verdicts(records, seed)]
    return Section("Criteria", "", ("criterion", "asked for", "measured", ""), tuple(rows))


def _dice(records: Sequence[Record], told: bool, seed: int) -> Section:
    columns = [("propagation", average(records, dice_of(OWN, told), seed), False)]
    columns += [(family.title, family_average(records, family, told, seed), False) for family in FAMILIES]
    columns = [column for column in columns if column[1].sources]
    best = best_family(records, told, seed)
    if best is not None:
        gained = average(records, above(family_dice(records, best, told), told), seed)
        columns.append((f"propagation less {best.title}", gained, True))
    text = "Dice of the whole volume."
    if told:
        text += " Every method stays within the structure's true first and last slice and does not stop before them."
    title = "Volumetric Dice, told where the structure ends" if told else "Volumetric Dice"
    return _by_dataset(title, text, columns)


def _ends(records: Sequence[Record]) -> Section:
    """Of propagation per dataset, and of the other methods on all."""
    rows = [(source, *_end_cells([r for r in records if r.about.source == source])) for source in _sources(records)]
    methods = list(dict.fromkeys(name for record in records for name in record.methods))
    rows += [(f"{MEAN}: {name}" if name == OWN else name, *_end_cells(records, name)) for name in methods]
    text = "Slices with a mask beyond an end of the structure, and slices of the structure without one. Ends at the "
    text += "volume's own end do not count. Rows of datasets are propagation's; below, every method on all of them."
    header = ("", "beyond an end: median", "90th percentile", "missed: median", "missed: 90th percentile")
    return Section("Ends", text, header, tuple(rows))


def _end_cells(records: Sequence[Record], method: str = OWN) -> tuple[str, ...]:
    values = [figures.overrun(records, share, method) for share in (figures.MEDIAN, figures.P90)]
    values += [figures.missed(records, share, method) for share in (figures.MEDIAN, figures.P90)]
    return tuple(NONE if math.isnan(one.value) else f"{one.value:g}" for one in values)


def _keyframes(records: Sequence[Record], seed: int) -> Section:
    def of(name: str) -> Callable[[Record], float]:
        return lambda record: getattr(record.keyframes, name)

    columns = [
        ("before", average(records, of("dice_before"), seed), False),
        ("after", average(records, of("dice_after"), seed), False),
        ("gain", average(records, figures.keyframe_gain, seed), True),
        ("between the keyframes", average(records, of("between"), seed), False),
        ("interpolated between them", average(records, of("between_interpolated"), seed), False),
        ("difference", average(records, figures.gain_over_interpolation, seed), True),
        ("two end slices of the reference, interpolated", average(records, of("ends_interpolated"), seed), False),
    ]
    text = "Dice when the two worst slices are corrected by the reference and propagation is run again, and beside "
    text += "interpolation of signed distances with the same keyframes, on the slices between them."
    return _by_dataset("Two keyframes more", text, columns)


def _trust(records: Sequence[Record], seed: int) -> Section:
    rows = []
    for source in (*_sources(records), ""):
        some = [record for record in records if source in ("", record.about.source)]
        share = average(some, figures.flagged, seed).mean
        rows.append((source or MEAN, with_interval(figures.median_spearman(some, seed)), with_interval(share)))
    text = "Rank correlation of slice confidence and slice Dice within a structure, and how often the slice of lowest "
    text += "confidence is in the worst fifth."
    header = ("dataset", "median Spearman correlation", "lowest is among the worst")
    return Section("Slice confidence", text, header, tuple(rows))


def _cost(records: Sequence[Record], seed: int) -> Section:
    named = {
        "encodes per slice": figures.encodes_per_slice,
        "decodes per slice": figures.decodes_per_slice,
        "time / model's time": figures.time_ratio,
    }
    columns = [(title, average(records, column, seed), False) for title, column in named.items()]
    text = "Images encoded and sets of prompts decoded per slice visited; the time of propagation in terms of the time "
    text += "that these take by themselves, at the mean times of the same run."
    return _by_dataset("Cost", text, columns)


def _projections(records: Sequence[Record], seed: int) -> Section:
    """Every set of projection on its own."""
    rows = []
    sources = _sources(records)
    for one in PROJECTIONS:
        found = average(records, dice_of(one.name), seed)
        cells = [figure(found.sources[source].value) if source in found.sources else NONE for source in sources]
        rows.append(
            (f"{one.mode}, overlap {one.overlap:g}, extension {one.extension:g}", *cells, figure(found.mean.value))
        )
    text = "Dice of every set of parameters of projection."
    return Section("Ways of projection", text, ("set", *sources, MEAN), tuple(rows))


def _by_dataset(title: str, text: str, columns: Sequence[tuple[str, Averages, bool]]) -> Section:
    first = columns[0][1]
    rows = []
    for source, counted in first.sources.items():
        cells = [
            with_interval(column.sources[source], sign) if source in column.sources else NONE
            for _, column, sign in columns
        ]
        rows.append((source, str(counted.subjects), str(counted.objects), *cells))
    means = [with_interval(column.mean, sign) for _, column, sign in columns]
    rows.append((MEAN, str(first.mean.subjects), str(first.mean.objects), *means))
    return Section(title, text, ("dataset", "subjects", "structures", *(name for name, _, _ in columns)), tuple(rows))


def _sources(records: Sequence[Record]) -> list[str]:
    return sorted({record.about.source for record in records})
