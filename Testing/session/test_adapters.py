"""Only what the options name is looked for, and what is missing is told before the work."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session import adapters
from SAMBenchmarkLib.session.adapters import adapters_for
from SAMSegmenterLib.core.errors import DependencyError
from SAMSegmenterLib.core.prompts import Prompts

NONE = BenchmarkOptions()


@pytest.fixture(autouse=True)
def _nothing_kept():
    adapters._adapters.cache_clear()
    yield
    adapters._adapters.cache_clear()


def test_nothing_is_asked_for_by_default(monkeypatch):
    for module in ("cv2", "skimage"):
        monkeypatch.setitem(sys.modules, module, None)
    found = adapters_for(NONE)
    assert not found.methods and found.correction_effort is None


def test_the_methods_named_are_there_in_the_order_of_the_tables():
    found = adapters_for(replace(NONE, baselines=("region-growing", "ellipse")))
    assert list(found.methods) == ["ellipse", "region growing"]
    mask = found.methods["ellipse"](np.zeros((20, 30, 3), np.uint8), Prompts.of(box=(5, 5, 14, 12)))
    assert mask.shape == (20, 30) and mask.any() and not mask[:, 16:].any()


@pytest.mark.parametrize(
    ("changes", "missing"),
    [({"baselines": ("grabcut",)}, "cv2"), ({"baselines": ("random-walker",)}, "skimage.segmentation"),
     ({"correction_effort": True}, "cv2")],
)  # fmt: skip
def test_a_missing_package_is_an_error_that_says_what_to_install(monkeypatch, changes, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(DependencyError) as caught:
        adapters_for(replace(NONE, **changes))
    assert "pip install" in caught.value.hint


def test_methods_without_packages_work_where_they_are_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert list(adapters_for(replace(NONE, baselines=("otsu", "flood-fill"))).methods) == ["Otsu", "flood fill"]
