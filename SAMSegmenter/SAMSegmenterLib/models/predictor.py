"""The predictor on a SAM network in PyTorch: images to embeddings, prompts to masks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters, ModelSpec, embedding_key
from SAMSegmenterLib.core.promptless import check_prompts, check_takes_prompts
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.everything import generate_everything
from SAMSegmenterLib.models.mask_prior import low_resolution_prior
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

if TYPE_CHECKING:
    from segment_anything.modeling import Sam


class TorchPredictor:
    """A SAM network behind the project's predictor interface.

    Images and prompts are worked on one at a time, because a network's last bits change with the size of a batch: what
    is computed together, alone, or after an interruption is then the same.

    Args:
        sam: the network, with its weights.
        spec: what is known about it; `sha256` enters the key of every embedding.
        device: "cpu", "cuda", "cuda:1", "mps".
        threads: CPU threads of the whole process; None leaves them as they are.
    """

    engine = "torch"
    precision = "float32"

    def __init__(self, sam: Sam, spec: ModelSpec, device: str = "cpu", threads: int | None = None) -> None:
        if threads is not None:
            torch.set_num_threads(threads)
        self.spec = spec
        self.device = device
        self.threads = torch.get_num_threads()
        with device_errors(device):
            self._sam = sam.float().eval().requires_grad_(False).to(device)
        sam.mask_threshold = spec.mask_threshold
        self._transform = load_segment_anything().utils.transforms.ResizeLongestSide(sam.image_encoder.img_size)
        with torch.inference_mode():
            self._image_pe = sam.prompt_encoder.get_dense_pe()

    def encode(self, images: Sequence[Rgb8]) -> list[Embedding]:
        """Embeddings of (H, W, 3) uint8 images, in order.

        Raises:
            InputError: an image has another shape or type.
            ModelError: the device fails, or runs out of memory.
        """
        return [self._encode_one(image) for image in images]

    def decode(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompts],
        multimask: bool = True,
        previous: Sequence[np.ndarray | None] | None = None,
    ) -> list[Candidates]:
        """Candidate masks for each set of prompts, as `SamPredictor.predict` finds them.

        Args:
            embedding: of the image that the prompts belong to.
            prompts: sets of prompts; a promptless model takes empty ones alone, every other model none that is empty.
            multimask: three candidates, else the single one; a promptless model has only that one.
            previous: per set, low-resolution logits (mask_size, mask_size) of an earlier answer, or None. They take
                the place of a mask prior, which is resized and padded to the same form.

        Returns:
            One `Candidates` per set of prompts, in order.

        Raises:
            InputError: prompts that do not suit the model, or logits of another shape or not finite.
            ModelError: the device fails, or runs out of memory.
        """
        earlier = previous if previous is not None else [None] * len(prompts)
        if len(earlier) != len(prompts):
            raise InputError(f"{len(prompts)} sets of prompts came with {len(earlier)} earlier answers.")
        check_prompts(self.spec, prompts, earlier)
        several = multimask and not self.spec.promptless
        with torch.inference_mode(), device_errors(self.device):
            features = self._features(embedding)
            return [
                self._decode_one(embedding, features, one, several, low_res)
                for one, low_res in zip(prompts, earlier, strict=True)
            ]

    def everything(self, embedding: Embedding, parameters: EverythingParameters) -> Candidates:
        """All masks that a grid of points finds, as `SamAutomaticMaskGenerator` does, from an embedding.

        Raises:
            InputError: the model is promptless.
            ModelError: the device fails, or runs out of memory.
        """
        check_takes_prompts(self.spec)
        with torch.inference_mode(), device_errors(self.device):
            return generate_everything(self._sam, embedding, self._features(embedding), parameters)

    def synchronise(self) -> None:
        """Wait until the device has finished."""
        kind = torch.device(self.device).type
        if kind == "cuda":
            torch.cuda.synchronize(self.device)
        elif kind == "mps":
            torch.mps.synchronize()

    def _encode_one(self, image: Rgb8) -> Embedding:
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
            raise InputError(f"The model reads images (H, W, 3) of type uint8; got {image.shape}, {image.dtype}.")
        resized = self._transform.apply_image(np.ascontiguousarray(image))
        with torch.inference_mode(), device_errors(self.device), _reproducible_convolutions(self.device):
            pixels = torch.as_tensor(resized.copy(), device=self.device).permute(2, 0, 1).contiguous()[None]
            features = self._sam.image_encoder(self._sam.preprocess(pixels))[0].half().cpu().numpy()
        height, width = image.shape[:2]
        key = embedding_key(image, self)
        return Embedding(key, (height, width), (resized.shape[0], resized.shape[1]), features)

    def _features(self, embedding: Embedding) -> torch.Tensor:
        shape = (self.spec.width, *self._sam.prompt_encoder.image_embedding_size)
        if embedding.features.shape != shape:
            raise InputError(f"The embedding has shape {embedding.features.shape}, model '{self.spec.name}' {shape}.")
        return torch.as_tensor(embedding.features.astype(np.float32), device=self.device)[None]

    def _decode_one(
        self,
        embedding: Embedding,
        features: torch.Tensor,
        prompts: Prompts,
        multimask: bool,
        low_res: np.ndarray | None,
    ) -> Candidates:
        points, boxes = self._geometric_prompts(prompts, embedding.original_size)
        sparse, dense = self._sam.prompt_encoder(
            points=points, boxes=boxes, masks=self._mask_input(embedding, prompts, low_res)
        )
        logits, scores = self._sam.mask_decoder(
            image_embeddings=features,
            image_pe=self._image_pe,
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=multimask,
        )
        masks = self._sam.postprocess_masks(logits, embedding.input_size, embedding.original_size)
        inside = (masks[0] > self.spec.mask_threshold).cpu().numpy()
        return Candidates(inside, scores[0].float().cpu().numpy(), logits[0].float().cpu().numpy())

    def _geometric_prompts(self, prompts: Prompts, size: tuple[int, int]) -> tuple[Any, torch.Tensor | None]:
        points = boxes = None
        if len(prompts.points):
            xy = self._transform.apply_coords(prompts.points, size)
            points = (self._float(xy)[None], torch.as_tensor(prompts.labels, dtype=torch.int, device=self.device)[None])
        if prompts.box is not None:
            boxes = self._float(self._transform.apply_boxes(prompts.box, size))
        return points, boxes

    def _mask_input(self, embedding: Embedding, prompts: Prompts, low_res: np.ndarray | None) -> torch.Tensor | None:
        if low_res is not None:
            side = self.spec.mask_size
            if low_res.shape != (side, side) or not np.isfinite(low_res).all():
                raise InputError(f"An earlier answer is finite logits of shape {(side, side)}; got {low_res.shape}.")
            return self._float(low_res)[None, None]
        if prompts.mask_prior is not None:
            prior = low_resolution_prior(
                prompts.mask_prior,
                embedding.original_size,
                embedding.input_size,
                self.spec.image_size,
                self.spec.mask_size,
            )
            return prior.to(self.device)
        return None

    def _float(self, values: np.ndarray) -> torch.Tensor:
        return torch.tensor(np.asarray(values, np.float32), device=self.device)


@contextlib.contextmanager
def device_errors(device: str) -> Iterator[None]:
    """Say in words that the device failed or has too little memory.

    Raises:
        ModelError: in place of PyTorch's own errors about the device.
    """
    try:
        yield
    except ModelError:
        raise
    except (RuntimeError, AssertionError) as error:
        if isinstance(error, torch.cuda.OutOfMemoryError) or "allocate memory" in str(error):
            raise ModelError(
                f"The memory of '{device}' does not suffice for this model.",
                "Close other programs that use it, choose a smaller model, or the device 'cpu'.",
            ) from error
        raise ModelError(f"The model failed on '{device}': {error}", "Try the device 'cpu'.") from error


@contextlib.contextmanager
def _reproducible_convolutions(device: str) -> Iterator[None]:
    """Full precision and the same algorithm every time; without it cuDNN rounds to 10 bits and picks by measuring."""
    if torch.device(device).type != "cuda":
        yield
        return
    with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
        yield
