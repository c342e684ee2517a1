"""Optional packages that some methods and figures need."""

from __future__ import annotations

import importlib
from types import ModuleType

from SAMSegmenterLib.core.errors import DependencyError


def opencv() -> ModuleType:
    """Import OpenCV.

    Raises:
        DependencyError: it is missing or broken.
    """
    return _package("cv2", "OpenCV", "opencv-python-headless")


def scikit_image(module: str) -> ModuleType:
    """Import a module of scikit-image, such as "segmentation".

    Raises:
        DependencyError: it is missing or broken.
    """
    return _package(f"skimage.{module}", "scikit-image", "scikit-image")


def _package(module: str, title: str, distribution: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except (ImportError, OSError, AttributeError, RuntimeError) as error:
        raise DependencyError(
            f"{title} is needed here and cannot be imported: {error}",
            f"Install it with 'pip install {distribution}', or leave out what needs it.",
        ) from error
