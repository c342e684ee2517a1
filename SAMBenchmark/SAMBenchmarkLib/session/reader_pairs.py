"""Which files of two readers belong together, and what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation

MOST_LISTED = 5


@dataclass(frozen=True)
class ReaderPair:
    """The files of one case.

    Args:
        name: what the case is called in tables.
        stem: what its files have in common, for messages on the screen.
        volume: the image; None without one.
    """

    name: str
    stem: str
    first: Path
    second: Path
    volume: Path | None = None


@dataclass(frozen=True, eq=False)
class ReaderCase:
    """Both readers' segmentations on one lattice, and the image where there is one."""

    name: str
    first: Segmentation
    second: Segmentation
    volume: Volume | None
    notes: tuple[str, ...] = ()


def reader_pairs(
    first: Path, second: Path, volumes: Path | None = None, only_common: bool = False, file_names: bool = False
) -> list[ReaderPair]:
    """Pair two files, or the files of two folders by their names without ending.

    Args:
        volumes: the image, or a folder of images of the same names.
        only_common: leave out files without a partner; otherwise they are an error.
        file_names: call cases as their files are called, which may hold patients' names; otherwise they are numbered in
            the order of their names.

    Raises:
        InputError: a path is missing, a file and a folder are mixed, two files have one name, or partners are missing;
            all are listed.
    """
    given = _given(first, second, volumes)
    for option, path in given.items():
        if not path.exists():
            raise InputError(f"There is no file or folder {path}.", f"Check the path given by {option}.")
    if first.is_file() and second.is_file():
        return [ReaderPair("case 1", _stem(first), first, second, volumes)]
    if not (first.is_dir() and second.is_dir() and (volumes is None or volumes.is_dir())):
        raise InputError("A file and a folder do not go together.", "Give files throughout, or folders throughout.")
    found = {option: _by_name(option, path) for option, path in given.items()}
    stems = sorted(set.intersection(*(set(files) for files in found.values())))
    problems = _without_partner(found, set(stems))
    if problems and not (only_common and stems):
        hint = (
            "Files belong together when their names are the same but for the ending; --only-common leaves out others."
        )
        raise InputError("\n  ".join(["Files have no partner:", *problems]), hint)
    digits = len(str(len(stems)))
    return [
        ReaderPair(
            stem if file_names else f"case {number:0{digits}d}",
            stem,
            *(files[stem] for files in found.values()),
        )
        for number, stem in enumerate(stems, start=1)
    ]


def left_out(first: Path, second: Path, volumes: Path | None = None, file_names: bool = False) -> tuple[str, ...]:
    """What `reader_pairs` with `only_common` leaves out of folders, in sentences for the report.

    Args:
        file_names: name the files; otherwise they are counted, for their names may be patients' names.

    Returns:
        A sentence for each folder with files that have no partner; none for two files.
    """
    given = _given(first, second, volumes)
    if not all(path.is_dir() for path in given.values()):
        return ()
    found = {option: _by_name(option, path) for option, path in given.items()}
    common = set.intersection(*(set(files) for files in found.values()))
    if file_names:
        return tuple(f"Left out, without a partner: {line}." for line in _without_partner(found, common))
    counts = {option: len(set(files) - common) for option, files in found.items()}
    return tuple(
        f"Left out, without a partner: {count} of {len(found[option])} files of {option}."
        for option, count in counts.items()
        if count
    )


def load_reader_case(pair: ReaderPair, label_names: Mapping[int, str] | None = None) -> ReaderCase:
    """Read the files of a case; with an image both segmentations are brought onto its lattice.

    Raises:
        InputError: a file cannot be used, or holds several volumes; the message names the case's files.
    """
    try:
        return _load(pair, dict(label_names or {}) or None)
    except SAMError as error:
        raise InputError(f"{pair.stem}: {error.message}", error.hint) from error


def _load(pair: ReaderPair, names: dict[int, str] | None) -> ReaderCase:
    if pair.volume is None:
        from SAMSegmenterLib.files.labels import read_labels

        return ReaderCase(pair.name, read_labels(pair.first, names), read_labels(pair.second, names), None)
    from SAMSegmenterLib.files.pairing import load_pair

    first, second = (load_pair(pair.volume, path, names=names) for path in (pair.first, pair.second))
    if len(first.frames) > 1:
        raise InputError(f"The image holds {len(first.frames)} volumes; one is needed here.", "Save them one by one.")
    both = set(first.notes) & set(second.notes)
    notes = [note for note in first.notes if note in both]
    for which, reader in (("first", first), ("second", second)):
        notes += [f"{which} reader: {note}" for note in reader.notes if note not in both]
    return ReaderCase(pair.name, first.segmentations[0], second.segmentations[0], first.frames[0], tuple(notes))


def voxel_ml(segmentation: Segmentation) -> float:
    """Size of a voxel, ml; NaN where pixels have no known size."""
    if not segmentation.has_spacing:
        return float("nan")
    return float(abs(np.linalg.det(segmentation.ijk_to_ras[:3, :3]))) / 1000


def _given(first: Path, second: Path, volumes: Path | None) -> dict[str, Path]:
    return {"--first": first, "--second": second} | ({"--volumes": volumes} if volumes else {})


def _by_name(option: str, folder: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not _may_be_image(path):
            continue
        other = files.setdefault(_stem(path), path)
        if other != path:
            raise InputError(
                f"The folder of {option} holds two files of one name: {other.name} and {path.name}.",
                "Leave one of them.",
            )
    if not files:
        raise InputError(f"{folder} holds no images.", f"Check the folder given by {option}.")
    return files


def _may_be_image(path: Path) -> bool:
    from SAMSegmenterLib.files import formats

    known = formats.NRRD + formats.NIFTI + formats.META_IMAGE + formats.DICOM + formats.PICTURES
    return path.is_dir() or formats.ending_of(path) in known


def _stem(path: Path) -> str:
    from SAMSegmenterLib.files.formats import stem_of

    return path.name if path.is_dir() else stem_of(path)


def _without_partner(found: Mapping[str, Mapping[str, Path]], common: set[str]) -> list[str]:
    lines = []
    for option, files in found.items():
        alone = sorted(set(files) - common)
        if alone:
            more = f" and {len(alone) - MOST_LISTED} more" if len(alone) > MOST_LISTED else ""
            lines.append(f"{option}: {', '.join(alone[:MOST_LISTED])}{more}")
    return lines
