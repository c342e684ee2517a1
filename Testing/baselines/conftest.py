"""Phantoms for the classical methods: a bright structure on a dark ground, with a little noise."""

from __future__ import annotations

import numpy as np
import pytest

from support.masks import disk


def phantom(mask: np.ndarray, noise: float = 6.0, inside: float = 180, outside: float = 60) -> np.ndarray:
    """(H, W) uint8."""
    values = np.where(mask, inside, outside) + np.random.default_rng(0).normal(0, noise, mask.shape)
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


@pytest.fixture
def a_disk() -> np.ndarray:
    """Radius 14 at (30, 26) of a 60 x 70 image."""
    return disk((60, 70), (30, 26), 14)


@pytest.fixture
def a_phantom():
    """`a_phantom(mask, noise, inside, outside)`."""
    return phantom
