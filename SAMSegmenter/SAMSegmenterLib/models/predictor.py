"""The predictor on a SAM network in PyTorch: images to embeddings, prompts to masks."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.errors import DeviceError, DeviceMemoryError, InputError, ModelError
from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters, ModelSpec, embedding_key
from SAMSegmenterLib.core.promptless import check_prompts, check_takes_prompts
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.engine_check import check_engine
from SAMSegmenterLib.models.engine_names import FAST, OPENVINO_ENGINES, TORCH, chosen_engine
from SAMSegmenterLib.models.engine_records import EngineCheck
from SAMSegmenterLib.models.engines import OnStep, make_engine
from SAMSegmenterLib.models.enlarging import enlarged_masks, enlarging_for, large_mask
from SAMSegmenterLib.models.everything_in_crops import CropParameters, everything_in_crops
from SAMSegmenterLib.models.mask_prior import low_resolution_prior
from SAMSegmenterLib.models.out_of_memory import is_out_of_memory
from SAMSegmenterLib.models.refining.files import open_refiner
from SAMSegmenterLib.models.refining.marks import kept_picture
from SAMSegmenterLib.models.refining.refiner import refined_scores
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

PRECISIONS = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}

_FAST_MASKS = (FAST, *OPENVINO_ENGINES)
"""Engines that also bring masks to the image's size their own way."""

_LARGE_PIXELS = 16_000_000
"""Masks of larger images are made one by one."""


def no_step(done: int, total: int) -> None:
    """For callers that neither show progress nor stop the work."""


