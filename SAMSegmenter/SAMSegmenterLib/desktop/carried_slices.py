"""What was carried to a slice from its neighbour, drawn dimly below the user's own marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.desktop.mark_shapes import RADIUS, box_corners
from SAMSegmenterLib.desktop.overlay_shapes import Colour, Shapes
from SAMSegmenterLib.desktop.shown_slice import ShownSlice
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.supplied_stack import pixel_shift, shifted

BOX, INSIDE, OUTSIDE = (255, 208, 64, 130), (64, 220, 96, 150), (240, 72, 72, 150)
"""As the user's own marks, but seen through."""

REJECTED = (200, 200, 200, 160)
"""Outline of a mask that was rejected."""

_DASHES = 7
"""Along each side of a box."""

_ROUND = np.linspace(0, 2 * np.pi, 25)
_RING = np.stack([np.cos(_ROUND), np.sin(_ROUND)], axis=-1) * (0.75 * RADIUS)
_SIGN = 0.4 * RADIUS


@dataclass(frozen=True, eq=False)
class CarriedSlice:
    """What was carried to a slice that a view shows.

    Args:
        held: the result; objects that are not the same are other results.
        prompts: on the grid of the slice shown; None when the slice was filled in from both sides.
        rejected: the mask, where it was rejected; one that counts is shown by the preview.
    """

    held: Any
    prompts: Prompts | None
    rejected: Mask | None


def carried_to(session: EditingSession, shown: ShownSlice) -> CarriedSlice | None:
    """What was carried to the slice that a view shows and is not accepted yet, for the selected segment."""
    held = held_at(session, shown)
    if held is None:
        return None
    shift = pixel_shift(shown.plane, held.plane) or (0, 0)
    prompts = _moved(held.prompts, shift) if held.prompts is not None else None
    return CarriedSlice(held, prompts, None if held.final else shifted(held.mask, shift, shown.grid.shape))


def held_at(session: EditingSession, shown: ShownSlice) -> Any:
    """The result on the slice that a view shows; None for none."""
    propagation = session.propagation
    slices = propagation.results.pending.get(session.segment_id)
    return slices.get(propagation.index_of(shown.plane)) if slices else None


def add_carried(prompts: Prompts, lines: Shapes) -> None:
    """Draw prompts: boxes as broken lines, points as rings with a sign."""
    if prompts.box is not None:
        corners = box_corners(prompts.box)
        for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            _add_broken(start, end, BOX, lines)
    for xy, label in zip(prompts.points, prompts.labels, strict=True):
        colour = INSIDE if label else OUTSIDE
        lines.add(_RING, colour, xy)
        lines.add(np.array([(-_SIGN, 0.0), (_SIGN, 0.0)]), colour, xy)
        if label:
            lines.add(np.array([(0.0, -_SIGN), (0.0, _SIGN)]), colour, xy)


def _add_broken(start: np.ndarray, end: np.ndarray, colour: Colour, lines: Shapes) -> None:
    steps = np.linspace(0.0, 1.0, 2 * _DASHES)
    for low, high in zip(steps[::2], steps[1::2], strict=True):
        lines.add(np.array([start + low * (end - start), start + high * (end - start)]), colour)


def _moved(prompts: Prompts, shift: tuple[int, int]) -> Prompts:
    """Prompts on a grid on which their own first pixel lies at `shift`."""
    box = None if prompts.box is None else prompts.box + np.tile(shift, 2)
    return Prompts(prompts.points + shift, prompts.labels, box)
