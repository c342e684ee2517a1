"""Networks with random weights, a models folder of the test's own, and images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from SAMSegmenterLib.models import registry
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.predictor import TorchPredictor
from support.random_networks import randomised


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Small networks are fastest on one thread when other tests run beside them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def a_small_network():
    """The bundled architecture with random weights."""
    return randomised("small")


@pytest.fixture(scope="session")
def a_small_predictor(a_small_network) -> TorchPredictor:
    """A predictor on it."""
    return TorchPredictor(a_small_network, blank_spec("random", "small", "0" * 64))


@pytest.fixture
def models_folder(tmp_path, monkeypatch) -> Path:
    """An empty models folder in place of the user's."""
    folder = tmp_path / "models"
    monkeypatch.setenv("SAM_MODELS_DIR", str(folder))
    return folder


def image_of(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A grey image with blobs and noise, (H, W, 3) uint8."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width]
    grey = (
        60 + 90 * ((rows / height - 0.5) ** 2 + (columns / width - 0.4) ** 2 < 0.06) + random.normal(0, 12, rows.shape)
    )
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.fixture(scope="session")
def an_image():
    """`an_image(height, width, seed)`."""
    return image_of


@pytest.fixture(scope="session")
def a_weights_file(tmp_path_factory, a_small_network) -> Path:
    """Random weights of the bundled architecture as safetensors in 16 bit, with metadata. Not to be changed."""
    path = tmp_path_factory.mktemp("weights") / "My Model (1).safetensors"
    metadata = {"licence": "CC0", "card": "Random weights.", "mask_threshold": "0.25"}
    save_file(_in_16_bit(a_small_network), path, metadata)
    return path


@pytest.fixture(scope="session")
def a_promptless_file(tmp_path_factory, a_small_network) -> Path:
    """The same random weights as those of a model that takes no prompts. Not to be changed."""
    path = tmp_path_factory.mktemp("weights") / "vessels.safetensors"
    save_file(_in_16_bit(a_small_network), path, {"licence": "CC0", "card": "Finds vessels.", "promptless": "true"})
    return path


def _in_16_bit(network) -> dict[str, torch.Tensor]:
    return {
        name: (tensor.half() if tensor.is_floating_point() else tensor).contiguous()
        for name, tensor in network.state_dict().items()
    }


@pytest.fixture
def no_bundled_model(monkeypatch, tmp_path) -> None:
    """As if the program came without weights."""
    monkeypatch.setattr(registry, "bundled_path", lambda: tmp_path / "absent.safetensors")
