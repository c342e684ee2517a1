"""The most memory that this process held, by the operating system's own accounting."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path


def highest_memory(forget: bool = False) -> int:
    """Bytes that the process held at most so far; 0 where the system does not tell.

    Linux counts what the process held that started this one in `ru_maxrss`, but not in VmHWM.

    Args:
        forget: first begin to count anew, where the system can (Linux).
    """
    status = Path("/proc/self/status")
    if status.exists():
        if forget:
            with contextlib.suppress(OSError):  # containers may forbid it
                Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) * 1024 if "VmHWM" in lines else 0
    if sys.platform == "win32":
        return _highest_on_windows()
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


def _highest_on_windows() -> int:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("size", wintypes.DWORD),
            ("page_faults", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in ("peak_working_set", "working_set", "a", "b", "c", "d", "e", "f")),
        )

    counters = Counters(size=ctypes.sizeof(Counters))
    kernel = ctypes.WinDLL("kernel32")
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    ask = kernel.K32GetProcessMemoryInfo
    ask.argtypes = (wintypes.HANDLE, ctypes.POINTER(Counters), wintypes.DWORD)
    return counters.peak_working_set if ask(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.size) else 0
