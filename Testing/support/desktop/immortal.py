"""Keeps PySide6 from using up None, True and False on Python 3.11.

PySide6 is built once for all Python versions and counts on these objects being immortal, which they are from
Python 3.12 on. On 3.11 every call that returns nothing takes one reference of None away, until the interpreter aborts.
"""

from __future__ import annotations

import ctypes
import functools
import sys

_MANY = 1 << 40


@functools.cache
def keep_singletons() -> None:
    """Give None, True, False and NotImplemented so many references that they never run out; once per process."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    for singleton in (None, True, False, NotImplemented):
        ctypes.c_ssize_t.from_address(id(singleton)).value += _MANY  # the reference count comes first in an object
