"""Access to the `segment_anything` package, with or without a working torchvision.

`segment_anything` takes five functions from torchvision. Where torchvision is missing or cannot be imported
(a common result of mixing CPU and CUDA builds), stand-ins take its place while the package is being imported.
"""

from __future__ import annotations

import importlib
import logging
import sys
import threading
from types import ModuleType

from SAMSegmenterLib.core.errors import DependencyError
from SAMSegmenterLib.models.torch_libraries import open_torch_libraries

logger = logging.getLogger(__name__)

_IMPORT_FAILURES = (ImportError, RuntimeError, OSError, AttributeError)
_NEEDED_FROM_TORCHVISION = ("torchvision.ops.boxes", "torchvision.transforms.functional")
_IN_SLICER = "; in 3D Slicer on the page of the module SAM Segmenter."
_lock = threading.Lock()
_loaded: ModuleType | None = None


def load_segment_anything() -> ModuleType:
    """Import `segment_anything` once and return it, independent of torchvision.

    Returns:
        The package, with its predictor, mask generator and `modeling` imported.

    Raises:
        DependencyError: torch or segment_anything is missing or cannot be imported.
    """
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = _import_package()
        return _loaded


def _import_package() -> ModuleType:
    if sys.modules.get("segment_anything") is not None:
        return sys.modules["segment_anything"]
    open_torch_libraries()
    _require("torch", "Install PyTorch: 'pip install torch'" + _IN_SLICER)
    if _torchvision_works():
        return _require("segment_anything", "Install it: 'pip install segment-anything'" + _IN_SLICER)
    logger.debug("torchvision is not usable; segment_anything is imported with stand-ins for it")
    hidden = _take_torchvision_modules()
    sys.modules.update(_stand_in_modules())
    try:
        return _require("segment_anything", "Install it: 'pip install segment-anything'" + _IN_SLICER)
    finally:
        _take_torchvision_modules()
        sys.modules.update(hidden)


def _require(name: str, hint: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except _IMPORT_FAILURES as error:
        raise DependencyError(f"The package '{name}' cannot be imported: {error}", hint=hint) from error


def _torchvision_works() -> bool:
    before = set(sys.modules)
    try:
        for name in _NEEDED_FROM_TORCHVISION:
            importlib.import_module(name)
    except _IMPORT_FAILURES as error:
        logger.debug("torchvision cannot be imported: %s", error)
        for name in _torchvision_names() - before:
            del sys.modules[name]
        return False
    return True


def _torchvision_names() -> set[str]:
    return {name for name in sys.modules if name == "torchvision" or name.startswith("torchvision.")}


def _take_torchvision_modules() -> dict[str, ModuleType]:
    return {name: sys.modules.pop(name) for name in _torchvision_names()}


def _stand_in_modules() -> dict[str, ModuleType]:
    from SAMSegmenterLib.models import torchvision_stand_ins as stand_ins

    names = ("", ".ops", ".ops.boxes", ".transforms", ".transforms.functional")
    modules = {f"torchvision{name}": ModuleType(f"torchvision{name}") for name in names}
    for function in (stand_ins.nms, stand_ins.batched_nms, stand_ins.box_area):
        setattr(modules["torchvision.ops.boxes"], function.__name__, function)
    for function in (stand_ins.resize, stand_ins.to_pil_image):
        setattr(modules["torchvision.transforms.functional"], function.__name__, function)
    for name, module in modules.items():
        module.__path__ = []  # makes it a package, so that submodules can be imported from it
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(modules[parent], child, module)
    return modules
