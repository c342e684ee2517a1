"""The cases of a measurement: a catalogue's volumes, or pairs of files, and reading them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.pseudonyms import pseudonymised
from SAMBenchmarkLib.propagation.preparing import prepare
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume, plane_axis
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.models.training.sources import CatalogueCase, read_catalogue, split_cases

AUTO, ALL = "auto", "all"
AXES = (AUTO, "0", "1", "2", ALL)


@dataclass(frozen=True)
class VolumeCase:
    """A volume with its reference, as files.

    Args:
        name: unique among the cases.
        dataset: where it comes from; datasets count alike.
        subject: whom it shows; the units of the bootstrap.
        volume, labels: the files.
        axis: array axis of its slices; None is the axis of the largest spacing.
        automatic: whether the labels were made by a model.
        modality: in words, "CT" for example; empty when unknown.
    """

    name: str
    dataset: str
    subject: str
    volume: Path
    labels: Path
    axis: int | None = None
    automatic: bool = False
    modality: str = ""


@dataclass(frozen=True, eq=False)
class PreparedCase:
    """A case in memory, ready to be measured along one axis."""

    case: VolumeCase
    axis: int
    volume: Volume
    segmentation: Segmentation


def catalogue_cases(
    folder: Path, sources: Collection[str] = (), unseen: bool = False, hold_back: Collection[str] = ()
) -> list[VolumeCase]:
    """The volumes of a catalogue.

    Args:
        folder: with `catalog.json`.
        sources: take these alone; all when empty.
        unseen: leave out cases that training would use, see `split_cases`.
        hold_back: sources that training left out by name.

    Raises:
        InputError: no catalogue, an unknown source, or no volume in it.
    """
    cases = read_catalogue(folder)
    unknown = sorted(set(sources) - {case.source for case in cases})
    if unknown:
        known = ", ".join(sorted({case.source for case in cases}))
        raise InputError(f"There is no source {', '.join(unknown)}.", f"Known are: {known}.")
    if unseen:
        split = split_cases(cases, hold_back)
        cases = [*split.new_subjects, *split.new_sources]
    volumes = [case for case in cases if case.slice_axis is not None and (not sources or case.source in sources)]
    if not volumes:
        raise InputError("The catalogue names no volume to measure.", "Pictures (dim 2) have no slices to go through.")
    return [_from_catalogue(case) for case in volumes]


def pair_cases(volumes: Sequence[str], labels: Sequence[str]) -> list[VolumeCase]:
    """Cases named file by file; the folder of a volume is its dataset.

    Raises:
        InputError: not as many labels as volumes, none at all, or a file that is not there.
    """
    if not volumes or len(volumes) != len(labels):
        raise InputError(
            f"{len(volumes)} volumes came with {len(labels)} label files.",
            "Give --volume and --labels together, once or more, or a folder with a catalogue after --data.",
        )
    paths = [
        (Path(volume).expanduser(), Path(label).expanduser()) for volume, label in zip(volumes, labels, strict=True)
    ]
    for path in (path for pair in paths for path in pair):
        if not path.exists():
            raise InputError(f"There is no file {path}.", "Check the name.")
    names = [volume.name.partition(".")[0] for volume, _ in paths]
    return [
        VolumeCase(
            name if names.count(name) == 1 else f"{name} {number}", volume.absolute().parent.name, name, volume, label
        )
        for number, (name, (volume, label)) in enumerate(zip(names, paths, strict=True), 1)
    ]


def numbered_cases(
    cases: Sequence[VolumeCase], key: Path, output: Path, number_datasets: bool = False
) -> list[VolumeCase]:
    """Cases and subjects with numbers for names, see `core.pseudonyms.pseudonymised`.

    Args:
        number_datasets: number datasets, too, as they are called as the user's folders are.

    Raises:
        InputError: the key lies among the results, or is another file.
        StoreError: the key cannot be written.
    """
    named = [Case(one.name, one.volume, one.labels, patient=one.subject) for one in cases]
    datasets = {name: f"folder-{number}" for number, name in enumerate(dict.fromkeys(one.dataset for one in cases), 1)}
    return [
        replace(
            one,
            name=other.name,
            subject=other.patient,
            dataset=datasets[one.dataset] if number_datasets else one.dataset,
        )
        for one, other in zip(cases, pseudonymised(named, key, output), strict=True)
    ]


def axes_of(case: VolumeCase, volume: Volume, wanted: str) -> list[int]:
    """Array axes that a case is measured along.

    Args:
        wanted: one of `AXES`; "auto" is the axis that the catalogue names, or that of the largest spacing.
    """
    if wanted == ALL:
        return [0, 1, 2]
    if wanted != AUTO:
        return [int(wanted)]
    return [case.axis if case.axis is not None else plane_axis(volume, "auto")]


def read_case(case: VolumeCase) -> tuple[Volume, Segmentation]:
    """Read a case.

    Raises:
        InputError: a file is not usable, the two are no pair, or there are several volumes.
    """
    from SAMSegmenterLib.files.pairing import load_pair

    pair = load_pair(case.volume, case.labels, nan_as_background=True)
    if len(pair.frames) > 1:
        raise InputError(f"{case.volume.name} holds {len(pair.frames)} volumes.", "Save the volumes one by one.")
    return pair.frames[0], pair.segmentations[0]


def prepared_case(case: VolumeCase, volume: Volume, segmentation: Segmentation, axis: int, every: int) -> PreparedCase:
    """A case that was read, on the grid that it is measured on."""
    return PreparedCase(case, axis, *prepare(volume, segmentation, axis, every))


def _from_catalogue(case: CatalogueCase) -> VolumeCase:
    return VolumeCase(
        case.case_id,
        case.source,
        case.subject,
        case.image,
        case.label,
        case.slice_axis,
        case.automatic_labels,
        case.modality,
    )
