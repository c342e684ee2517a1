"""Everything mode as two maps that help another network to see: where masks lie, and where their outlines are.

Source: Zhang et al. 2023, SAMAug, arXiv:2304.11332, and the released program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from SAMSegmenterLib.core.arrays import Mask, Rgb8
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import Candidates, EverythingParameters

PRED_IOU_THRESHOLD = BOX_NMS_THRESHOLD = 0.5
"""Those of the released program; the threshold of stability is the model's."""

Floats = npt.NDArray[np.float32]
_CROSS = ndimage.generate_binary_structure(2, 1)


@dataclass(frozen=True, eq=False)
class PriorMaps:
    """The maps of one slice.

    Args:
        segmentation: (H, W) sum of the stability of all masks that cover a pixel; 0 where none does, not limited above.
        boundary: (H, W) 1 on the outlines of masks, else 0.
    """

    segmentation: Floats
    boundary: Floats


def prior_maps(everything: Candidates, shape: tuple[int, int]) -> PriorMaps:
    """Both maps from the masks of everything mode.

    Args:
        everything: with the stability of its masks; may be empty.
        shape: (H, W).

    Raises:
        InputError: nobody measured the stability.
    """
    if len(everything) and everything.stability is None:
        raise InputError("The masks came without their stability, which the map is made of.")
    segmentation, boundary = np.zeros(shape, np.float32), np.zeros(shape, bool)
    for number, mask in enumerate(everything.masks):
        segmentation[mask] += everything.stability[number]  # type: ignore[index]
        boundary |= thick_boundary(mask)
    return PriorMaps(segmentation, boundary.astype(np.float32))


def thick_boundary(mask: Mask) -> Mask:
    """Pixels on either side of an outline: those with a neighbour above, below or beside them of the other kind.

    The image's edge is no outline.
    """
    inner = ndimage.binary_erosion(mask, _CROSS, border_value=1)
    return ndimage.binary_dilation(mask, _CROSS) & ~inner


def augmented(shown: Rgb8, maps: PriorMaps) -> Floats:
    """The image that the network gets: from 0 to 1, with the maps added to its second and third channel.

    Nothing is cut off, so that these two may exceed 1.

    Args:
        shown: (H, W, 3) as the model saw it.
    """
    image = shown.astype(np.float32) / 255
    image[..., 1] += maps.segmentation
    image[..., 2] += maps.boundary
    return image


def prior_parameters(of_model: EverythingParameters, points_per_side: int) -> EverythingParameters:
    """Everything mode as the maps want it."""
    changes = {"pred_iou_thresh": PRED_IOU_THRESHOLD, "box_nms_thresh": BOX_NMS_THRESHOLD}
    return replace(of_model, points_per_side=points_per_side, **changes)  # type: ignore[arg-type]
