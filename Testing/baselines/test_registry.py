"""Every method answers the prompt that it is listed for."""

import sys

import pytest

from SAMBenchmarkLib.baselines.registry import BASELINES, baselines_for, check_packages
from SAMSegmenterLib.core.errors import DependencyError
from SAMSegmenterLib.core.prompts import Prompts

PROMPTS = {
    "box": Prompts.of(box=(16, 12, 44, 40)),
    "point": Prompts.of([(30, 26)]),
    "points": Prompts.of([(30, 26), (25, 20)], [(3, 3)]),
}


@pytest.mark.parametrize("baseline", BASELINES, ids=lambda baseline: baseline.name)
def test_each_starts_from_its_prompt(baseline, a_disk, a_phantom):
    pytest.importorskip("cv2")
    pytest.importorskip("skimage")
    mask = baseline.segment(a_phantom(a_disk), PROMPTS[baseline.prompt])
    assert mask.shape == a_disk.shape and mask.dtype == bool and mask[26, 30] and not mask[0, 0]


def test_methods_are_listed_by_prompt():
    assert [baseline.name for baseline in baselines_for("box")] == ["ellipse", "otsu", "grabcut"]
    assert [baseline.name for baseline in baselines_for("point")] == ["region_growing", "flood_fill"]
    assert [baseline.name for baseline in baselines_for("points")] == ["random_walker"]


def test_a_missing_package_is_found_out_before_the_work(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(DependencyError, match="OpenCV"):
        check_packages()