class TorchPredictor:
    """A SAM network behind the project's predictor interface.

    Images and prompts are worked on one at a time, because a network's last bits change with the size of a batch: what
    is computed together, alone, or after an interruption is then the same.

    Args:
        sam: the network, with its weights.
        spec: what is known about it; `sha256` enters the key of every embedding. Its refiner draws the masks of prompts
            again, on the CPU; those of everything mode stay as the network gives them.
        device: "cpu", "cuda", "cuda:1", "mps".
        threads: CPU threads of the whole process; None leaves them as they are.
        precision: "float32", or "float16" or "bfloat16" for an image encoder of half the memory; the mask decoder stays
            as it is. OpenVINO's engines are given 32 bit.
        engine: one of `engine_names.ENGINES`; "torch" is SAM's own code, "auto" is "fast" where that is the better
            choice. Weights must not change while another engine than "torch" is in use.

    Attributes:
        on_step: called before each part of the image encoder with (parts done, all parts), and before each run of the
            mask decoder with (0, 0), on the thread that works; what it raises (`Cancelled`, say) ends the work.
    """

    def __init__(
        self,
        sam: Sam,
        spec: ModelSpec,
        device: str = "cpu",
        threads: int | None = None,
        precision: str = "float32",
        engine: str = TORCH,
    ) -> None:
        self.engine = chosen_engine(engine, spec.architecture, device)
        if precision not in PRECISIONS:
            raise InputError(f"There is no precision '{precision}'.", f"Choose one of: {', '.join(PRECISIONS)}.")
        if self.engine in OPENVINO_ENGINES and precision != "float32":
            raise InputError(f"The engine '{self.engine}' takes weights in 'float32' only.")
        if threads is not None:
            torch.set_num_threads(threads)
        self.spec = spec
        self.device = device
        self.precision = precision
        self.threads = torch.get_num_threads()
        self.on_step: OnStep = no_step
        self._refiner = None
        if spec.refiner is not None and not spec.promptless:
            self._refiner = open_refiner(spec.refiner, spec.image_size)
        with device_errors(device):
            sam.float().eval().requires_grad_(False).image_encoder.to(PRECISIONS[precision])
            self._sam = sam.to(device)
        sam.mask_threshold = spec.mask_threshold
        self._transform = load_segment_anything().utils.transforms.ResizeLongestSide(sam.image_encoder.img_size)
        self._engine = make_engine(self.engine, sam, _announcing(self))

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
        """Candidate masks for each set of prompts, as `SamPredictor.predict` finds them, then drawn by the refiner.

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
            self._check(embedding)
            return [
                self._decode_one(embedding, one, several, low_res)
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
            self._check(embedding)
            return self._engine.everything(embedding, parameters)

    def everything_in_crops(self, image: Rgb8, parameters: EverythingParameters, crops: CropParameters) -> Candidates:
        """All masks that grids of points find in an image and in crops of it, as `SamAutomaticMaskGenerator` does.

        Args:
            image: (H, W, 3) uint8; each of its crops is encoded.
            parameters: grid and thresholds of the whole image.
            crops: how many, and how their masks are put together.

        Returns:
            Masks of the smallest crops first.

        Raises:
            InputError: the model is promptless, or the image has another shape or type.
            ModelError: the device fails, or runs out of memory.
        """
        check_takes_prompts(self.spec)
        with torch.inference_mode(), device_errors(self.device):
            step = _announcing(self)
            return everything_in_crops(self._sam, self._encode_one, image, parameters, crops, lambda: step(0, 0))

    def synchronise(self) -> None:
        """Wait until the device has finished."""
        kind = torch.device(self.device).type
        if kind == "cuda":
            torch.cuda.synchronize(self.device)
        elif kind == "mps":
            torch.mps.synchronize()

    def check_engine(self) -> EngineCheck:
        """Compare the engine with PyTorch in 32 bit on a made-up picture; takes a second, or as long as two encodings.

        Raises:
            ModelError: the device fails, or runs out of memory.
        """
        with device_errors(self.device):
            return check_engine(self.engine, self._engine, self._sam)

    def _encode_one(self, image: Rgb8) -> Embedding:
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
            raise InputError(f"The model reads images (H, W, 3) of type uint8; got {image.shape}, {image.dtype}.")
        resized = self._transform.apply_image(np.ascontiguousarray(image))
        with torch.inference_mode(), device_errors(self.device), _reproducible_convolutions(self.device):
            pixels = torch.as_tensor(resized.copy(), device=self.device).permute(2, 0, 1).contiguous()[None]
            network_input = self._sam.preprocess(pixels).to(PRECISIONS[self.precision])
            features = self._engine.encode(network_input)[0].half().cpu().numpy()
        height, width = image.shape[:2]
        input_size = resized.shape[0], resized.shape[1]
        picture = kept_picture(image, input_size) if self.spec.refiner is not None else None
        return Embedding(embedding_key(image, self), (height, width), input_size, features, picture)

    def _check(self, embedding: Embedding) -> None:
        shape = (self.spec.width, *self._sam.prompt_encoder.image_embedding_size)
        if embedding.features.shape != shape:
            raise InputError(f"The embedding has shape {embedding.features.shape}, model '{self.spec.name}' {shape}.")

    def _decode_one(
        self, embedding: Embedding, prompts: Prompts, multimask: bool, low_res: np.ndarray | None
    ) -> Candidates:
        geometry = self._geometric_prompts(prompts, embedding.original_size)
        mask = self._mask_input(embedding, prompts, low_res)
        logits, scores = self._engine.answer(embedding.features, geometry, mask, multimask)
        height, width = embedding.original_size
        at_once = 1 if height * width > _LARGE_PIXELS else logits.shape[1]  # a large mask in numbers takes gigabytes
        parts = [self._inside(part, embedding) for part in logits.split(at_once, dim=1)]
        inside = parts[0] if len(parts) == 1 else np.concatenate(parts)
        low, predicted = logits[0].float().cpu(), scores[0].float().cpu().numpy()
        if self._refiner is not None and embedding.picture is not None:
            self._refiner.refine(inside, embedding, prompts, low - self.spec.mask_threshold)
            predicted = refined_scores(predicted, len(prompts.points))
        return Candidates(inside, predicted, low.numpy())

    def _inside(self, logits: torch.Tensor, embedding: Embedding) -> np.ndarray:
        """(N, H, W) bool of logits (1, N, h, w)."""
        height, width = embedding.original_size
        sizes = self.spec.image_size, embedding.input_size, embedding.original_size
        if height * width > _LARGE_PIXELS and logits.device.type == "cpu":
            return large_mask(logits, *sizes, self.spec.mask_threshold)
        if self.engine in _FAST_MASKS:
            return enlarged_masks(logits[0], enlarging_for(*sizes), self.spec.mask_threshold)
        masks = self._sam.postprocess_masks(logits, embedding.input_size, embedding.original_size)
        return (masks[0] > self.spec.mask_threshold).cpu().numpy()

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
        DeviceMemoryError, DeviceError: in place of PyTorch's own errors about the device.
    """
    try:
        yield
    except ModelError:
        raise
    except (RuntimeError, AssertionError, MemoryError) as error:
        if is_out_of_memory(error):
            raise DeviceMemoryError(
                f"The memory of '{device}' does not suffice for this model.",
                "Close other programs that use it, choose a smaller model, or the device 'cpu'.",
            ) from error
        raise DeviceError(f"The model failed on '{device}': {error}", "Try the device 'cpu'.") from error


def _announcing(predictor: TorchPredictor) -> OnStep:
    """Calls `predictor.on_step`, and keeps neither predictor nor network alive beyond their use."""
    alive = weakref.ref(predictor)

    def announce(done: int, total: int) -> None:
        owner = alive()
        if owner is not None:
            owner.on_step(done, total)

    return announce


@contextlib.contextmanager
def _reproducible_convolutions(device: str) -> Iterator[None]:
    """Full precision and the same algorithm every time; without it cuDNN rounds to 10 bits and picks by measuring."""
    if torch.device(device).type != "cuda":
        yield
        return
    with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
        yield
