"""Weights to measure: loaded, and what their file says they were trained on."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import ModelSpec, Predictor
from SAMSegmenterLib.models.architectures import recognise
from SAMSegmenterLib.models.known_models import blank_spec, with_metadata
from SAMSegmenterLib.models.refining.files import with_refiner
from SAMSegmenterLib.models.registry import load, registry, resolve
from SAMSegmenterLib.models.safetensors_header import read_metadata
from SAMSegmenterLib.models.training.sources import LabelledSlice
from SAMSegmenterLib.models.weights import file_sha256, read_state_dict

logger = logging.getLogger(__name__)

NO_REFINER = "none"


@dataclass(frozen=True, eq=False)
class Weights:
    """A model to measure.

    Args:
        name: to call it by.
        predictor: on its device.
        trained: sources that it was trained on; None when its file does not say.
    """

    name: str
    predictor: Predictor = field(repr=False)
    trained: frozenset[str] | None

    def check_left_out(self, slices: Iterable[LabelledSlice]) -> None:
        """Make sure that sources taken for new took no part in the training.

        Raises:
            InputError: one did.
        """
        known = sorted({item.case.source for item in slices} & (self.trained or set()))
        if known:
            raise InputError(
                f"{self.name} was trained on {', '.join(known)}, which would be measured as new sources.",
                "Name after --hold-back only sources that no measured model was trained on.",
            )


def open_weights(name: str, device: str = "auto", refiner: str = "") -> Weights:
    """Load a file of weights, or an installed model by name.

    Args:
        refiner: file of the one that draws its masks again, NO_REFINER for none; empty for the one that comes with the
            program, where the model has one.

    Raises:
        InputError: neither a file nor a model of that name, or a refiner for a model that takes none.
        ModelError: the weights cannot be read or used.
    """
    path = Path(name)
    if path.is_file():
        spec = _spec_of(path)
    elif name in registry():
        spec = resolve(name)
    else:
        raise InputError(f"There is no file {name} and no model of that name.", "See 'sam-models list' for names.")
    chosen, told = _with_refiner(spec, refiner)
    return Weights(f"{spec.name}{told}", load(chosen, device), _trained_on(Path(spec.path)))


def _with_refiner(spec: ModelSpec, refiner: str) -> tuple[ModelSpec, str]:
    """The model with the refiner asked for, and what its name says of that."""
    if refiner == NO_REFINER:
        return replace(spec, refiner=None, refiner_sha256=""), " without refiner"
    if not refiner:
        return with_refiner(spec), ""
    refined = with_refiner(spec, Path(refiner))
    if refined.refiner is None:
        raise InputError(f"Masks of '{spec.name}' are not refined.", "Refiners belong to the small architecture.")
    return refined, f" with {Path(refiner).stem}"


def _spec_of(path: Path) -> ModelSpec:
    architecture = recognise(read_state_dict(path))
    spec = blank_spec(path.stem, architecture, file_sha256(path))
    return replace(with_metadata(spec, _metadata(path)), path=path)


def _metadata(path: Path) -> dict[str, str]:
    return read_metadata(path) if path.suffix.lower() == ".safetensors" else {}


def _trained_on(path: Path) -> frozenset[str] | None:
    """The entry `sources` of what the file says about its training."""
    try:
        sources = json.loads(_metadata(path)["training"])["sources"]
        return frozenset(str(source) for source in sources)
    except (KeyError, TypeError, ValueError):
        logger.debug("%s does not say what it was trained on", path)
        return None
