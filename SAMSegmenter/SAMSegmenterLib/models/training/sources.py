"""Labelled slices from a folder of catalogued medical images.

The folder holds `catalog.json`: a list `cases` with, per case, `id`, `source`, `subject`, `image`, `label`, `license`,
`label_type` ("semantic" or "instance"), `dim` and, for volumes, `slice_axis` ("x", "y" or "z").
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop

logger = logging.getLogger(__name__)

ReadArray = Callable[[Path, bool], np.ndarray]
"""Path, and whether it is a label file, to (K, J, I) or (K, J, I, 3); pictures may be (J, I) or (J, I, 3)."""

MIN_LABEL_PIXELS = 50
_FREE_LICENCE = re.compile(r"^(image )?(CC0|CC BY-SA|CC BY|MIT|Apache|BSD)\b", re.IGNORECASE)
_RESTRICTION = re.compile(r"\bNC\b|NonCommercial|\bND\b|GPL|none stated|unclear|unknown", re.IGNORECASE)
_SLICE_AXES = {"z": 0, "y": 1, "x": 2}


@dataclass(frozen=True)
class CatalogueCase:
    """One image with its labels, as the catalogue describes it."""

    case_id: str
    source: str
    subject: str
    modality: str
    image: Path
    label: Path
    licence: str
    instances: bool
    automatic_labels: bool
    slice_axis: int | None

    @property
    def trainable(self) -> bool:
        """True when the licence allows weights trained on the case to be redistributed."""
        return is_free_licence(self.licence)


@dataclass(frozen=True)
class LabelledSlice:
    """A 2D image with its label map.

    `pixels` is (H, W) in the source's units or (H, W, 3) uint8; `labels` is (H, W) int32, 0 is background.
    `volume_limits` are the smallest and largest intensity of the volume the slice comes from.
    """

    case: CatalogueCase
    index: int
    pixels: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    volume_limits: tuple[float, float]


def is_free_licence(licence: str) -> bool:
    """Tell whether a licence text is CC0, CC BY, CC BY-SA, MIT, Apache or BSD without restrictions.

    Args:
        licence: text of the catalogue, which may name several licences.

    Returns:
        False for non-commercial, no-derivatives, GPL and unclear terms.
    """
    return bool(_FREE_LICENCE.match(licence.strip())) and not _RESTRICTION.search(licence)


def read_catalogue(folder: Path) -> list[CatalogueCase]:
    """Read the list of cases.

    Args:
        folder: holds `catalog.json` and the files it names.

    Returns:
        Cases in the catalogue's order.

    Raises:
        InputError: no catalogue, an unreadable one, or one without cases.
    """
    path = Path(folder) / "catalog.json"
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["cases"]
        cases = [_case(Path(folder), entry) for entry in entries]
    except FileNotFoundError as error:
        raise InputError(
            f"There is no catalog.json in {folder}.", hint="Name the folder of training images."
        ) from error
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is not a catalogue: {error!r}.", hint="It needs a list 'cases'; see --help."
        ) from error
    if not cases:
        raise InputError(f"{path} lists no cases.", hint="Add images with masks to it.")
    return cases


def _case(folder: Path, entry: dict) -> CatalogueCase:
    axis = _SLICE_AXES[entry.get("slice_axis") or "z"] if entry.get("dim", 2) == 3 else None
    return CatalogueCase(
        case_id=entry["id"],
        source=entry["source"],
        subject=str(entry["subject"]),
        modality=entry.get("modality", ""),
        image=folder / entry["image"],
        label=folder / entry["label"],
        licence=entry["license"],
        instances=entry.get("label_type") == "instance",
        automatic_labels=str(entry.get("label_kind", "")).startswith("automatic"),
        slice_axis=axis,
    )


@dataclass(frozen=True)
class Split:
    """Cases for training, for validation on new subjects, and for validation on new sources."""

    training: tuple[CatalogueCase, ...]
    new_subjects: tuple[CatalogueCase, ...]
    new_sources: tuple[CatalogueCase, ...]


def split_cases(
    cases: Iterable[CatalogueCase], held_back_sources: Iterable[str], validation_fraction: float = 0.2
) -> Split:
    """Divide cases by subject; restricted licences and held-back sources serve validation only.

    A subject's side depends on its name alone, so adding cases moves nobody. Sources with automatic labels are
    trained on but never measured. A source with two or more subjects keeps at least one on each side.

    Args:
        cases: from `read_catalogue`.
        held_back_sources: sources that take no part in training although they could.
        validation_fraction: part of each source's subjects kept for validation, in (0, 1).

    Returns:
        The three groups; `new_sources` holds what no case of the same source was trained with.

    Raises:
        InputError: nothing is left to train on, or a source to hold back is not there.
    """
    held_back = set(held_back_sources)
    by_source: dict[str, list[CatalogueCase]] = {}
    for case in cases:
        by_source.setdefault(case.source, []).append(case)
    unknown = sorted(held_back - set(by_source))
    if unknown:
        raise InputError(f"There is no source {', '.join(unknown)}.", hint=f"Known are: {', '.join(by_source)}.")
    training: list[CatalogueCase] = []
    new_subjects: list[CatalogueCase] = []
    new_sources: list[CatalogueCase] = []
    for source, members in by_source.items():
        free = [case for case in members if case.trainable and source not in held_back]
        validation = _validation_subjects(
            {case.subject for case in free if not case.automatic_labels}, validation_fraction
        )
        training += [case for case in free if case.subject not in validation]
        new_subjects += [case for case in free if case.subject in validation]
        restricted = [case for case in members if case not in free and not case.automatic_labels]
        known = {case.subject for case in free if case.subject not in validation}
        group = new_subjects if known else new_sources
        group += [case for case in restricted if case.subject not in known]
    if not training:
        raise InputError("No case is left to train on.", hint="Check the licences and the held-back sources.")
    return Split(tuple(training), tuple(new_subjects), tuple(new_sources))


def _validation_subjects(subjects: set[str], fraction: float) -> set[str]:
    if len(subjects) < 2:
        return set()
    ordered = sorted(subjects, key=lambda name: zlib.crc32(name.encode("utf-8")))
    count = min(max(1, round(fraction * len(ordered))), len(ordered) - 1)
    return set(ordered[:count])


def load_slices(
    cases: Iterable[CatalogueCase],
    read_array: ReadArray,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> list[LabelledSlice]:
    """Read cases and cut volumes into the slices that carry labels.

    Args:
        cases: from `split_cases`.
        read_array: reads an image or label file.

    Returns:
        Slices with more than 50 labelled pixels; empty when no case has any. A case that cannot be used is left out
        with a warning.

    Raises:
        Cancelled: `should_stop` said so.
    """
    slices: list[LabelledSlice] = []
    cases = list(cases)
    meter = ProgressMeter("reading images", len(cases), on_progress)
    for case in cases:
        if should_stop():
            raise Cancelled
        meter.advance(case.source)
        try:
            found = _case_slices(case, read_array(case.image, False), read_array(case.label, True))
        except InputError as error:
            logger.warning("%s is left out: %s", case.case_id, error)
            continue
        if not found:
            logger.warning("%s is left out: no slice has more than %d labelled pixels.", case.case_id, MIN_LABEL_PIXELS)
        slices += found
    return slices


def fingerprint(slices: Iterable[LabelledSlice]) -> str:
    """Hexadecimal digest of what is trained on: images and labels, in their order."""
    digest = hashlib.blake2b(digest_size=16)
    for item in slices:
        digest.update(f"|{item.case.source}|{item.case.instances}|{item.pixels.shape}|{item.volume_limits}|".encode())
        digest.update(item.pixels)
        digest.update(item.labels)
    return digest.hexdigest()


def _case_slices(case: CatalogueCase, image: np.ndarray, label: np.ndarray) -> list[LabelledSlice]:
    if label.ndim == 2:
        image, label = image[None], label[None]
    if label.ndim != 3 or image.shape[:3] != label.shape:
        raise InputError(f"image {image.shape} and mask {label.shape} differ in shape.")
    if case.slice_axis is None and len(label) > 1:
        raise InputError(f"it has {len(label)} slices, but the catalogue says that it is a picture (dim 2).")
    image = _usable(image)
    image, label = np.moveaxis(image, case.slice_axis or 0, 0), np.moveaxis(label, case.slice_axis or 0, 0)
    limits = (float(image.min()), float(image.max()))
    if limits[0] == limits[1]:
        raise InputError(f"all its pixels are {limits[0]:g}.")
    keep = [index for index in range(len(label)) if np.count_nonzero(label[index]) > MIN_LABEL_PIXELS]
    return [
        LabelledSlice(
            case, index, np.ascontiguousarray(image[index]), np.ascontiguousarray(label[index], np.int32), limits
        )
        for index in keep
    ]


def _usable(image: np.ndarray) -> np.ndarray:
    """Grey values as 32-bit floating point, colours as 8 bit."""
    if image.ndim == 3:
        image = image.astype(np.float32)
        if not np.isfinite(image).all():
            raise InputError("the image holds values that are NaN or infinite.")
        return image
    if image.shape[3:] != (3,) or image.dtype not in (np.uint8, np.uint16):
        raise InputError(f"its pixels hold {image.shape[3]} values of type {image.dtype}; colours have three of 8 bit.")
    return image if image.dtype == np.uint8 else (image // 257).astype(np.uint8)
