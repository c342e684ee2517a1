"""Which engine a network gets: as asked, measured or usual, but none that answered wrongly with these weights."""

from __future__ import annotations

import importlib.metadata
import logging
from collections.abc import Callable

from SAMSegmenterLib.core.errors import DependencyError, ModelError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.models.engine_names import AUTO, FAST, OPENVINO_ENGINES, TORCH, chosen_engine
from SAMSegmenterLib.models.engine_records import read_records, remember_check, remembered_choice
from SAMSegmenterLib.models.predictor import TorchPredictor

logger = logging.getLogger(__name__)

_ARITHMETIC = "arithmetic 2"
"""Raised whenever an engine computes in another way than before: what passed then is compared once more."""


def trusted_predictor(
    make: Callable[[str], TorchPredictor], spec: ModelSpec, device: str, asked: str
) -> TorchPredictor:
    """A predictor on the engine asked for, or on the next one where that answers wrongly.

    Args:
        make: a predictor on an engine, by its name.
        spec: of the network.
        device: where it runs.
        asked: "auto" or the name of an engine; "auto" is what measurements chose on this computer, else the usual one.

    Returns:
        The predictor, which names its engine. Each engine but "torch" was compared with PyTorch in 32 bit at the
        first use of these weights; a warning tells of one that is too far from it.

    Raises:
        InputError, DependencyError, ModelError: the engine asked for is none, is missing, or does not run this network.
    """
    usual = chosen_engine(AUTO, spec.architecture, device)
    if asked == AUTO:
        measured = remembered_choice(spec.architecture, device) or usual
        predictor = _first_that_can((measured, usual, TORCH), make)
    else:
        predictor = make(chosen_engine(asked, spec.architecture, device))
    for after in (usual, TORCH):
        if _is_right(predictor):
            break
        logger.warning("'%s' runs '%s' instead.", after, spec.name)
        predictor = make(after)
    return predictor


def _first_that_can(engines: tuple[str, ...], make: Callable[[str], TorchPredictor]) -> TorchPredictor:
    for engine in engines[:-1]:
        try:
            return make(engine)
        except (DependencyError, ModelError, ValueError) as error:
            logger.warning("The engine '%s', which was chosen for this computer, cannot be used: %s", engine, error)
    return make(engines[-1])


def _is_right(predictor: TorchPredictor) -> bool:
    """Whether the engine may be used with the weights; compared once, then on record."""
    if predictor.engine == TORCH or (predictor.engine == FAST and not predictor.spec.architecture.startswith("vit")):
        return True  # the small encoder is the same code on both
    key = _key(predictor)
    check = read_records().checks.get(key) if predictor.spec.sha256 else None
    if check is None:
        check = predictor.check_engine()
        if predictor.spec.sha256:
            remember_check(key, check)
    if not check.passed:
        logger.warning(
            "The engine '%s' is not used with the weights of '%s': its embedding differs by up to %.1e (%.1e of its "
            "size), its logits by %.1e.",
            predictor.engine,
            predictor.spec.name,
            check.largest,
            check.relative,
            check.logits,
        )
    return check.passed


def _key(predictor: TorchPredictor) -> str:
    packages = ("torch", "openvino") if predictor.engine in OPENVINO_ENGINES else ("torch",)
    versions = [f"{name} {importlib.metadata.version(name)}" for name in packages]
    device = predictor.device.partition(":")[0]
    return "|".join((predictor.engine, predictor.spec.sha256, predictor.precision, device, _ARITHMETIC, *versions))
