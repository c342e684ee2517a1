"""Which objects are shown as pictures: the worst and the quartiles of each strategy by Dice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from SAMBenchmarkLib.core.rows import KEY_COLUMNS
from SAMBenchmarkLib.report.digest import Digest

PLACES = (("worst", 0.0), ("25th percentile", 0.25), ("median", 0.5), ("75th percentile", 0.75))
"""Title and place in the order of Dice, 0 to 1."""

_NAMED = ("ordinal", "stack", "slice", "label_value")


@dataclass(frozen=True)
class Chosen:
    """An object to show.

    Args:
        title: the places it holds, "worst and median" when objects are few.
        ordinal: number of its row in the stream.
        where: columns that name the row, and their values.
    """

    title: str
    ordinal: int
    where: dict[str, Any] = field(default_factory=dict, compare=False)


def choose(digest: Digest, strategy: str, selection: str) -> list[Chosen]:
    """Objects at the places of a strategy, by rising Dice; an object that holds several places comes once.

    A percentile is the object of nearest rank. Objects of equal Dice follow the order of the rows; those without Dice
    are left out. Of a large study the places are those among the objects that are kept, but the worst is that of all.

    Returns:
        At most four, none when no Dice is defined.
    """
    groups = [g for (s, way, _), g in digest.groups.items() if (s, way) == (strategy, selection)]
    if not groups:
        return []
    columns = {name: np.concatenate([g.kept[name] for g in groups]) for name in ("dice", *_NAMED)}
    known = np.flatnonzero(np.isfinite(columns["dice"].astype(np.float64)))
    order = known[np.lexsort((columns["ordinal"][known], columns["dice"][known]))]
    titles: dict[int, list[str]] = {}
    for title, place in PLACES if len(order) else ():
        rank = max(0, int(np.ceil(place * len(order))) - 1)
        titles.setdefault(int(order[rank]), []).append(title)
    chosen = []
    for at, names in titles.items():
        ordinal, stack, index, label = (int(columns[name][at]) for name in _NAMED)
        about = (*digest.stacks[stack], index, label, strategy, "", 0, 0, selection)
        chosen.append(Chosen(", ".join(names), ordinal, dict(zip(KEY_COLUMNS[1:], about, strict=True))))
    return chosen
