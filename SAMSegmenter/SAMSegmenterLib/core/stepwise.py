"""Work that is done step by step, so that whoever has it done can do something else in between.

It is a generator that yields between two steps and returns its result at the end.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")

Stepwise = Generator[None, None, Result]


def finished(work: Stepwise[Result]) -> Result:
    """Do all steps that are left, at once; returns the result."""
    try:
        while True:
            next(work)
    except StopIteration as end:
        return end.value
