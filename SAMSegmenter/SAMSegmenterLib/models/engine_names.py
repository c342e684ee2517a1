"""What can run a network, by name; needs no torch."""

from __future__ import annotations

from SAMSegmenterLib.core.errors import InputError

AUTO, TORCH, FAST = "auto", "torch", "fast"
ENGINES = (TORCH, FAST)
"""`segment_anything`'s own code, and the same arithmetic in an order that takes less time and memory."""


def chosen_engine(engine: str, architecture: str, device: str) -> str:
    """The engine to use: "auto" becomes "fast" for vision transformers on the CPU, else "torch".

    Args:
        engine: "auto" or one of `ENGINES`.
        architecture: of the network.
        device: where it runs.

    Raises:
        InputError: no such engine.
    """
    if engine == AUTO:
        return FAST if architecture.startswith("vit") and device.startswith("cpu") else TORCH
    if engine not in ENGINES:
        raise InputError(f"There is no engine '{engine}'.", f"Choose one of: {', '.join((AUTO, *ENGINES))}.")
    return engine
