"""Says how to load a model; worker processes receive this instead of the model itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from SAMBenchmarkLib.core.options import Arithmetic
from SAMSegmenterLib.core.predictor import Predictor

LoadPredictor = Callable[[], Predictor]
"""Loads the model; can be pickled, so that every worker process loads its own."""


@dataclass(frozen=True)
class PredictorLoader:
    """Loads a model of the registry.

    Args:
        model: its name.
        device: "auto", "cpu", "cuda", "mps".
        engine: what runs the network, "auto" for what was chosen on this computer, or the usual one.
        threads: CPU threads, None for the usual number.
    """

    model: str
    device: str = "auto"
    engine: str = "auto"
    threads: int | None = None

    def __call__(self) -> Predictor:
        """The loaded model.

        Raises:
            ModelError: its weights are missing or damaged, or the device cannot be used.
            DependencyError: a package is missing.
        """
        from SAMSegmenterLib.models.registry import load

        return load(self.model, self.device, self.engine, self.threads)


class ModelInUse:
    """The model of this process: loaded when it is first needed, given back when others need the memory."""

    def __init__(self, load: LoadPredictor) -> None:
        self._load = load
        self._predictor: Predictor | None = None

    def get(self) -> Predictor:
        """The loaded model."""
        if self._predictor is None:
            self._predictor = self._load()
        return self._predictor

    def release(self) -> None:
        """Free its memory."""
        self._predictor = None


def with_cache(predictor: Predictor, directory: Path | None) -> Predictor:
    """The predictor with a cache of embeddings in front; without a directory the predictor itself."""
    if directory is None:
        return predictor
    from SAMSegmenterLib.models.cached_encoder import CachedEncoder
    from SAMSegmenterLib.models.embedding_cache import EmbeddingCache

    return CachedEncoder(predictor, EmbeddingCache(directory))


def arithmetic_of(predictor: Predictor) -> Arithmetic:
    """What a loaded model contributes to the option hash."""
    spec = predictor.spec
    mean, std = (" ".join(str(float(value)) for value in channels) for channels in spec.normalisation)
    s1 = spec.s1_thresholds
    return Arithmetic(
        spec.name,
        spec.sha256,
        predictor.engine,
        predictor.precision,
        predictor.device,
        predictor.threads,
        normalisation=f"mean {mean}, standard deviation {std}",
        mask_threshold=float(spec.mask_threshold),
        s1_thresholds=f"predicted IoU > {s1.pred_iou_thresh}, stability >= {s1.stability_score_thresh} with offset "
        f"{s1.stability_score_offset}, overlap of boxes <= {s1.box_nms_thresh}, {s1.points_per_batch} points at once",
        refiner_sha256=spec.refiner_sha256,
    )
