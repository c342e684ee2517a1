"""Versions of the software behind a run, and what is known of its model, for the report."""

from __future__ import annotations

import importlib.metadata
import platform

from SAMSegmenterLib.core.predictor import ModelSpec

_PACKAGES = (
    "slicer-sam-segmenter",
    "torch",
    "segment-anything",
    "numpy",
    "scipy",
    "SimpleITK",
    "pydicom",
    "safetensors",
)


def run_versions(spec: ModelSpec) -> dict[str, str]:
    """Licence and card of the model, and the installed packages by name; absent ones are left out.

    Nothing in it identifies the computer or its user.
    """
    versions = {"model_licence": spec.licence, "model_card": spec.card}
    versions["python"] = platform.python_version()
    versions["system"] = f"{platform.system()} {platform.machine()}"
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
