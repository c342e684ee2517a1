"""The options of `sam-train fine-tune`, in plain words, and what they mean for a run."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from SAMBenchmarkLib.cli.run_arguments import cases_from
from SAMBenchmarkLib.cli.train_common import add_output_argument
from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMSegmenterLib.core.errors import InputError

DEFAULTS = BenchmarkOptions()


def add_fine_tune_arguments(parser: argparse.ArgumentParser) -> None:
    """Add everything that `fine-tune` takes."""
    _add_data_arguments(parser.add_argument_group("what to learn from"))
    _add_output_arguments(parser.add_argument_group("where the model goes"))
    _add_training_arguments(parser.add_argument_group("how it is trained"))
    _add_image_arguments(parser.add_argument_group("how slices are shown to the model"))
    _add_machine_arguments(parser.add_argument_group("computer"))


def _add_data_arguments(group: argparse._ArgumentGroup) -> None:
    base = group.add_mutually_exclusive_group()
    base.add_argument("--model", metavar="NAME", help="model to start from; sam-models list shows all (sam-small)")
    base.add_argument("--weights", type=Path, metavar="FILE", help="weights to start from, in place of a model's name")
    add = group.add_argument
    add("--volume", action="append", metavar="FILE", help="image; give it again, with its --labels, for each case")
    add("--labels", action="append", metavar="FILE", help="segmentation of the volume at the same place")
    add(
        "--patient",
        action="append",
        metavar="ID",
        help="whom the volume at the same place shows; without it each volume counts as a patient of its own. It "
        "is not written anywhere",
    )
    add(
        "--cases",
        metavar="CSV",
        help="table of the cases instead, as sam-benchmark run --manifest reads it; column patient tells who is who",
    )
    add("--structures", default="", metavar="NAMES", help='only these, as in "liver;spleen"; "a + b" are one')
    add("--label-names", metavar="NAMES", help='names of label values, as in "1=liver;2=spleen"')
    add("--skip-unusable", action="store_true", help="leave out cases that cannot be used")
    add("--nan-as-background", action="store_true", help="accept voxels that are NaN or infinite, as background")


def _add_output_arguments(group: argparse._ArgumentGroup) -> None:
    add_output_argument(group)
    group.add_argument("--name", metavar="NAME", help="what to call the model (the base model's name and the recipe)")
    group.add_argument(
        "--finish", action="store_true", help="train no further: measure and write the best epoch so far"
    )


def _add_training_arguments(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--recipe",
        default="huang",
        help="huang: the decoder learns to answer boxes; shi: it learns to find one structure without prompts (huang)",
    )
    add("--lora", type=int, default=0, metavar="RANK", help="also adapt the encoder's attention (ViT only); 4 is usual")
    add("--epochs", type=int, metavar="N", help="how often every training slice is seen (20)")
    add("--learning-rate", type=float, metavar="RATE", help="(0.0001 for huang, 0.0002 for shi)")
    add("--batch-size", type=int, metavar="N", help="slices per step (2 for huang, 1 for shi)")
    add("--holdout", type=float, default=0.2, metavar="SHARE", help="patients held back to be measured (0.2)")
    add("--validation", type=float, default=0.2, metavar="SHARE", help="other patients, who choose the epoch (0.2)")
    add(
        "--split",
        default="patients",
        help="patients, or slices: hold back contiguous blocks of slices of the same patients, for want of others",
    )
    add("--seed", type=int, default=1, metavar="N", help="of everything random (1)")


def _add_image_arguments(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--plane", default=DEFAULTS.plane, help="auto (across the thickest slices), axial, sagittal or coronal")
    add("--window", default=DEFAULTS.window, help="as in sam-benchmark run: minmax, percentile:0.5,99.5, abdomen, ...")
    add("--minmax-scope", default=DEFAULTS.minmax_scope, help="find the window's limits per slice or per volume")
    add("--stride", type=int, default=1, metavar="N", help="only every N-th slice that shows a structure")
    add("--max-slices", type=int, default=0, metavar="N", help="at most N slices per volume; 0: all")
    add(
        "--min-object-pixels",
        type=int,
        default=DEFAULTS.min_object_pixels,
        metavar="N",
        help="smaller ones are left out",
    )


def _add_machine_arguments(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--device", default="auto", help="auto, cpu, cuda (graphics card) or mps (Apple)")
    add("--threads", type=int, metavar="N", help="processor threads (SAM_THREADS, else all cores)")
    add("--cache-dir", metavar="FOLDER", help="where encoded slices are kept (SAM_CACHE_DIR, else the user's cache)")


def images_from(given: argparse.Namespace) -> BenchmarkOptions:
    """How slices are cut and shown.

    Raises:
        InputError: an option does not exist or is out of range.
    """
    return BenchmarkOptions(
        plane=given.plane.lower(),
        window=given.window.lower(),
        minmax_scope=given.minmax_scope.lower(),
        stride=given.stride,
        max_slices=given.max_slices,
        min_object_pixels=given.min_object_pixels,
        structures=tuple(part.strip() for part in given.structures.split(";") if part.strip()),
    )


def training_cases(given: argparse.Namespace) -> list[Case]:
    """The cases that the user named: those of the table, or the pairs.

    Raises:
        InputError: neither or both are given, volumes and labels do not come in pairs, one is given twice, a file does
            not exist, or the table has problems.
    """
    volumes, labels, patients = (list(values or ()) for values in (given.volume, given.labels, given.patient))
    if given.cases:
        if volumes or labels or patients or given.label_names:
            raise InputError(
                "--cases does not go with --volume, --labels, --patient or --label-names.",
                "Name the cases one by one, or in a table.",
            )
        return cases_from(_one_case(given, manifest=given.cases))
    if not volumes:
        raise InputError("Nothing to learn from is named.", "Give --volume and --labels for each case, or --cases.")
    for name, values in (("--labels", labels), ("--patient", patients)):
        if len(values) != len(volumes) and (values or name == "--labels"):
            raise InputError(
                f"{len(volumes)} --volume came with {len(values)} {name}.", f"Give one {name} for each --volume."
            )
    cases = [
        replace(case, patient=patient)
        for volume, label, patient in zip(volumes, labels, patients or [""] * len(volumes), strict=True)
        for case in cases_from(_one_case(given, volume=volume, labels=label))
    ]
    _check_once(cases, volumes)
    return cases


def _check_once(cases: list[Case], volumes: list[str]) -> None:
    names = [case.name for case in cases]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise InputError(f"{volumes[number]} is given twice.", "Name each volume once.")


def _one_case(given: argparse.Namespace, **chosen: str) -> argparse.Namespace:
    """What `sam-benchmark run` would have been told."""
    empty = {"manifest": None, "volume": None, "labels": None, "name": "", "modality": "", "series": None}
    shared = {"label_names": given.label_names, "nan_as_background": given.nan_as_background}
    return argparse.Namespace(**{**empty, **shared, **chosen})
