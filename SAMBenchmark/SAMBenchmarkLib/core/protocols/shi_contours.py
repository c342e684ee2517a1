"""One positive point at the centroid of every contour. Source: Shi et al. 2023, algorithm 1,
doi:10.3390/diagnostics13111947.

Of each point's masks the one of highest score counts. The algorithm as printed overwrites the mask with every contour
(`contour_merge` "last"); the union of all is taken to be meant. Contours are the outer ones of all 8-connected parts; a
centroid outside the object is used all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import ndimage

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.contract import Answer, Target, object_by_object
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.prompts import Prompts

NAME = "shi-contours"
STRATEGY = "centroids"
AT_ONCE = 16
_CORNERS = np.array([(0, 0), (1, 0), (0, 1), (1, 1)], np.float64)
"""(x, y) of the corners of a block of 2 x 2 pixels."""


def contour_centroids(mask: Mask) -> list[tuple[int, int]]:
    """Centroid of the polygon through the border pixels of each 8-connected part, holes filled.

    A part without an area, a line of pixels, has the mean of its pixels.

    Args:
        mask: (H, W) boolean.

    Returns:
        (x, y) rounded to whole pixels, parts in row order; empty when the mask is empty.
    """
    labels, _count = ndimage.label(mask, structure=np.ones((3, 3), bool))
    points = []
    for index, block in enumerate(ndimage.find_objects(labels), start=1):
        x, y = _centroid(ndimage.binary_fill_holes(labels[block] == index))
        points.append((int(np.floor(x + 0.5)) + block[1].start, int(np.floor(y + 0.5)) + block[0].start))
    return points


def _centroid(part: Mask) -> tuple[float, float]:
    """The polygon is made of the squares between four pixels and the triangles between three."""
    corners = np.stack([part[:-1, :-1], part[:-1, 1:], part[1:, :-1], part[1:, 1:]])
    filled = corners.sum(axis=0)
    area = np.where(filled == 4, 1.0, np.where(filled == 3, 0.5, 0.0))
    total = float(area.sum())
    if not total:
        rows, columns = np.nonzero(part)
        return float(columns.mean()), float(rows.mean())
    rows, columns = np.nonzero(area)
    chosen, weights = corners[:, rows, columns].T, area[rows, columns]
    middle = (chosen[:, :, None] * _CORNERS).sum(axis=1) / chosen.sum(axis=1)[:, None]
    x, y = (((middle + np.column_stack([columns, rows])) * weights[:, None]).sum(axis=0) / total).tolist()
    return x, y


def shown_window(choice: str, modality: str) -> str:
    """The window that `shi_window` stands for: "ct", "minmax" or "run"."""
    if choice != "auto":
        return choice
    return "ct" if modality.strip().upper() == "CT" else "minmax"


def _answers(model: SliceModel, target: Target, options: BenchmarkOptions) -> Iterator[Answer]:
    points = contour_centroids(target.mask)
    merged = np.zeros_like(target.mask)
    scores = []
    asked = points if options.protocol_settings.contour_merge == "union" else points[-1:]
    for start in range(0, len(asked), AT_ONCE):  # an object may have thousands of contours
        for answer in model.decode([Prompts.of([point]) for point in asked[start : start + AT_ONCE]]):
            merged |= answer.masks[answer.best]
            scores.append(float(answer.scores[answer.best]))
    candidates = Candidates(merged[None], np.array([np.mean(scores)]))
    yield Answer(STRATEGY, Prompts.of(points), candidates, NAME, rules={"predicted_iou": "first"})


_one_by_one = object_by_object(_answers)


def evaluate(
    model: SliceModel, targets: Sequence[Target], options: BenchmarkOptions
) -> Iterator[tuple[Target, Answer]]:
    """All objects on the slice in the window of the protocol, which is encoded once."""
    if targets:
        shown = model.shown(shown_window(options.protocol_settings.shi_window, model.modality))
        yield from _one_by_one(shown, targets, options)
