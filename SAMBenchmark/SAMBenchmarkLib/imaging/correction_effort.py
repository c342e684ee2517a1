"""Human correction effort: how many places a person would have to click to turn a mask into the reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from SAMBenchmarkLib.core.regions import as_boolean, bounding_region
from SAMBenchmarkLib.imaging.packages import opencv, scikit_image
from SAMSegmenterLib.core.arrays import Mask, same_shape

TOLERANCE = 5
"""Pixels: errors that are thinner than this along an outline need no correction."""

EPSILON = 2.0
"""Pixels: how far the polygon of an outline may lie from it."""

_CROSS = ndimage.generate_binary_structure(2, 1)
_MARGIN = 2

Piece = list[tuple[int, int]]
"""(x, y) of consecutive pixels of an outline."""


@dataclass(frozen=True)
class CorrectionEffort:
    """What has to be corrected.

    Args:
        superfluous_points, missed_points: corners of the outlines that have to be drawn anew.
        superfluous_regions, missed_regions: regions that can be removed or filled as a whole.
    """

    superfluous_points: int = 0
    superfluous_regions: int = 0
    missed_points: int = 0
    missed_regions: int = 0

    @property
    def total(self) -> int:
        """All points and regions."""
        return self.superfluous_points + self.superfluous_regions + self.missed_points + self.missed_regions


def effort_of(prediction: Mask, reference: Mask) -> float:
    """Points and regions to correct in all; see `correction_effort`."""
    return float(correction_effort(prediction, reference).total)


def correction_effort(
    prediction: Mask, reference: Mask, tolerance: int = TOLERANCE, epsilon: float = EPSILON
) -> CorrectionEffort:
    """Points and regions that a person would have to correct.

    Errors that erosion of both masks' union removes are forgiven, but for missed parts of the reference's skeleton.
    Of what remains, outlines that meet the right part of the mask (superfluous regions) or the background (missed
    ones) are drawn anew, a polygon's corner per click; regions without such an outline take one click each.

    Args:
        prediction: (H, W) boolean; may be empty.
        reference: (H, W) boolean; may be empty.
        tolerance: iterations of the erosion with a cross.
        epsilon: largest distance between polygon and outline, pixels.

    Returns:
        Zeros when nothing has to be corrected. Numbers of corners may differ by one or two between releases of OpenCV.

    Raises:
        InputError: the shapes differ.
        DependencyError: OpenCV or scikit-image is missing.

    Source: Qin et al. 2022, arXiv:2203.03041, human correction efforts, and their released program.
    """
    cv2, skeletonize = opencv(), scikit_image("morphology").skeletonize
    prediction, reference = as_boolean(prediction), as_boolean(reference)
    same_shape(prediction, reference, "prediction and reference")
    block = bounding_region(prediction | reference)
    if block is None or np.array_equal(prediction, reference):
        return CorrectionEffort()
    window = tuple(slice(max(0, part.start - _MARGIN), part.stop + _MARGIN) for part in block)
    found, wanted = prediction[window], reference[window]
    union = found | wanted
    inner = ndimage.binary_erosion(union, _CROSS, tolerance, border_value=1) if tolerance else union
    right = found & wanted
    superfluous = _thick(found & ~wanted, inner, wanted, tolerance)
    missed = _thick(wanted & ~found, inner, found, tolerance) | (skeletonize(wanted) & ~found)
    extra_pieces, extra_regions = _to_draw(cv2, superfluous, right | missed)
    missed_pieces, missed_regions = _to_draw(cv2, missed, ~(right | superfluous | missed))
    points = [_corners(cv2, pieces, epsilon) for pieces in (extra_pieces, missed_pieces)]
    return CorrectionEffort(points[0], extra_regions, points[1], missed_regions)


def _thick(wrong: Mask, inner: Mask, barrier: Mask, tolerance: int) -> Mask:
    """What is left of wrong pixels: those within the eroded union, grown back over what is not a barrier."""
    grown = wrong & inner
    if tolerance:
        grown = ndimage.binary_dilation(grown, _CROSS, tolerance, mask=~barrier)
    return grown & wrong


def _to_draw(cv2: object, region: Mask, meets: Mask) -> tuple[list[Piece], int]:
    """Pieces of a region's outlines that lie in or beside what they have to meet, and parts without such a piece."""
    near = ndimage.binary_dilation(meets, _CROSS)
    parts, count = ndimage.label(region, structure=np.ones((3, 3), bool))
    as_a_whole = np.ones(count + 1, bool)
    as_a_whole[0] = False
    taken = np.zeros(region.shape, bool)
    pieces: list[Piece] = []
    outlines, _tree = cv2.findContours(  # type: ignore[attr-defined]
        region.astype(np.uint8),
        cv2.RETR_TREE,  # type: ignore[attr-defined]
        cv2.CHAIN_APPROX_NONE,  # type: ignore[attr-defined]
    )
    for outline in outlines:
        cut: list[Piece] = [[]]
        for x, y in outline[:, 0].tolist():
            if not near[y, x] or taken[y, x]:
                cut.append([])
                continue
            cut[-1].append((x, y))
            taken[y, x] = True
            as_a_whole[parts[y, x]] = False
        pieces += _joined_ends([piece for piece in cut if piece])
    return pieces, int(np.count_nonzero(as_a_whole))


def _joined_ends(pieces: list[Piece]) -> list[Piece]:
    """An outline begins anywhere: its first piece may go on where its last one ends."""
    if len(pieces) > 1:
        (x0, y0), (x1, y1) = pieces[0][0], pieces[-1][-1]
        if max(abs(x0 - x1), abs(y0 - y1)) == 1:
            return [*pieces[1:-1], pieces[-1] + pieces[0][::-1]]  # turned round, as the released program has it
    return pieces


def _corners(cv2: object, pieces: list[Piece], epsilon: float) -> int:
    """Corners of the pieces' polygons after Douglas and Peucker."""
    lines: list[npt.NDArray[np.int32]] = [np.array(piece, np.int32)[:, None] for piece in pieces]
    return sum(len(cv2.approxPolyDP(line, epsilon, False)) for line in lines)  # type: ignore[attr-defined]
