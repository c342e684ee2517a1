"""An image encoder that OpenVINO runs on the CPU."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.models.engine_names import OPENVINO_BF16, OPENVINO_INT8
from SAMSegmenterLib.models.openvino_package import load_openvino, openvino_installed

if TYPE_CHECKING:
    import openvino

_GROUP = 128
"""Inputs of a linear layer that share a scale in 8 bit; 32 take twice as long, all in one is less exact."""
_LOOK_SECONDS = 0.05


@functools.cache
def has_bf16() -> bool:
    """Whether OpenVINO is there and this CPU multiplies bfloat16 in hardware."""
    return openvino_installed() and "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class OpenVinoEncoder:
    """An image encoder in OpenVINO, compiled for one image at a time.

    The compiled network is not kept on disk: compiling takes seconds once per process, and the file would be a second
    copy of the weights that is trusted as it is. No thread is tied to a core, since other programs work here as well.

    Args:
        encoder: a SAM network's, on the CPU, in 32 bit; its weights must not change afterwards.
        engine: one of `engine_names.OPENVINO_ENGINES`.
        threads: that it may use.
        on_step: called with (0, 1) before an image and every 50 ms while it is worked on; what it raises ends the work.

    Raises:
        DependencyError: OpenVINO is not installed.
        ModelError: OpenVINO cannot compile the network, or the CPU cannot run it this way.
    """

    def __init__(
        self, encoder: Any, engine: str, threads: int, on_step: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        self._on_step = on_step
        self._compiled = _compiled(encoder, engine, threads)

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Embeddings.

        Args:
            images: (B, 3, S, S) float32, normalised and padded to the encoder's size.

        Returns:
            (B, C, h', w') float32.
        """
        return torch.cat([self._encode(image[None].numpy()) for image in images])

    def _encode(self, image: np.ndarray) -> torch.Tensor:
        openvino = load_openvino()
        self._on_step(0, 1)
        request = self._compiled.create_infer_request()  # one of its own for every thread that asks
        request.set_input_tensor(openvino.Tensor(np.ascontiguousarray(image), shared_memory=True))
        request.start_async()
        try:
            while not request.wait_for(round(1000 * _LOOK_SECONDS)):
                self._on_step(0, 1)
        except BaseException:
            _end(request)
            raise
        return torch.from_numpy(request.get_output_tensor(0).data.copy())


def _end(request: openvino.InferRequest) -> None:
    """Return when a request is at rest."""
    request.cancel()
    with contextlib.suppress(RuntimeError):  # says that it was cancelled
        request.wait()


def _compiled(encoder: Any, engine: str, threads: int) -> openvino.CompiledModel:
    core = _core()
    if engine == OPENVINO_BF16 and not has_bf16():
        raise ModelError("This processor does not compute in bfloat16.", "Choose the engine 'openvino'.")
    from SAMSegmenterLib.models.openvino_graph import encoder_graph

    try:
        graph = encoder_graph(encoder, engine == OPENVINO_INT8)
        return core.compile_model(graph, "CPU", _properties(engine, threads))
    except RuntimeError as error:
        raise ModelError(f"OpenVINO cannot run this network: {error}", "Choose the engine 'fast'.") from error


def _properties(engine: str, threads: int) -> dict[str, Any]:
    group = _GROUP if engine == OPENVINO_INT8 else 0
    return {
        "INFERENCE_PRECISION_HINT": "bf16" if engine == OPENVINO_BF16 else "f32",
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": str(group),
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": "1",
        "INFERENCE_NUM_THREADS": threads,
        "ENABLE_CPU_PINNING": False,
    }


@functools.cache
def _core() -> openvino.Core:
    return load_openvino().Core()
