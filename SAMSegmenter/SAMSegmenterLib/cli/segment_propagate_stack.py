"""Which stack of parallel slices the prompted ones belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SlicePlane

_SAME_DIRECTION = 1e-4
_MOST_ASIDE = 0.1
"""Pixels by which tilted slices may be shifted against each other."""

_MOST_OFF = 0.05
"""Steps by which a tilted slice may lie beside its place in the stack."""


@dataclass(frozen=True, eq=False)
class StackChoice:
    """A stack and the places of planes in it.

    Args:
        plane: one of the slices, with number 0 when it is tilted.
        step_mm: distance of tilted slices, None for slices of the lattice.
        indices: number of each plane in the stack, in the order asked.
    """

    plane: SlicePlane
    step_mm: float | None
    indices: tuple[int, ...]

    @property
    def letter(self) -> str:
        """What slices are called by: the axis of the file, or "tilted"."""
        return "tilted" if self.plane.axis is None else "kji"[self.plane.axis]


def stack_of(volume: Volume, planes: Sequence[SlicePlane], step_mm: float | None = None) -> StackChoice:
    """The stack that all planes belong to.

    Args:
        planes: one or more.
        step_mm: distance of tilted slices; None takes the volume's smallest spacing, or the nearest distance that
            meets all planes.

    Raises:
        InputError: the planes do not make a stack, or a distance was given for slices that have one.
    """
    axes = {plane.axis for plane in planes}
    if len(axes) > 1:
        named = " and ".join(sorted("tilted slices" if a is None else f"slices along {'kji'[a]}" for a in axes))
        axis = "kji"[min(a for a in axes if a is not None)]
        raise InputError(
            f"The prompts lie on {named}, and propagation goes along one direction.",
            f"Choose those of one direction, as by --axis {axis}.",
        )
    if planes[0].axis is not None:
        if step_mm is not None:
            raise InputError("--step is for tilted slices; those of the prompts are the volume's own.", "Leave it out.")
        return StackChoice(planes[0], None, tuple(plane.index for plane in planes))
    return _tilted_stack(volume, planes, step_mm)


def _tilted_stack(volume: Volume, planes: Sequence[SlicePlane], step_mm: float | None) -> StackChoice:
    if not volume.has_spacing:
        raise InputError(
            "The prompts lie on tilted slices, but the volume's file does not say how large a pixel is.",
            "Prompt slices of the file itself instead.",
        )
    along = np.array([_distance(planes[0], plane) for plane in planes])
    smallest = float(min(volume.spacing_kji))
    steps = [step_mm] if step_mm is not None else [smallest, *_dividing(along, smallest)]
    for step in steps:
        numbers = np.rint(along / step)
        if np.abs(along / step - numbers).max() <= _MOST_OFF:
            return StackChoice(planes[0], float(step), tuple(int(number) for number in numbers))
    raise InputError(
        "The distances between the tilted slices with prompts are not multiples of one step.",
        f"Give a step that divides them by --step; they lie {_listed(along)} mm from the first one.",
    )


def _distance(first: SlicePlane, other: SlicePlane) -> float:
    """Distance along the first plane's normal, mm; the planes must lie over each other."""
    x, y, x_other, y_other = (np.array(axis) for plane in (first, other) for axis in (plane.x_ras, plane.y_ras))
    turned = max(np.abs(x - x_other).max(), np.abs(y - y_other).max()) > _SAME_DIRECTION
    scaled = not np.allclose(first.spacing_mm, other.spacing_mm, rtol=_SAME_DIRECTION, atol=0)
    offset = np.array(other.origin_ras) - np.array(first.origin_ras)
    normal = np.cross(x, y)
    aside = np.linalg.norm(offset - (offset @ normal) * normal)
    if turned or scaled or first.size != other.size or aside > _MOST_ASIDE * min(first.spacing_mm):
        raise InputError(
            "The tilted slices with prompts do not lie over each other: their direction, pixel size or place differs.",
            "Prompt slices of one view that was only moved along its normal, or run once for each.",
        )
    return float(offset @ normal)


def _dividing(along: np.ndarray, smallest: float) -> list[float]:
    """The distance nearest to the smallest spacing that divides the smallest gap."""
    gaps = np.diff(np.unique(along))
    gaps = gaps[gaps > _MOST_OFF * smallest]
    return [float(gaps.min()) / max(1, round(float(gaps.min()) / smallest))] if gaps.size else []


def _listed(along: np.ndarray) -> str:
    return ", ".join(f"{value:.3g}" for value in np.unique(along)[:6])
