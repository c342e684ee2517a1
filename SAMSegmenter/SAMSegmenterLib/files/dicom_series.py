"""The series in a folder of DICOM files, and the choice among them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.dicom_headers import (
    HEADER_ERRORS,
    FileHeader,
    ImageRecord,
    file_header,
    is_image,
    read_header,
)
from SAMSegmenterLib.files.formats import is_dicom_file

logger = logging.getLogger(__name__)
_SAME_DIRECTION = 0.01  # difference of direction cosines
_STRAY_IMAGES = 3  # fewer images than this, beside four times as many, are strays of a series and no volume


@dataclass(frozen=True, eq=False)
class Series:
    """Images that may form a volume: same series, size and direction.

    Args:
        key: what the user types to choose it.
        title: modality and description, without patient data.
        records: its images.
        file_names: name of each file, without patient data.
        uid: SeriesInstanceUID.
        notes: what was left out.
    """

    key: str
    title: str
    records: tuple[ImageRecord, ...]
    file_names: dict[Path, str]
    uid: str
    notes: tuple[str, ...] = ()

    @property
    def is_localiser(self) -> bool:
        """Whether all images are marked as localisers."""
        return all(record.localiser for record in self.records)

    def __str__(self) -> str:
        rows, columns = self.records[0].size
        images = _count(len(self.records), "image")
        localiser = ", localiser" if self.is_localiser else ""
        return f"{self.key}: {self.title or 'no description'} ({images} of {columns} x {rows}{localiser})"


def find_series(path: Path) -> tuple[list[Series], list[str]]:
    """All series under a folder (searched to any depth) or in one file, and notes on the files that were ignored.

    Raises:
        InputError: there is no DICOM image.
    """
    paths = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
    headers, other, no_image = _scan(paths)
    if not headers and path.is_file():
        what = "DICOM without an image (report, plan, segmentation)" if no_image else "damaged or cut short"
        raise InputError(f"{path.name} holds no DICOM image: it is {what}.", "Choose an image file or its folder.")
    if not headers:
        found = f"{_count(no_image, 'DICOM file')} without images, {_count(other, 'other file')}"
        raise InputError(f"{path} holds no DICOM images ({found}).", "Choose the folder or file of an image series.")
    unique = {header.uid: header for header in reversed(headers)}  # the first of copies is kept
    notes = _ignored_notes(other, no_image, len(headers) - len(unique))
    return _number_series(reversed(unique.values())), notes


def choose_series(found: list[Series], wanted: str | int | None) -> tuple[Series, list[str]]:
    """The series that was asked for, or the only one that is no localiser; and notes.

    Args:
        wanted: a key of the listing, a SeriesInstanceUID, or None.

    Raises:
        InputError: several to choose from, or none of that key; the message lists them.
    """
    listing = "; ".join(map(str, found))
    if wanted is not None:
        name = str(wanted).strip()
        matching = [s for s in found if name in (s.key, s.uid)] or [s for s in found if s.key.split(".")[0] == name]
        if len(matching) == 1:
            return matching[0], list(matching[0].notes)
        if not matching:
            raise InputError(f"There is no series {name}. The folder holds {listing}.", _hint(found))
        found, listing = matching, "; ".join(map(str, matching))
    volumes = [series for series in found if not series.is_localiser] or found
    if len(volumes) > 1:
        raise InputError(f"The folder holds {len(found)} series: {listing}.", _hint(volumes))
    left_out = [f"Localiser left out: series {s}." for s in found if s is not volumes[0]]
    return volumes[0], [*volumes[0].notes, *left_out]


def _hint(series: list[Series]) -> str:
    return f"Choose one by its number before the colon, for example --series {series[0].key}."


def _ignored_notes(other: int, no_image: int, copies: int) -> list[str]:
    counted = (
        (other, f"{_count(other, 'file')} that cannot be read as DICOM {_was(other)} ignored."),
        (
            no_image,
            f"{_count(no_image, 'DICOM file')} without an image (report, plan, segmentation) {_was(no_image)} ignored.",
        ),
        (copies, f"{'1 copy of an image' if copies == 1 else f'{copies} copies of images'} {_was(copies)} ignored."),
    )
    return [note for count, note in counted if count]


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _scan(paths: Iterable[Path]) -> tuple[list[FileHeader], int, int]:
    """Headers of images, number of files that are not (readable) DICOM, and number of DICOM files without image."""
    headers, other, no_image = [], 0, 0
    for path in paths:
        try:
            if not is_dicom_file(path):
                other += 1
                continue
            dataset = read_header(path)
            if is_image(dataset):
                headers.append(file_header(path, dataset))
            else:
                no_image += 1
        except HEADER_ERRORS as error:
            logger.debug("a file could not be read as DICOM: %s", type(error).__name__)
            other += 1
    return headers, other, no_image


def _number_series(headers: Iterable[FileHeader]) -> list[Series]:
    """Series in the order of their numbers; those that share a number get "3.1", "3.2"."""
    by_uid: dict[str, list[FileHeader]] = {}
    for header in headers:
        by_uid.setdefault(header.series_uid, []).append(header)
    parts: dict[int, list[Series]] = {}
    for group in by_uid.values():
        parts.setdefault(group[0].series_number or 0, []).extend(_split(group))
    result = []
    for number in sorted(parts):
        several = len(parts[number]) > 1
        for index, part in enumerate(parts[number], 1):
            key = f"{number}.{index}" if several else str(number)
            result.append(Series(key, part.title, part.records, part.file_names, part.uid, part.notes))
    return result


def _split(headers: list[FileHeader]) -> list[Series]:
    """One series into parts of equal size and direction; single strays beside a larger part are left out."""
    clusters: list[list[ImageRecord]] = []
    for record in (record for header in headers for record in header.records):
        cluster = next((cluster for cluster in clusters if _alike(cluster[0], record)), None)
        if cluster is None:
            clusters.append([record])
        else:
            cluster.append(record)
    clusters.sort(key=len, reverse=True)
    largest = len(clusters[0])
    strays = [c for c in clusters if len(c) < _STRAY_IMAGES and 4 * len(c) <= largest]
    strays += [c for c in clusters if c not in strays and c[0].localiser and not clusters[0][0].localiser]
    kept = [c for c in clusters if c not in strays]
    count = sum(map(len, strays))
    what = "marked as localisers" if strays and all(c[0].localiser for c in strays) else "of another direction or size"
    note = (f"{_count(count, 'image')} {what} {_was(count)} left out.",) if count else ()
    names = {record.path: header.file_name for header in headers for record in header.records}
    first = headers[0]
    return [Series("", first.title, tuple(cluster), names, first.series_uid, note) for cluster in kept]


def _alike(first: ImageRecord, second: ImageRecord) -> bool:
    same = (first.size, first.samples, first.localiser) == (second.size, second.samples, second.localiser)
    if not same or (first.orientation is None) != (second.orientation is None):
        return False
    if first.orientation is None or second.orientation is None:
        return True
    pairs = zip(first.orientation, second.orientation, strict=True)
    return max(abs(a - b) for a, b in pairs) < _SAME_DIRECTION
