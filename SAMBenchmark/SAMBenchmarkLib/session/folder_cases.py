"""Cases in a folder: a table of cases where there is one, else images and references that are called alike."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from SAMBenchmarkLib.core.cases import REQUIRED, Case, read_manifest
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.formats import META_IMAGE, NIFTI, NRRD, PICTURES, ending_of

_ENDINGS = {*NRRD, *NIFTI, *META_IMAGE, *PICTURES}
_REFERENCE = {"seg", "segmentation", "segmentations", "label", "labels", "labelstr", "labelmap", "mask", "masks", "gt"}
_REFERENCE |= {"reference", "truth", "groundtruth", "annotation", "annotations", "labelsts"}
_NO_NAME = {"image", "images", "imagestr", "imagests", "img", "volume", "volumes", "ground", "0000"}


@dataclass(frozen=True)
class FolderCases:
    """What was found in a folder.

    Args:
        alone: names of files that have no partner, the folder's own path left out.
    """

    cases: tuple[Case, ...]
    alone: tuple[str, ...] = ()


def cases_in_folder(folder: Path) -> FolderCases:
    """Pair the files of a folder and its subfolders.

    A CSV file with the columns of a manifest decides. Else a file is a reference when its name, or that of its folder,
    says so ("labels", "seg", "mask"), and belongs to the image whose name is the same otherwise; in a folder with one
    image and one reference these two are a pair. DICOM folders need a manifest.

    Raises:
        InputError: no such folder, or there is no pair in it.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", "Choose the folder with your images and references.")
    manifest = next((path for path in sorted(folder.glob("*.csv")) if _is_manifest(path)), None)
    if manifest is not None:
        return FolderCases(tuple(read_manifest(manifest)))
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and ending_of(path) in _ENDINGS]
    pairs, alone = _paired(folder, [path for path in files if not path.name.startswith(".")])
    if not pairs:
        raise InputError(
            f"In {folder} no image has a reference.",
            'Call them alike, as in "case1.nrrd" and "case1_labels.nrrd", or put them into the folders "images" and '
            '"labels"; or add a CSV file with the columns name, volume, labels.',
        )
    return FolderCases(tuple(_named(folder, pairs)), tuple(str(path.relative_to(folder)) for path in alone))


def _is_manifest(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            header = re.split(r"[,;\t]", file.readline().lower())
    except OSError:
        return False
    return set(REQUIRED) <= {name.strip(' "\n') for name in header}


def _paired(folder: Path, files: list[Path]) -> tuple[list[tuple[Path, Path]], list[Path]]:
    """(image, reference) of every pair, and files without partner."""
    images, references = defaultdict(list), defaultdict(list)
    for path in files:
        (references if _is_reference(folder, path) else images)[_key(folder, path)].append(path)
    pairs, alone = [], []
    for key in sorted({*images, *references}):
        if len(images[key]) == 1 and len(references[key]) == 1:
            pairs.append((images[key][0], references[key][0]))
        else:
            alone += [*images[key], *references[key]]
    by_folder = defaultdict(list)
    for path in alone:
        by_folder[path.parent].append(path)
    for found in by_folder.values():
        if len(found) == 2 and _is_reference(folder, found[0]) != _is_reference(folder, found[1]):
            image, reference = sorted(found, key=lambda path: _is_reference(folder, path))
            pairs.append((image, reference))
            alone = [path for path in alone if path not in found]
    return sorted(pairs), alone


def _named(folder: Path, pairs: Iterable[tuple[Path, Path]]) -> list[Case]:
    cases, taken = [], set()
    for image, reference in pairs:
        place = image.relative_to(folder)
        stem = image.name[: len(image.name) - len(ending_of(image))]
        name = stem if stem not in taken else "/".join((*place.parts[:-1], stem))
        taken.add(name)
        cases.append(Case(name, image, reference))
    return cases


def _is_reference(folder: Path, path: Path) -> bool:
    parts = path.relative_to(folder).parts
    return bool(_REFERENCE & {word for part in parts for word in _words(part)})


def _key(folder: Path, path: Path) -> tuple[tuple[str, ...], ...]:
    """What an image and its reference have in common: the words of folders and name that do not tell them apart."""
    parts = path.relative_to(folder).parts
    stem = path.name[: len(path.name) - len(ending_of(path))]
    left = ([word for word in _words(part) if word not in _REFERENCE | _NO_NAME] for part in (*parts[:-1], stem))
    return tuple(tuple(words) for words in left if words)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", text.lower())
