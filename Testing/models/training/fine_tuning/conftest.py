"""A run on the tiny network, in steps of milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from SAMBenchmarkLib.session.fine_tuning_scores import evaluate_samples
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.models.training.fine_tuning.loop import FineTuner
from SAMSegmenterLib.models.training.fine_tuning.network import AdaptedNetwork
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.training.fine_tuning.run import FineTuningRequest
from SAMSegmenterLib.models.training.fine_tuning.splitting import split_samples
from support.fine_tuning import ring_samples, tiny_sam, tiny_spec, use_tiny_sam


@pytest.fixture(scope="session")
def a_tiny_spec(tmp_path_factory) -> Any:
    """The tiny network's weights and what is known of them. Not to be changed."""
    return tiny_spec(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def a_network(a_tiny_spec) -> Callable[..., AdaptedNetwork]:
    """`a_network(**options)`: the tiny network, ready to be adapted."""

    def make(recipe: str = "huang", **options: Any) -> AdaptedNetwork:
        given = FineTuningOptions.of(recipe, **options)
        return AdaptedNetwork(tiny_sam(), a_tiny_spec, given, "cpu", EmbeddingCache())

    return make


@pytest.fixture
def a_tuner(a_network) -> Callable[..., FineTuner]:
    """`a_tuner(folder, **options)`: a run on rings of six patients, two slices each, ready to start."""

    def make(folder: Path, recipe: str = "huang", **options: Any) -> FineTuner:
        folder.mkdir(parents=True, exist_ok=True)
        given = FineTuningOptions.of(recipe, **{"epochs": 2, "learning_rate": 1e-3, **options})
        samples = ring_samples(6, 2)
        network = a_network(recipe, **options)
        identity = given.to_json()
        return FineTuner(network, samples, split_samples(samples, given), given, identity, evaluate_samples, folder)

    return make


@pytest.fixture
def a_request(a_tiny_spec, tmp_path, monkeypatch) -> Callable[..., FineTuningRequest]:
    """`a_request(folder, recipe, samples, **options)`: the whole way on the tiny network."""
    use_tiny_sam(monkeypatch)

    def make(
        folder: str = "out", recipe: str = "huang", samples: Any = None, fields: Any = None, **options: Any
    ) -> FineTuningRequest:
        given = FineTuningOptions.of(recipe, **{"epochs": 2, "learning_rate": 1e-3, **options})
        request = FineTuningRequest(
            a_tiny_spec, samples or ring_samples(6, 2), given, tmp_path / folder, "mine", "plane auto", "cpu"
        )
        return replace(request, **(fields or {}))

    return make
