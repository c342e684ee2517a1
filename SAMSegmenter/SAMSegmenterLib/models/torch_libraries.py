"""Load PyTorch's shared libraries without holding Python up.

`import torch` opens some hundred megabytes of machine code while it holds the interpreter lock, so that a window stands
still for half a second or more even when another thread imports. A foreign function called through ctypes lets other
threads run meanwhile; the import then finds the libraries opened already. On Windows PyTorch does this itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import sys
from pathlib import Path

_NAMES = {"linux": "libtorch.so", "darwin": "libtorch.dylib"}


def open_torch_libraries() -> bool:
    """Open the libraries that `import torch` is about to need, while other threads run.

    Returns:
        Whether they are open now; False where that is left to the import, which then tells of any fault.
    """
    name = _NAMES.get(sys.platform)
    if name is None or "torch" in sys.modules:
        return False
    with contextlib.suppress(ImportError, ValueError, OSError, AttributeError):
        spec = importlib.util.find_spec("torch")
        if spec is not None and spec.origin is not None:
            path = Path(spec.origin).parent / "lib" / name
            return path.is_file() and _open(path)
    return False


def _open(path: Path) -> bool:
    """As `ctypes.CDLL` does, which would keep the lock."""
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.argtypes, dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    return bool(dlopen(os.fsencode(path), os.RTLD_NOW | os.RTLD_LOCAL))
