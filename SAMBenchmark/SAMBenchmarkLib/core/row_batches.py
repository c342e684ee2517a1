"""Columns of many rows at a time: how tables and the report read a run without holding its rows.

A stream of batches holds the rows of one run in the order of their keys, `BATCH_ROWS` at a time, so that figures summed
batch by batch come out bit for bit the same whichever store they were read from.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.rows import COLUMN_TYPES, ResultRow

BATCH_ROWS = 65_536
"""Rows of a batch; the last one of a stream has fewer."""

Codes = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class TextCodes(dict[str, int]):
    """Numbers of texts in the order in which they were first seen."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number

    def encode(self, texts: Sequence[str]) -> Codes:
        """(N,) number of each text."""
        return np.fromiter(map(self.__getitem__, texts), np.int64, len(texts))

    @property
    def names(self) -> list[str]:
        """Texts by number."""
        return list(self)


@dataclass(frozen=True, eq=False)
class Batch:
    """Some columns of some rows.

    Args:
        columns: name -> (N,) float64 with NaN where undefined, or int64; a text is a number of `texts`.
        texts: name of a text column -> what its numbers stand for, the same for all batches of a stream.
    """

    columns: Mapping[str, npt.NDArray[Any]]
    texts: Mapping[str, TextCodes]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self.columns[name]

    def only(self, chosen: Bools) -> Batch:
        """The rows of a mask, (N,)."""
        return Batch({name: values[chosen] for name, values in self.columns.items()}, self.texts)


class ColumnStore(Protocol):
    """What is read of a store, batch by batch."""

    def columns(self, option_hash: str, names: Sequence[str], plain: bool = False) -> Iterator[Batch]:
        """Columns of a run's rows in the order of their keys; `plain` leaves out those of protocols beside S0-S6."""
        ...


def batches_of_rows(rows: Iterable[ResultRow], names: Sequence[str], plain: bool = False) -> Iterator[Batch]:
    """Rows, in the order of their keys, as a stream of batches.

    Args:
        names: of the columns that are wanted.
        plain: leave out rows with a variant, a round or a repetition.
    """
    texts = text_codes(names)
    wanted = (row for row in rows if not (plain and (row.variant or row.round or row.repeat)))
    while part := list(itertools.islice(wanted, BATCH_ROWS)):
        yield encoded({name: [getattr(row, name) for row in part] for name in names}, texts)


def text_codes(names: Iterable[str]) -> dict[str, TextCodes]:
    """Numbers for the text columns among some columns, none given yet."""
    return {name: TextCodes() for name in names if COLUMN_TYPES[name] == "TEXT"}


def encoded(values: Mapping[str, Sequence[Any]], texts: Mapping[str, TextCodes]) -> Batch:
    """A batch of columns as a database gives them; None is an undefined figure."""
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, given in values.items():
        if name in texts:
            columns[name] = texts[name].encode(given)
        else:
            columns[name] = np.array(given, np.float64 if COLUMN_TYPES[name] == "REAL" else np.int64)
    return Batch(columns, texts)


def grouped(batch: Batch, names: Sequence[str]) -> tuple[list[tuple[int, ...]], Codes]:
    """Groups of rows that agree in some integer or text columns.

    Returns:
        The groups' values in rising order, and (N,) the group of each row.
    """
    stacked = [batch[name] for name in names]
    combined = np.zeros(len(batch), np.int64)
    for values in stacked:
        _, place = np.unique(values, return_inverse=True)
        combined = combined * (int(place.max(initial=0)) + 1) + place  # never overflows: batches are small
        _, combined = np.unique(combined, return_inverse=True)
    _, first, group = np.unique(combined, return_index=True, return_inverse=True)
    keys = [tuple(int(values[at]) for values in stacked) for at in first]
    return keys, group.astype(np.int64)


def structure_numbers(batch: Batch, names: TextCodes) -> Codes:
    """(N,) number of each row's structure; one without a name is called by its label.

    Args:
        batch: with the columns `structure` and `label_value`.
        names: gets the names, numbered in the order of the rows.
    """
    pairs, group = grouped(batch, ("structure", "label_value"))
    texts = batch.texts["structure"].names
    numbers = np.empty(len(pairs), np.int64)
    for number in np.argsort(np.unique(group, return_index=True)[1]):
        text, label = pairs[number]
        numbers[number] = names[texts[text] or f"label {label}"]
    return numbers[group]


def changes(columns: Sequence[npt.NDArray[Any]], before: tuple[Any, ...] | None) -> Bools:
    """(N,) whether a row differs in any of some columns from the one before it.

    Args:
        columns: (N,) each, N at least 1.
        before: the same columns of the row before the first; None when there is none.
    """
    differs = np.zeros(len(columns[0]), bool)
    for values in columns:
        differs[1:] |= values[1:] != values[:-1]
    differs[0] = before is None or tuple(values[0] for values in columns) != before
    return differs
