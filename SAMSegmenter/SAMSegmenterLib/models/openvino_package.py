"""Access to the `openvino` package, without the report to its makers that importing it sends."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import threading
from collections.abc import Iterator
from types import ModuleType

from SAMSegmenterLib.core.errors import DependencyError

_REPORTING = "openvino_telemetry"
_lock = threading.Lock()


def openvino_installed() -> bool:
    """Whether the package is there; it is not imported."""
    return sys.modules.get("openvino") is not None or importlib.util.find_spec("openvino") is not None


def load_openvino() -> ModuleType:
    """Import `openvino` and return it.

    Its own import tells a statistics server over the network that it happened. The package that does it is optional,
    and is hidden while `openvino` is being imported.

    Raises:
        DependencyError: it is missing or cannot be imported.
    """
    with _lock:
        try:
            with _without_reports():
                import openvino
                import openvino.frontend
        except (ImportError, OSError, RuntimeError) as error:
            raise DependencyError(
                f"OpenVINO cannot be imported: {error}.",
                "Install it: 'pip install openvino', or choose the engine 'fast'.",
            ) from error
        return openvino


@contextlib.contextmanager
def _without_reports() -> Iterator[None]:
    hidden = _REPORTING not in sys.modules
    if hidden:
        sys.modules[_REPORTING] = None  # type: ignore[assignment] - Python's way to forbid an import
    try:
        yield
    finally:
        if hidden:
            sys.modules.pop(_REPORTING, None)
