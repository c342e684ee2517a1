"""Missing optional packages are named, with what to do."""

import sys

import pytest

from SAMBenchmarkLib.imaging.packages import opencv, scikit_image
from SAMSegmenterLib.core.errors import DependencyError


@pytest.mark.parametrize(
    ("module", "find", "install"),
    [
        ("cv2", opencv, "pip install opencv-python-headless"),
        ("skimage.segmentation", lambda: scikit_image("segmentation"), "pip install scikit-image"),
    ],
)
def test_a_missing_package_is_named(monkeypatch, module, find, install):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DependencyError) as error:
        find()
    assert install in error.value.hint


def test_modules_of_scikit_image_are_found():
    pytest.importorskip("skimage")
    assert callable(scikit_image("transform").resize)
