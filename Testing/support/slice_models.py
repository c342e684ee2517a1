"""A slice and an object on it as protocols are given them, with a model that answers from a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.contract import Target
from SAMBenchmarkLib.core.protocols.settings import ProtocolSettings
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.prompts import Prompts
from support.fake_predictor import ThresholdPredictor

Reply = Callable[[Prompts], Sequence[Mask]]
"""What is said -> the three masks; their scores are 0.2, 0.9 and 0.5."""

REPLY_SCORES = np.array([0.2, 0.9, 0.5], np.float32)


class ScriptedPredictor(ThresholdPredictor):
    """Answers every prompt by `reply`; keeps what was said and which logits were given back."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply, self.said, self.given = reply, [], []

    def decode(self, embedding: Any, prompts: Any, multimask: bool = True, previous: Any = None) -> list[Candidates]:
        self.said += prompts
        self.given.append(previous)
        low_res = np.arange(3 * 4, dtype=np.float32).reshape(3, 2, 2)
        return [Candidates(np.stack(self.reply(one)), REPLY_SCORES, low_res) for one in prompts]


def slice_model(predictor: ThresholdPredictor, image: np.ndarray | tuple[int, int], **more: Any) -> SliceModel:
    """A model on a grey image, (H, W), or on a black one of that shape."""
    grey = np.zeros(image, np.uint8) if isinstance(image, tuple) else image.astype(np.uint8)
    rgb8 = np.repeat(grey[..., None], 3, axis=2)
    look = more.pop("look", lambda window: rgb8)
    return SliceModel(predictor, predictor.encode([rgb8])[0], rgb8, look, grey.shape, **more)


def target_of(
    mask: Mask, labelled: Mask | None = None, key: tuple[object, ...] = (1, "case", 0, "axial", 3, 1)
) -> Target:
    """An object of a slice."""
    return Target(0, mask, mask if labelled is None else labelled, key)


def protocol_options(*protocols: str, strategies: tuple[str, ...] = ("S2", "S5"), **settings: Any) -> BenchmarkOptions:
    """Options of a run with protocols, resolved."""
    preset = settings.pop("preset", "paper")
    chosen = BenchmarkOptions(strategies=strategies, protocols=protocols, preset=preset)
    return replace(chosen, protocol_settings=ProtocolSettings(**settings)).resolved()


def square(shape: tuple[int, int], y0: int, x0: int, y1: int, x1: int) -> Mask:
    """A rectangle with inclusive maxima."""
    mask = np.zeros(shape, bool)
    mask[y0 : y1 + 1, x0 : x1 + 1] = True
    return mask
