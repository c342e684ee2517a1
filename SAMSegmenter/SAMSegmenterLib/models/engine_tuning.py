"""How fast and how exact the engines are with a model on this computer, and which of them to use."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from SAMSegmenterLib.core.errors import DependencyError, ModelError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ignore_progress
from SAMSegmenterLib.models.engine_check import difference_of_logits, judged
from SAMSegmenterLib.models.engine_names import (
    APPROXIMATE,
    AUTO,
    COMPILED,
    FAST,
    OPENVINO,
    OPENVINO_BF16,
    OPENVINO_INT8,
    TORCH,
    chosen_engine,
)
from SAMSegmenterLib.models.engine_records import EngineCheck
from SAMSegmenterLib.models.engines import Engine, make_engine, original_answer
from SAMSegmenterLib.models.loading import network_with_weights
from SAMSegmenterLib.models.openvino_encoder import has_bf16
from SAMSegmenterLib.models.openvino_package import openvino_installed
from SAMSegmenterLib.models.peak_memory import highest_memory
from SAMSegmenterLib.models.small_grid import made_up_picture
from SAMSegmenterLib.models.weights import read_state_dict

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

logger = logging.getLogger(__name__)

ROUNDS, ENOUGH_SECONDS = 3, 15.0
"""Repeats of each, unless they take so long together."""
PROMPTS_PER_IMAGE = 5
"""How many prompts a slice gets when engines are ranked."""
_CLEARLY = 0.95
"""Another engine than the usual one must take less than this share of its time."""
_POINTS = 4


@dataclass(frozen=True)
class EngineMeasurement:
    """One engine with one model.

    Args:
        encode_seconds, decode_seconds: least of several, for an image and for one prompt.
        check: its difference from SAM's own code in 32 bit.
        masks_alike: mean Dice between its masks and those, at points spread over the picture; 1 where all are the same.
        memory_mb: the most that the whole process held meanwhile; None where the system does not tell.
    """

    engine: str
    encode_seconds: float
    decode_seconds: float
    check: EngineCheck
    masks_alike: float
    memory_mb: float | None

    @property
    def seconds_per_slice(self) -> float:
        """An image and its prompts."""
        return self.encode_seconds + PROMPTS_PER_IMAGE * self.decode_seconds


def offered_engines(architecture: str, device: str) -> tuple[str, ...]:
    """The engines that can run here, "torch" first."""
    if not device.startswith("cpu"):
        return (TORCH, COMPILED)
    engines = [TORCH, FAST]
    if openvino_installed():
        engines.append(OPENVINO)
        if architecture.startswith("vit"):
            engines += [OPENVINO_INT8, *([OPENVINO_BF16] if has_bf16() else [])]
    return tuple(engines)


def measure_engines(
    spec: ModelSpec, device: str = "cpu", threads: int | None = None, on_progress: OnProgress = ignore_progress
) -> list[EngineMeasurement]:
    """Measure the engines offered for a model, one after the other, on a made-up picture.

    Args:
        spec: of installed weights.
        device: where they run; not "auto".
        threads: CPU threads of the whole process; None leaves them as they are.

    Returns:
        One measurement per engine that works, "torch" first.

    Raises:
        ModelError: weights are damaged, or the device fails.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    sam = network_with_weights(spec, read_state_dict(spec.path)).float().requires_grad_(False).to(device)
    sam.mask_threshold = spec.mask_threshold
    picture, expected, measured = made_up_picture(spec.image_size).to(device), None, []
    names = offered_engines(spec.architecture, device)
    for number, name in enumerate(names):
        on_progress(ProgressEvent(f"measuring {spec.name}", number, len(names), message=name))
        try:
            engine = _engine(name, sam)
            with torch.inference_mode():
                one, embedding = _measured(name, engine, sam, picture, expected)
        except (ModelError, DependencyError) as error:
            logger.warning("The engine '%s' is left out: %s", name, error)
            continue
        expected = embedding if expected is None else expected
        measured.append(one)
    on_progress(ProgressEvent(f"measuring {spec.name}", len(names), len(names)))
    return measured


def best_engine(
    measured: list[EngineMeasurement], architecture: str, device: str, approximate: bool = False
) -> EngineMeasurement:
    """The engine that takes the least time of those that answer rightly.

    Args:
        measured: at least that of "torch".
        approximate: also consider engines that round on the way.

    Returns:
        The usual engine, unless another is clearly faster.
    """
    allowed = [
        one for one in measured if one.check.passed and (approximate or one.engine not in APPROXIMATE)
    ] or measured[:1]
    fastest = min(allowed, key=lambda one: one.seconds_per_slice)
    usual = [one for one in allowed if one.engine == chosen_engine(AUTO, architecture, device)]
    if usual and fastest.seconds_per_slice > _CLEARLY * usual[0].seconds_per_slice:
        return usual[0]
    return fastest


class _OwnCode:
    """`segment_anything`'s code, without the hooks by which the usual engine reports its progress."""

    def __init__(self, sam: Sam) -> None:
        self._sam, self.encode = sam, sam.image_encoder
        with torch.inference_mode():
            self._image_pe = sam.prompt_encoder.get_dense_pe()

    def answer(self, *given: object) -> tuple[torch.Tensor, torch.Tensor]:
        """See `Engine`."""
        return original_answer(self._sam, self._image_pe, *given)


def _engine(name: str, sam: Sam) -> Engine:
    gc.collect()
    highest_memory(forget=True)
    return _OwnCode(sam) if name == TORCH else make_engine(name, sam, lambda done, total: None)


def _measured(
    name: str, engine: Engine, sam: Sam, picture: torch.Tensor, expected: torch.Tensor | None
) -> tuple[EngineMeasurement, torch.Tensor]:
    found = engine.encode(picture)
    expected = found if expected is None else expected
    encoding = _least_seconds(lambda: engine.encode(picture), sam.device)
    points = _points(sam)
    features = found[0].half().cpu().numpy()
    decoding = _least_seconds(lambda: engine.answer(features, (points[0], None), None, True), sam.device)
    reference, same = expected[0].half().cpu().numpy(), _OwnCode(sam)
    alike = [
        _dice(
            *(
                one.answer(embedding, (point, None), None, False)[0] > sam.mask_threshold
                for one, embedding in ((same, reference), (engine, features))
            )
        )
        for point in points
    ]
    check = judged(name not in APPROXIMATE, expected, found, difference_of_logits(engine, sam))
    memory = highest_memory()
    megabytes = memory / (1 << 20) if memory else None
    return EngineMeasurement(name, encoding, decoding, check, sum(alike) / len(alike), megabytes), found


def _points(sam: Sam) -> list[tuple[torch.Tensor, torch.Tensor]]:
    side, label = sam.image_encoder.img_size, torch.ones(1, 1, device=sam.device)
    at = [side * (number + 0.5) / _POINTS for number in range(_POINTS)]
    return [(torch.tensor([[[x, y]]], device=sam.device), label) for x in at for y in at]


def _dice(first: torch.Tensor, second: torch.Tensor) -> float:
    both = int(first.sum() + second.sum())
    return 2 * int((first & second).sum()) / both if both else 1.0


def _least_seconds(work: Callable[[], object], device: torch.device) -> float:
    least, spent = float("inf"), 0.0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        elif device.type == "mps":
            torch.mps.synchronize()
        seconds = time.perf_counter() - start
        least, spent = min(least, seconds), spent + seconds
        if spent > ENOUGH_SECONDS:
            break
    return least
