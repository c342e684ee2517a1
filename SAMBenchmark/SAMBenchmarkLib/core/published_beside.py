"""Published values beside those of a run, wherever the run has what a published table shows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from SAMBenchmarkLib.core.options import SELECTIONS
from SAMBenchmarkLib.core.published_values import HUANG, MAZUROWSKI, SHI, PublishedValue, published_values
from SAMBenchmarkLib.core.statistics.object_figures import ATTRIBUTE_TITLES
from SAMBenchmarkLib.core.summary import MACRO, MICRO
from SAMBenchmarkLib.core.tables import Table

PUBLISHED = "published"
HEADER = ("paper", "table", "item", "model", "strategy", "metric", "unit", "published", "of", "objects")
HEADER += tuple(f"this_run_{selection}" for selection in SELECTIONS)

_AVERAGES = ("Average", "Mean", "All", "Chest X-ray", "ISIC 259", "ISIC 1000")
_MODELS = {"vit_b": "ViT-B", "vit_h": "ViT-H"}

Row = Mapping[str, Any]
Found = tuple[str, Callable[[str], tuple[float, int] | None]]
"""What of the run stands beside a value (a structure, or an average), and selection -> (value, objects) or None."""


def beside_published(tables: Sequence[Table], model: str = "") -> Table:
    """One row per published value that the run has a counterpart of; values are other data's, so never a target.

    Structures are matched by their full names, side apart. For a model of the papers only its own values are listed.

    Args:
        tables: of the run.
        model: its name.

    Returns:
        A table called `PUBLISHED`, without rows where nothing corresponds.
    """
    ours = _Ours(tables)
    known = _MODELS.get(model)
    rows: list[tuple[Any, ...]] = []
    for value in _with_means():
        if known and value.model in _MODELS.values() and value.model != known:
            continue
        for of, look in ours.counterparts(value):
            found = {selection: look(selection) for selection in SELECTIONS}
            if any(found.values()):
                about = (value.paper, value.table, value.item, value.model, value.strategy, value.metric, value.unit)
                objects = max(pair[1] for pair in found.values() if pair)
                figures = (found[selection] for selection in SELECTIONS)
                rows.append((*about, value.value, of, objects, *(pair[0] if pair else math.nan for pair in figures)))
    return Table.from_rows(PUBLISHED, "Published values for orientation, never a target", HEADER, rows)


def same_structure(name: str, item: str) -> bool:
    """Whether a structure of ours is the one of a printed line.

    "left kidney" and "kidney_left" are "Kidney-CT"; "kidney tumor" is not, as more is meant by it.
    """
    return bool(_words(name)) and _words(name) == _words(_organ(item))


def _organ(item: str) -> str:
    """The structure of "Kidney-CT", "CT-Organ: Liver" or "CT-Spleen"."""
    if ": " in item:
        return item.partition(": ")[2]
    first, _, rest = item.partition("-")
    return rest if first in ("CT", "MRI", "Xray", "US", "PET") else first


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^a-z]+", text.casefold()) if word and word not in ("left", "right")]


def _with_means() -> Iterator[PublishedValue]:
    """All values, and our means of those tables whose lines are structures."""
    columns: dict[tuple[str, ...], list[float]] = {}
    for value in published_values():
        yield value
        if (value.paper, value.table) in ((HUANG, "Table 2"), (HUANG, "Table 3"), (MAZUROWSKI, "Fig 2 CSV")):
            about = (value.paper, value.table, value.model, value.strategy, value.metric, value.unit)
            columns.setdefault(about, []).append(value.value)
    for (paper, table, model, strategy, metric, unit), numbers in columns.items():
        mean = round(sum(numbers) / len(numbers), 4)
        yield PublishedValue(paper, table, f"mean of {len(numbers)} lines", model, strategy, metric, mean, unit)


class _Ours:
    """The tables of a run, to be looked up by name and selection."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._rows: dict[str, list[Row]] = {
            table.name: [dict(zip(table.header, values, strict=True)) for values in table.rows] for table in tables
        }

    def counterparts(self, value: PublishedValue) -> Iterator[Found]:
        """What the run has of a published value."""
        finders: dict[tuple[str, str], Callable[[PublishedValue], Iterator[Found]]] = {
            (HUANG, "Table 2"): self._summary,
            (HUANG, "Table 3"): self._summary,
            (HUANG, "Section 4.4"): self._summary,
            (HUANG, "Table 4"): self._timing,
            (HUANG, "Table 5"): self._grid,
            (HUANG, "Table 6"): self._correlation,
            (HUANG, "Table 8"): self._shift,
            (MAZUROWSKI, "Fig 2 CSV"): self._modes,
            (MAZUROWSKI, "Fig 4 CSV"): self._points,
            (SHI, "Table 10"): self._promptless,
        }
        finder = finders.get((value.paper, value.table), self._contours if value.paper == SHI else None)
        return finder(value) if finder else iter(())

    def _summary(self, value: PublishedValue) -> Iterator[Found]:
        column = {"DICE": "dice_percent", "HD": "hd_px"}[value.metric]
        if value.item.startswith(("mean of", "average")):
            average = MACRO if value.item.startswith("mean of") else MICRO
            yield average, lambda selection: self._averaged(selection, value.strategy, column, average)
        for name in self._structures("summary"):
            if same_structure(name, value.item):
                yield (
                    name,
                    lambda selection, name=name: self._one(
                        f"summary_{selection}", f"{column}_mean", 1, structure=name, strategy=value.strategy
                    ),
                )

    def _timing(self, value: PublishedValue) -> Iterator[Found]:
        def look(selection: str) -> tuple[float, int] | None:
            found = self._where("timing", stage=value.strategy) if selection == SELECTIONS[0] else []
            return (float(found[0]["seconds"]), int(found[0]["slices"])) if found else None

        yield "this computer", look

    def _grid(self, value: PublishedValue) -> Iterator[Found]:
        setting = value.strategy.removeprefix("S1 grid ").removesuffix("^2")
        yield self._micro("huang-grid", "dice_percent_mean", 1, setting=setting)

    def _correlation(self, value: PublishedValue) -> Iterator[Found]:
        def look(selection: str) -> tuple[float, int] | None:
            about = {"attribute": value.item, "strategy": value.strategy}
            found = self._where(f"correlation_{selection}", **about)
            return (float(found[0]["rho"]), int(found[0]["n"])) if found and not math.isnan(found[0]["rho"]) else None

        yield ATTRIBUTE_TITLES.get(value.item, value.item), look

    def _shift(self, value: PublishedValue) -> Iterator[Found]:
        which, _, rest = value.item.partition(" shift ")
        repeat = "all" if which == "Mean" else which.removeprefix("Random ")
        about = {"setting": rest.removesuffix(" px"), "repeat": repeat, "strategy": value.strategy}
        yield self._micro("huang-shift", "dice_drop_mean", 1, **about)

    def _modes(self, value: PublishedValue) -> Iterator[Found]:
        about = {"strategy": value.strategy}
        if value.item.startswith("mean of"):
            yield self._micro("mazurowski-modes", "iou_percent_mean", 100, MACRO, **about)
        for name in self._structures("mazurowski-modes"):
            if same_structure(name, value.item):
                yield self._micro("mazurowski-modes", "iou_percent_mean", 100, name, **about)

    def _points(self, value: PublishedValue) -> Iterator[Found]:
        clicks = int(value.strategy.split()[0])
        yield self._micro("mazurowski-points", "iou_percent_mean", 100, MACRO, clicks=clicks)  # printed: mean of tasks

    def _contours(self, value: PublishedValue) -> Iterator[Found]:
        """Averages alone: the classes of the papers are numbered, or named as in no other data."""
        if any(name in value.item for name in _AVERAGES):
            yield self._micro("shi-contours", _share(value.metric), 100)

    def _promptless(self, value: PublishedValue) -> Iterator[Found]:
        if value.strategy == "manual prompt":
            yield self._micro("shi-contours", _share(value.metric), 100)
        else:
            column = "dice_percent" if value.metric == "Dice" else "jac_percent"
            yield MICRO, lambda selection: _hundredth(self._averaged(selection, "S0", column, MICRO))

    def _micro(self, protocol: str, column: str, divisor: float, of: str = MICRO, **about: Any) -> Found:
        return of, lambda selection: self._one(f"{protocol}_{selection}", column, divisor, structure=of, **about)

    def _one(self, table: str, column: str, divisor: float, **about: Any) -> tuple[float, int] | None:
        found = self._where(table, **about)
        value = float(found[0].get(column, math.nan)) if found else math.nan
        return None if math.isnan(value) else (value / divisor, int(found[0]["n"]))

    def _averaged(self, selection: str, strategy: str, column: str, average: str) -> tuple[float, int] | None:
        """Mean over structures (macro) or over the objects in which the figure is defined (micro)."""
        rows = self._where(f"summary_{selection}", strategy=strategy)
        known = [row for row in rows if not math.isnan(row.get(f"{column}_mean", math.nan))]
        if not known:
            return None
        weights = [1 if average == MACRO else row["n"] - row[f"{column}_undefined"] for row in known]
        total = sum(row[f"{column}_mean"] * weight for row, weight in zip(known, weights, strict=True))
        return total / sum(weights), sum(row["n"] for row in rows)

    def _where(self, table: str, **about: Any) -> list[Row]:
        rows = self._rows.get(table, [])
        return [row for row in rows if all(str(row.get(name)) == str(value) for name, value in about.items())]

    def _structures(self, stem: str) -> list[str]:
        rows = [row for selection in SELECTIONS for row in self._rows.get(f"{stem}_{selection}", [])]
        return [name for name in dict.fromkeys(str(row["structure"]) for row in rows) if name not in (MICRO, MACRO)]


def _share(metric: str) -> str:
    return "dice_percent_mean" if metric == "Dice" else "iou_percent_mean"


def _hundredth(found: tuple[float, int] | None) -> tuple[float, int] | None:
    return None if found is None else (found[0] / 100, found[1])
