"""What can run a network, by name; needs no torch."""

from __future__ import annotations

from SAMSegmenterLib.core.errors import InputError

AUTO, TORCH, FAST, COMPILED = "auto", "torch", "fast", "compiled"
OPENVINO, OPENVINO_INT8, OPENVINO_BF16 = "openvino", "openvino-int8", "openvino-bf16"
ENGINES = (TORCH, FAST, OPENVINO, OPENVINO_INT8, OPENVINO_BF16, COMPILED)
"""`segment_anything`'s own code; the same arithmetic in an order that takes less time and memory; the image encoder in
OpenVINO, in 32 bit, with linear layers in 8 bit, and in 16 bit; the own code through `torch.compile`."""

OPENVINO_ENGINES = (OPENVINO, OPENVINO_INT8, OPENVINO_BF16)
APPROXIMATE = (OPENVINO_INT8, OPENVINO_BF16)
"""They round on the way, so that they are never chosen unasked."""


def chosen_engine(engine: str, architecture: str, device: str) -> str:
    """The engine to use: "auto" becomes "fast" on the CPU, else "torch".

    Args:
        engine: "auto" or one of `ENGINES`.
        architecture: of the network.
        device: where it runs.

    Raises:
        InputError: no such engine, or it does not run this network or on this device.
    """
    if engine == AUTO:
        return FAST if device.startswith("cpu") else TORCH
    if engine not in ENGINES:
        raise InputError(f"There is no engine '{engine}'.", f"Choose one of: {', '.join((AUTO, *ENGINES))}.")
    if engine in OPENVINO_ENGINES and not device.startswith(("cpu", "auto")):
        raise InputError(f"The engine '{engine}' runs on the CPU, not on '{device}'.", "Choose the engine 'auto'.")
    if engine in APPROXIMATE and not architecture.startswith("vit"):
        raise InputError(f"The engine '{engine}' runs vision transformers only.", f"Choose '{OPENVINO}' or 'auto'.")
    return engine
