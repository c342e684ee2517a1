"""Everything mode in an image and in crops of it, so that small objects are found as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters
from SAMSegmenterLib.models.fast_decoder import FastMaskDecoder
from SAMSegmenterLib.models.fast_everything import Proposal, drawn, proposals, without_duplicates
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

_EDGE = 20.0
"""Masks that come this near to a crop's edge, in pixels, may go on beyond it."""


@dataclass(frozen=True)
class CropParameters:
    """Crops of an image; defaults but for the layers are those of SAM's own generator.

    Args:
        layers: of crops; layer n has 4^n of them, layer 0 is the whole image.
        overlap: of neighbours in the first layer, a share of the image's shorter side.
        nms_thresh: overlap of boxes above which a mask of the larger crop goes.
        points_downscale: by which each layer's grid has fewer points a side than that of the layer before.

    Raises:
        InputError: a number that makes no sense.
    """

    layers: int = 1
    overlap: float = 512 / 1500
    nms_thresh: float = 0.7
    points_downscale: int = 1

    def __post_init__(self) -> None:
        if self.layers < 0 or not 0 <= self.overlap < 1 or self.points_downscale < 1:
            raise InputError("Crops have at least 0 layers, overlap by less than their image, and at least one point.")


def everything_in_crops(
    sam: Sam,
    encode: Callable[[Rgb8], Embedding],
    image: Rgb8,
    parameters: EverythingParameters,
    crops: CropParameters,
    on_step: Callable[[], None],
) -> Candidates:
    """What `SamAutomaticMaskGenerator` finds with `crop_n_layers`.

    Args:
        sam: the network.
        encode: makes the embedding of a crop.
        image: (H, W, 3) uint8.
        parameters: grid and thresholds of the whole image.
        crops: of the image.
        on_step: called before each prompt.

    Returns:
        Masks of the smallest crops first, possibly none.
    """
    decoder, height_width = FastMaskDecoder(sam), (image.shape[0], image.shape[1])
    boxes, layers = load_segment_anything().utils.amg.generate_crop_boxes(height_width, crops.layers, crops.overlap)
    found: list[Proposal] = []
    preference: list[float] = []
    for box, layer in zip(boxes, layers, strict=True):
        x0, y0, x1, y1 = box
        embedding = encode(np.ascontiguousarray(image[y0:y1, x0:x1]))
        features = torch.as_tensor(embedding.features.astype(np.float32), device=sam.device)[None]
        side = int(parameters.points_per_side / crops.points_downscale**layer)
        given = replace(parameters, points_per_side=side)
        thresholds = sam.mask_threshold, sam.image_encoder.img_size
        some = proposals(decoder, decoder.share(features), embedding, given, thresholds, on_step)
        some = [replace(one, box=_moved(one.box, x0, y0)) for one in some]
        some = [one for one in some if not _is_near_crop_edge(one.box, box, height_width)]
        some = without_duplicates(some, parameters.box_nms_thresh)
        found += some
        preference += [1 / ((x1 - x0) * (y1 - y0))] * len(some)
    if len(boxes) > 1:
        found = without_duplicates(found, crops.nms_thresh, torch.tensor(preference))
    return drawn(found, height_width)


def _moved(box: tuple[int, int, int, int], x: int, y: int) -> tuple[int, int, int, int]:
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


def _is_near_crop_edge(box: tuple[int, int, int, int], crop: list[int], size: tuple[int, int]) -> bool:
    """Whether a side of the box is near the crop's, where the image goes on."""
    whole = (0, 0, size[1], size[0])
    sides = zip(box, crop, whole, strict=True)
    return any(abs(side - edge) <= _EDGE and abs(side - end) > _EDGE for side, edge, end in sides)
