"""Which structures of a reference a run looks at, and what counts as one structure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from SAMBenchmarkLib.core.options import PROMPTLESS, BenchmarkOptions
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Segmentation, Structure

_Group = tuple[str, list[Structure]]
"""A name, and the structures that are evaluated as one under it."""


def evaluated_structures(segmentations: Sequence[Segmentation], options: BenchmarkOptions) -> list[Segmentation]:
    """The references of a case with what is to be evaluated of them.

    Structures that the options do not name are left out, and those joined by a plus sign ("left kidney + right kidney")
    become one. A model that takes no prompts has one mask for everything that it was trained to find, so for it label
    values of the same name (left and right, instances) are one, too. The lowest label value stands for all.

    Args:
        segmentations: one per frame of the case.

    Returns:
        One per frame; those that stay as they are, themselves. What this function returned it returns again.

    Raises:
        InputError: structures are named and the case has none of them (the hint lists those that it has), or one is
            named twice.
    """
    promptless = PROMPTLESS in (options.strategies or ())
    if not options.structures:
        return [_regrouped(one, _same_names(one)) for one in segmentations] if promptless else list(segmentations)
    chosen = [_regrouped(one, _named(one, options.structures, promptless)) for one in segmentations]
    if not any(segmentation.structures for segmentation in chosen):
        named = " and no ".join(f"'{name}'" for name in missing_structures(segmentations, options))
        there = dict.fromkeys(structure.name for one in segmentations for structure in one.structures)
        raise InputError(f"The reference has no structure {named}.", f"It has: {', '.join(there)}.")
    return chosen


def missing_structures(segmentations: Sequence[Segmentation], options: BenchmarkOptions) -> list[str]:
    """Names among the options' structures that no frame of a case has, in their order."""
    there = {structure.name.casefold() for one in segmentations for structure in one.structures}
    parts = [part for entry in options.structures for part in _parts(entry, there)]
    return [part for part in parts if part.casefold() not in there]


def _same_names(segmentation: Segmentation) -> list[_Group]:
    by_name: dict[str, list[Structure]] = {}
    for structure in segmentation.structures:
        by_name.setdefault(structure.name, []).append(structure)
    return list(by_name.items())


def _named(segmentation: Segmentation, entries: Sequence[str], join_same_names: bool) -> list[_Group]:
    by_name: dict[str, list[Structure]] = {}
    for structure in segmentation.structures:
        by_name.setdefault(structure.name.casefold(), []).append(structure)
    groups: list[_Group] = []
    for entry in entries:
        parts = _parts(entry, by_name)
        found = [structure for part in parts for structure in by_name.get(part.casefold(), [])]
        if len(parts) > 1 and found:
            groups.append((" + ".join(parts), found))
        elif join_same_names and found:
            groups.append((found[0].name, found))
        else:
            groups += [(structure.name, [structure]) for structure in found]
    _check_once(groups)
    return groups


def _parts(entry: str, there: Collection[str]) -> list[str]:
    """The names that an entry joins; a structure whose own name has a plus sign is one."""
    parts = [part.strip() for part in entry.split("+") if part.strip()]
    whole = next((name for name in (entry, " + ".join(parts)) if name.casefold() in there), None)
    return parts if whole is None else [whole]


def _check_once(groups: Sequence[_Group]) -> None:
    uses = Counter(structure.value for _, found in groups for structure in found)
    twice = [structure.name for _, found in groups for structure in found if uses[structure.value] > 1]
    if twice:
        raise InputError(f"The structure '{twice[0]}' is named twice.", "Name each structure once.")


def _regrouped(segmentation: Segmentation, groups: Sequence[_Group]) -> Segmentation:
    layers, structures = list(segmentation.layers), []
    for name, parts in groups:
        if len(parts) == 1:
            structures.append(replace(parts[0], name=name))
            continue
        union = np.zeros(segmentation.shape_kji, np.uint8)
        for part in parts:
            union[segmentation.mask(part)] = 1
        structures.append(Structure(min(part.value for part in parts), name, len(layers), 1))
        layers.append(union)
    if structures == list(segmentation.structures):
        return segmentation
    return replace(segmentation, layers=tuple(layers), structures=tuple(structures))
