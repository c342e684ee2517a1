"""Does everything that a model needs work on this computer? One small image says so."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop
from SAMSegmenterLib.core.prompts import Prompts

SIZE = 128
_RADIUS = 30


@dataclass(frozen=True)
class Trial:
    """How it went.

    Args:
        model: name.
        device: where it ran.
        load_seconds, encode_seconds, click_seconds: what loading, preparing the image and answering a click took.
        dice: overlap of the mask with the bright disc that was clicked, 0 to 1.
    """

    model: str
    device: str
    load_seconds: float
    encode_seconds: float
    click_seconds: float
    dice: float


def try_model(
    load: Callable[[], Predictor],
    on_progress: OnProgress,
    should_stop: ShouldStop,
    clock: Callable[[], float] = time.perf_counter,
) -> Trial:
    """Load a model and click into a bright disc; for a worker.

    Raises:
        DependencyError, ModelError: what is missing or broken.
        Cancelled: `should_stop` said so.
    """
    times = [clock()]
    on_progress(ProgressEvent("loading the model", 0))
    predictor = load()
    times.append(clock())
    if should_stop():
        raise Cancelled
    on_progress(ProgressEvent("segmenting a disc", 0))
    rows, columns = np.mgrid[:SIZE, :SIZE]
    disc = np.hypot(rows - SIZE // 2, columns - SIZE // 2) <= _RADIUS
    grey = np.where(disc, 200, 60).astype(np.uint8)
    embedding = predictor.encode([np.repeat(grey[..., None], 3, axis=2)])[0]
    times.append(clock())
    click = Prompts(points=np.array([[SIZE // 2, SIZE // 2]], float), labels=np.array([1]))
    candidates = predictor.decode(embedding, [click])[0]
    times.append(clock())
    mask = candidates.masks[candidates.best]
    dice = 2.0 * float(np.count_nonzero(mask & disc)) / max(1, np.count_nonzero(mask) + np.count_nonzero(disc))
    spent = [after - before for before, after in itertools.pairwise(times)]
    return Trial(predictor.spec.name, predictor.device, *spent, dice)
