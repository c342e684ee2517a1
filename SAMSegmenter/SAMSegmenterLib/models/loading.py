"""From weights on disk to a predictor on a device."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch.overrides import TorchFunctionMode

from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.models.architectures import build, recognise
from SAMSegmenterLib.models.engine_names import AUTO, chosen_engine
from SAMSegmenterLib.models.engine_trust import trusted_predictor
from SAMSegmenterLib.models.predictor import TorchPredictor
from SAMSegmenterLib.models.refining.files import open_refiner
from SAMSegmenterLib.models.weights import read_state_dict

if TYPE_CHECKING:
    from segment_anything.modeling import Sam


def load_predictor(
    spec: ModelSpec,
    device: str = "auto",
    threads: int | None = None,
    precision: str = "float32",
    engine: str = AUTO,
) -> TorchPredictor:
    """See `registry.load`."""
    device = chosen_device(device)
    chosen_engine(engine, spec.architecture, device)  # says that there is none before the weights are read
    threads = chosen_threads(threads)
    tensors = read_state_dict(spec.path)
    architecture = recognise(tensors)
    if architecture != spec.architecture:
        raise ModelError(
            f"{spec.path} holds weights of {architecture}, but '{spec.name}' is a {spec.architecture}.",
            f"Run 'sam-models remove {spec.name}', then download or import the right file.",
        )
    network = network_with_weights(spec, tensors)
    if spec.refiner is not None:
        open_refiner(spec.refiner, spec.image_size)  # a damaged one is no fault of the engine that is tried first
    return trusted_predictor(
        lambda name: TorchPredictor(network, spec, device, threads, precision, name), spec, device, engine
    )


def network_with_weights(spec: ModelSpec, tensors: Mapping[str, torch.Tensor]) -> Sam:
    """The spec's network with the given weights, without the time that random ones would take.

    Raises:
        ModelError: tensors are missing, too many, of another shape, or not finite.
    """
    with torch.device("meta"), _NoRandomNumbers():
        network = build(spec.architecture)
    _check_tensors(network.state_dict(), tensors, spec)
    network.load_state_dict(dict(tensors), strict=True, assign=True)
    mean, std = (torch.tensor(values, dtype=torch.float32).view(-1, 1, 1) for values in spec.normalisation)
    network.pixel_mean, network.pixel_std = mean, std  # buffers that weights files leave out
    return network.eval()


class _NoRandomNumbers(TorchFunctionMode):
    """Makes room for random numbers without drawing them.

    On the meta device they are drawn by Python functions that import PyTorch's compiler, which takes longer than
    everything else that loading a small model does.
    """

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if getattr(function, "__module__", None) == "torch.nn.init":
            return args[0] if args else kwargs["tensor"]
        if function is torch.randn:
            return torch.zeros(*args, **{**kwargs, "device": "cpu"})  # what is computed from it stays cheap
        return function(*args, **kwargs)


def chosen_device(device: str) -> str:
    """The device to use: "auto" becomes "cuda" where there is one, else "cpu".

    Raises:
        InputError: no such kind of device.
        ModelError: this computer or this build of PyTorch does not have it.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, number = device.partition(":")
    if not re.fullmatch(r"(cpu|cuda|mps)(:\d+)?", device):
        raise InputError(f"There is no device '{device}'.", "Choose one of: auto, cpu, cuda, cuda:1, mps.")
    available = {
        "cpu": 1,
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
    }[kind]
    if int(number or 0) >= available:
        raise ModelError(
            f"The device '{device}' cannot be used by PyTorch {torch.__version__} on this computer.",
            "Choose the device 'cpu', or install a build of PyTorch and a driver for it.",
        )
    return device


def chosen_threads(threads: int | None) -> int | None:
    """The thread count asked for, else that of SAM_THREADS, else None.

    Raises:
        InputError: not a whole number of at least 1.
    """
    if threads is None:
        text = os.environ.get("SAM_THREADS", "").strip()
        if not text:
            return None
        if not text.isdecimal():
            raise InputError(f"SAM_THREADS is '{text}'.", "Set it to a whole number of at least 1.")
        threads = int(text)
    if threads < 1:
        raise InputError(f"A model runs on at least 1 thread; got {threads}.")
    return threads


def _check_tensors(wanted: Mapping[str, torch.Tensor], given: Mapping[str, torch.Tensor], spec: ModelSpec) -> None:
    hint = "The file may be truncated, or belong to a model that only resembles SAM."
    missing, extra = sorted(set(wanted) - set(given)), sorted(set(given) - set(wanted))
    if missing or extra:
        example = (missing or extra)[0]
        raise ModelError(
            f"The weights do not fit {spec.architecture}: {len(missing)} tensors are missing and {len(extra)} are not "
            f"part of it ('{example}', for one).",
            hint,
        )
    for name, tensor in given.items():
        if tensor.shape != wanted[name].shape:
            shapes = f"{tuple(tensor.shape)} instead of {tuple(wanted[name].shape)}"
            raise ModelError(f"The weights do not fit {spec.architecture}: '{name}' has shape {shapes}.", hint)
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise ModelError(f"The weights hold values that are not finite, in '{name}'.", "The file is damaged.")
