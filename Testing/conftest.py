"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from SAMSegmenterLib.session.collection import COLLECTION
from support.fake_predictor import ThresholdPredictor
from support.real_data import RealCase, find_real_case


@pytest.fixture(autouse=True)
def a_free_collector() -> Iterator[None]:
    """Tests that leave work undone do not keep garbage from being collected in the next ones."""
    yield
    while COLLECTION.is_held:
        COLLECTION.release()
    COLLECTION._still_busy.clear()
    COLLECTION._leave_if_idle()


@pytest.fixture
def a_fake_predictor() -> ThresholdPredictor:
    """A predictor that finds pixels of equal grey, exact on phantoms."""
    return ThresholdPredictor()


@pytest.fixture
def real_case() -> Callable[[str], RealCase]:
    """`real_case(id)`: a real image with its reference; skips, with the reason, where there is none."""

    def find(name: str) -> RealCase:
        found = find_real_case(name)
        if isinstance(found, str):
            pytest.skip(found)
        return found

    return find


@pytest.fixture
def a_scene() -> Iterator[Any]:
    """The open Slicer scene, emptied before and after."""
    pytest.importorskip("slicer", reason="Slicer's Python package is not installed")
    from SAMSegmenterLib.scene.runtime import ensure_scene

    scene = ensure_scene().scene
    scene.Clear(0)
    yield scene
    scene.Clear(0)
