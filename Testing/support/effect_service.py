"""A model service whose model is known."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.session.model_service import ModelService
from support.fake_predictor import ThresholdPredictor


def a_service(predictor: Predictor | None = None, worker: Any = None) -> ModelService:
    """A service whose every model is the given one."""
    predictor = predictor if predictor is not None else ThresholdPredictor()
    return ModelService(lambda name, device, precision: predictor, EmbeddingCache(), worker)
