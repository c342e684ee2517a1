"""Gathers a digest of the rows batch by batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.metric_columns import METRICS
from SAMBenchmarkLib.core.moments import moments_by_group
from SAMBenchmarkLib.core.row_batches import Batch, TextCodes, changes, grouped, structure_numbers
from SAMBenchmarkLib.core.rows import OBJECT_KEY, WHOLE_VOLUME
from SAMBenchmarkLib.report.digest_group import POSITION_BINS, Group

_METRICS = tuple(metric.column for metric in METRICS)
DIGEST_COLUMNS = (
    *OBJECT_KEY,
    *("strategy", "selection", "variant", "round", "repeat", "structure", "n_gt", "undefined_reason"),
    *_METRICS,
)
"""What a pass over the rows needs."""

Numbers = npt.NDArray[np.int64]


class Collector:
    """Counts and groups, of batches in the order of the rows' keys; a batch may end anywhere.

    Attributes:
        objects, slices, cases, areas, first_label, stacks: as those of the digest.
    """

    def __init__(self) -> None:
        self.objects = self.slices = self.cases = 0
        self.areas: dict[str, int] = {}
        self.first_label: dict[str, int] = {}
        self.stacks: list[tuple[str, int, str]] = []
        self._groups: dict[tuple[str, str, str], Group] = {}
        self._rows = 0
        self._last: tuple[Any, ...] | None = None
        self._last_stack: tuple[Any, ...] | None = None
        self._structures = TextCodes()
        self._positions = _Positions()

    def groups(self) -> dict[tuple[str, str, str], Group]:
        """(strategy, selection, structure) -> figures, once all batches were added."""
        self._positions.finish()
        return self._groups

    def add(self, batch: Batch) -> None:
        """Take in a batch of `DIGEST_COLUMNS`."""
        ordinals = self._rows + np.arange(len(batch))
        self._rows += len(batch)
        sliced = batch["slice"] != WHOLE_VOLUME
        if not sliced.any():
            return
        batch, ordinals = batch.only(sliced), ordinals[sliced]
        self._count(batch)
        plain = batch["variant"] == batch.texts["variant"].get("", -1)
        plain &= (batch["round"] == 0) & (batch["repeat"] == 0)
        if plain.any():
            self._collect(batch.only(plain), ordinals[plain])

    def _count(self, batch: Batch) -> None:
        key = [batch[name] for name in OBJECT_KEY]
        starts = changes(key, self._last)
        before = self._last
        self._last = tuple(values[-1] for values in key)
        self.objects += int(np.count_nonzero(starts))
        self.slices += int(np.count_nonzero(changes(key[:4], before and before[:4])))
        self.cases += int(np.count_nonzero(changes(key[:1], before and before[:1])))
        objects = batch.only(starts)
        if not len(objects):
            return
        numbers = structure_numbers(objects, self._structures)
        names = self._structures.names
        areas = np.zeros(len(names), np.int64)
        np.add.at(areas, numbers, objects["n_gt"])
        lowest = np.full(len(names), np.iinfo(np.int64).max)
        np.minimum.at(lowest, numbers, objects["label_value"])
        for number in np.unique(numbers):
            name, label = names[number], int(lowest[number])
            self.areas[name] = self.areas.get(name, 0) + int(areas[number])
            self.first_label[name] = min(label, self.first_label.get(name, label))

    def _collect(self, batch: Batch, ordinals: Numbers) -> None:
        columns = {name: batch[name] for name in (*_METRICS, "slice", "label_value")}
        columns |= {"ordinal": ordinals, "stack": self._stack_numbers(batch)}
        structures = structure_numbers(batch, self._structures)
        keyed = Batch(
            {**{name: batch[name] for name in ("strategy", "selection")}, "structure": structures}, batch.texts
        )
        keys, group = grouped(keyed, ("strategy", "selection", "structure"))
        moments = {name: moments_by_group(batch[name], group, len(keys)) for name in _METRICS}
        flat = ~np.isnan(batch["hd_px"]) & np.isnan(batch["hd_mm"])
        without = np.bincount(group[flat], minlength=len(keys))
        order = np.argsort(group, kind="stable")
        parts = np.split(order, np.cumsum(np.bincount(group, minlength=len(keys)))[:-1])
        targets = [self._group(batch, key) for key in keys]
        for number, (target, rows) in enumerate(zip(targets, parts, strict=True)):
            target.keep({name: values[rows] for name, values in columns.items()})
            target.without_pixel_size += int(without[number])
            for name in _METRICS:
                target.moments[name].merge(moments[name][number])
        self._count_reasons(batch, group, targets)
        self._positions.add([targets[number] for number in range(len(targets))], group, columns)

    def _group(self, batch: Batch, key: tuple[int, ...]) -> Group:
        strategy, selection, structure = key
        names = batch.texts["strategy"].names[strategy], batch.texts["selection"].names[selection]
        return self._groups.setdefault((*names, self._structures.names[structure]), Group())

    def _count_reasons(self, batch: Batch, group: Numbers, targets: list[Group]) -> None:
        reasons = batch.texts["undefined_reason"]
        given = batch["undefined_reason"] != reasons.get("", -1)
        if not given.any():
            return
        pairs = np.stack([group[given], batch["undefined_reason"][given]], axis=1)
        names = reasons.names
        for (number, reason), count in zip(*np.unique(pairs, axis=0, return_counts=True), strict=True):
            targets[number].undefined[names[reason]] += int(count)

    def _stack_numbers(self, batch: Batch) -> Numbers:
        key = [batch[name] for name in OBJECT_KEY[:3]]
        starts = changes(key, self._last_stack)
        self._last_stack = tuple(values[-1] for values in key)
        numbers = len(self.stacks) - 1 + np.cumsum(starts)
        cases, planes = batch.texts["case_id"].names, batch.texts["plane"].names
        for at in np.flatnonzero(starts):
            self.stacks.append((cases[key[0][at]], int(key[1][at]), planes[key[2][at]]))
        return numbers


class _Positions:
    """Dice from the first to the last slice of each stack; a stack is counted when all of it was seen."""

    def __init__(self) -> None:
        self._targets: list[Group] = []
        self._numbers: dict[int, int] = {}
        self._waiting: list[tuple[npt.NDArray[Any], ...]] = []

    def add(self, targets: list[Group], group: Numbers, columns: dict[str, npt.NDArray[Any]]) -> None:
        for target in targets:
            if id(target) not in self._numbers:
                self._numbers[id(target)] = len(self._targets)
                self._targets.append(target)
        numbers = np.array([self._numbers[id(target)] for target in targets])[group]
        known = np.isfinite(columns["dice"])
        self._waiting.append(tuple(v[known] for v in (numbers, columns["stack"], columns["slice"], columns["dice"])))
        last = columns["stack"][-1]
        if columns["stack"][0] != last:
            self._settle(last)

    def finish(self) -> None:
        if self._waiting:
            self._settle(None)

    def _settle(self, unfinished: int | None) -> None:
        """Count all stacks but the one that may go on."""
        columns = [np.concatenate(parts) for parts in zip(*self._waiting, strict=True)]
        done = columns[1] != unfinished if unfinished is not None else np.ones(len(columns[1]), bool)
        self._waiting = [tuple(values[~done] for values in columns)]
        numbers, stacks, slices, dice = (values[done] for values in columns)
        if not len(numbers):
            return
        way = numbers * (int(stacks.max()) + 1) + stacks
        _, way = np.unique(way, return_inverse=True)
        first, last = np.full(way.max() + 1, np.iinfo(np.int64).max), np.full(way.max() + 1, -1)
        np.minimum.at(first, way, slices)
        np.maximum.at(last, way, slices)
        reach = int(slices.max()) + 1
        seen = np.bincount(np.unique(way * reach + slices) // reach, minlength=len(first))
        long = seen[way] >= POSITION_BINS
        place = (slices - first[way])[long] * POSITION_BINS // (last - first)[way][long]
        at = (numbers[long], np.minimum(place, POSITION_BINS - 1))
        sums, counts = (np.zeros((len(self._targets), POSITION_BINS), kind) for kind in (np.float64, np.int64))
        np.add.at(sums, at, dice[long])
        np.add.at(counts, at, 1)
        for target, some, number in zip(self._targets, sums, counts, strict=True):
            target.position_sums += some
            target.position_counts += number
