"""Which objects are shown as pictures: the worst and the quartiles of each strategy by Dice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.report.digest import Digest

PLACES = (("worst", 0.0), ("25th percentile", 0.25), ("median", 0.5), ("75th percentile", 0.75))
"""Title and place in the order of Dice, 0 to 1."""


@dataclass(frozen=True)
class Chosen:
    """An object to show.

    Args:
        title: the places it holds, "worst and median" when objects are few.
        ordinal: number of its row in the stream.
    """

    title: str
    ordinal: int


def choose(digest: Digest, strategy: str, selection: str) -> list[Chosen]:
    """Objects at the places of a strategy, by rising Dice; an object that holds several places comes once.

    A percentile is the object of nearest rank. Objects of equal Dice follow the order of the rows; those without Dice
    are left out.

    Returns:
        At most four, none when no Dice is defined.
    """
    groups = [g for (s, way, _), g in digest.groups.items() if (s, way) == (strategy, selection)]
    dice = np.concatenate([g.values("dice") for g in groups]) if groups else np.empty(0)
    ordinals = np.concatenate([np.array(g.ordinals, np.int64) for g in groups]) if groups else np.empty(0, np.int64)
    known = np.isfinite(dice)
    ordinals = ordinals[known][np.lexsort((ordinals[known], dice[known]))]
    titles: dict[int, list[str]] = {}
    for title, place in PLACES if len(ordinals) else ():
        rank = max(0, int(np.ceil(place * len(ordinals))) - 1)
        titles.setdefault(int(ordinals[rank]), []).append(title)
    return [Chosen(", ".join(names), ordinal) for ordinal, names in titles.items()]


def rows_at(rows: Iterable[ResultRow], ordinals: Iterable[int]) -> dict[int, ResultRow]:
    """Rows with the given numbers in the stream; ends with the last one wanted."""
    wanted = set(ordinals)
    found: dict[int, ResultRow] = {}
    if not wanted:
        return found
    for ordinal, row in enumerate(rows):
        if ordinal in wanted:
            found[ordinal] = row
            if len(found) == len(wanted):
                break
    return found
