"""The options of `sam-benchmark`, in plain words, and what they mean for a run."""

from __future__ import annotations

import argparse
import hashlib
import os
from dataclasses import replace
from pathlib import Path

from SAMBenchmarkLib.cli.preset_arguments import add_preset_arguments, preset_choices_from
from SAMBenchmarkLib.cli.protocol_arguments import (
    add_protocol_arguments,
    protocol_settings_from,
    protocols_from,
)
from SAMBenchmarkLib.core.cases import Case, parse_label_names, read_manifest
from SAMBenchmarkLib.core.classical import CLASSICAL, option_name
from SAMBenchmarkLib.core.options import (
    ALL_STRATEGIES,
    PRESETS,
    SELECTIONS,
    STRATEGIES,
    STRATEGY_TITLES,
    BenchmarkOptions,
)
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.engine_names import ENGINES

DEFAULTS = BenchmarkOptions()
_STRATEGIES = ", ".join(f"{name} {STRATEGY_TITLES[name]}" for name in ALL_STRATEGIES)


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add everything that `run` takes."""
    _add_case_arguments(parser.add_argument_group("what to evaluate"))
    _add_output_arguments(parser.add_argument_group("where the results go"))
    _add_protocol_arguments(parser.add_argument_group("how it is evaluated"))
    add_preset_arguments(parser.add_argument_group("what the preset decides, one by one"))
    add_protocol_arguments(parser.add_argument_group("protocols beside the strategies"))
    _add_machine_arguments(parser.add_argument_group("model and computer"))


def options_from(arguments: argparse.Namespace) -> BenchmarkOptions:
    """The protocol options that the user chose.

    Raises:
        InputError: one of them does not exist or is out of range.
    """
    return BenchmarkOptions(
        strategies=_strategies(arguments.strategies),
        selections=names_from(arguments.mask_selection.lower()),
        preset=arguments.preset.lower(),
        plane=arguments.plane.lower(),
        stride=arguments.stride,
        max_slices=arguments.max_slices,
        min_object_pixels=arguments.min_object_pixels,
        window=arguments.window.lower(),
        minmax_scope=arguments.minmax_scope.lower(),
        points_per_side=arguments.points_per_side,
        seed=arguments.seed,
        timing_repeats=arguments.timing_repeats,
        structures=names_from(arguments.structures, ";"),
        protocols=protocols_from(arguments),
        protocol_settings=protocol_settings_from(arguments),
        baselines=names_from(",".join(arguments.baselines)),
        correction_effort=arguments.correction_effort,
        fourier_patience=arguments.fourier_patience,
        surface_tolerance_mm=arguments.surface_tolerance,
        **preset_choices_from(arguments),
    )


def cases_from(arguments: argparse.Namespace) -> list[Case]:
    """The cases that the user named: those of the manifest, or the single one.

    Raises:
        InputError: neither or both are given, a file does not exist, or the manifest has problems.
    """
    single = [arguments.volume, arguments.labels]
    if arguments.manifest:
        if any(single) or arguments.label_names or arguments.series:
            raise InputError(
                "--manifest does not go with --volume, --labels, --label-names or --series.",
                "Name one case by --volume and --labels, or a table of cases by --manifest.",
            )
        return [
            replace(case, nan_as_background=arguments.nan_as_background) for case in read_manifest(arguments.manifest)
        ]
    if not all(single):
        raise InputError("Nothing to evaluate is named.", "Give --volume and --labels, or --manifest.")
    paths = {name: Path(path).expanduser() for name, path in zip(("volume", "labels"), single, strict=True)}
    for name, path in paths.items():
        if not path.exists():
            raise InputError(f"There is no file {path}.", f"Check the path given by --{name}.")
    names = parse_label_names(arguments.label_names or "")
    case = arguments.name or case_name(paths["volume"])
    more = {"label_names": names, "series": arguments.series, "nan_as_background": arguments.nan_as_background}
    return [Case(case, **paths, modality=arguments.modality, **more)]


def case_name(volume: Path) -> str:
    """What a case is called when the user gives no name: the same for the same path, but telling nothing of it.

    File and folder names from scanners and archives often hold patients' names and dates.
    """
    return f"case-{hashlib.blake2b(os.fsencode(volume.resolve()), digest_size=3).hexdigest()}"


def _add_case_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--volume", metavar="FILE", help="image: NRRD, NIfTI, MetaImage, PNG, JPEG, TIFF or DICOM folder"
    )
    group.add_argument("--labels", metavar="FILE", help="reference segmentation of it: label map or .seg.nrrd")
    group.add_argument("--name", default="", help="what to call the case in tables and report; not the patient's name")
    group.add_argument("--modality", default="", help="such as CT or MR; it only labels the results")
    group.add_argument("--label-names", metavar="NAMES", help='names of label values, as in "1=liver;2=spleen"')
    group.add_argument(
        "--nan-as-background", action="store_true", help="accept voxels that are NaN or infinite, as background"
    )
    group.add_argument("--series", metavar="N", help="which series, when a DICOM folder holds several")
    group.add_argument(
        "--manifest",
        metavar="CSV",
        help="table of many cases instead: columns name, volume, labels and, if wanted, modality, patient, site, label "
        "names; paths in it start at its folder",
    )
    group.add_argument(
        "--pseudonyms",
        metavar="KEY",
        help="number cases and patients in all results instead of naming them; who is who is kept in this CSV file, "
        "which belongs to the images",
    )


def _add_output_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--output",
        metavar="FOLDER",
        required=True,
        help="new or empty folder, or one with results of an earlier run: it goes on there and repeats nothing",
    )
    group.add_argument(
        "--store",
        default="",
        metavar="KIND",
        help="how results are kept in a new folder: sqlite (one file, for one computer) or parquet (many parts, for a "
        "cluster and for millions of rows)",
    )
    group.add_argument(
        "--dry-run",
        action="store_true",
        help="read all cases, say how much there is and how long it will take; write nothing",
    )
    group.add_argument("--no-report", action="store_true", help="leave out report.html")
    group.add_argument("--no-scene", action="store_true", help="leave out scene.mrb, written for a single case")


def _add_protocol_arguments(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--strategies",
        metavar="NAMES",
        help=f"kinds of prompts, by comma: {_STRATEGIES} (default: {','.join(STRATEGIES)}); S0 is for models that were "
        "trained without prompts, and their only one; none: protocols alone",
    )
    add(
        "--structures",
        default="",
        metavar="NAMES",
        help='only these structures of the reference, as in "liver;spleen"; "left kidney + right kidney" are one. Name '
        "what a model without prompts was trained to find",
    )
    add("--plane", default=DEFAULTS.plane, help="auto (across the thickest slices), axial, sagittal or coronal")
    add("--stride", type=int, default=DEFAULTS.stride, metavar="N", help="only every N-th slice that shows a structure")
    add("--max-slices", type=int, default=DEFAULTS.max_slices, metavar="N", help="at most N slices per volume; 0: all")
    add(
        "--min-object-pixels",
        type=int,
        default=DEFAULTS.min_object_pixels,
        metavar="N",
        help="a structure counts in a slice when it has more than N pixels there",
    )
    add(
        "--preset",
        default=DEFAULTS.preset,
        help=f"{' or '.join(PRESETS)}: as the paper of Huang et al. says, or as its released program runs",
    )
    add(
        "--mask-selection",
        default=",".join(DEFAULTS.selections),
        metavar="RULES",
        help=f"which of the model's candidate masks counts, by comma: {', '.join(SELECTIONS)} (oracle: the best one by "
        "the reference; predicted_iou: the model's own choice, as in use)",
    )
    add(
        "--baselines",
        nargs="+",
        default=(),
        metavar="NAME",
        help="classical methods in the same tables, each with the prompts of a strategy, or all: "
        + ", ".join(f"{option_name(name)} ({prompts})" for name, prompts in CLASSICAL.items()),
    )
    add(
        "--correction-effort",
        action="store_true",
        help="count the points and regions that a person would have to correct (HCE); needs OpenCV and scikit-image",
    )
    _add_measuring_arguments(group)


def _add_measuring_arguments(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--surface-tolerance",
        type=float,
        default=DEFAULTS.surface_tolerance_mm,
        metavar="MM",
        help="distance up to which surface DICE counts two outlines as touching",
    )
    add(
        "--fourier-patience",
        type=int,
        default=DEFAULTS.fourier_patience,
        metavar="N",
        help="how many small changes in a row end the search for the elliptic Fourier order",
    )
    add(
        "--window",
        default=DEFAULTS.window,
        help="intensities shown to the model: minmax, zeromax (0 to the largest, as Mazurowski et al. do), "
        "percentile:0.5,99.5, level-width:40,400, or abdomen, bone, brain, lung, mediastinum for CT",
    )
    add("--minmax-scope", default=DEFAULTS.minmax_scope, help="find the window's limits per slice or per volume")
    add("--points-per-side", type=int, default=DEFAULTS.points_per_side, metavar="N", help="side of the grid of S1")
    add("--seed", type=int, default=DEFAULTS.seed, metavar="N", help="of everything random")
    add(
        "--timing-repeats",
        type=int,
        default=DEFAULTS.timing_repeats,
        metavar="N",
        help="repetitions of the timing table; 0 leaves it out",
    )


def _add_machine_arguments(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--model", default="sam-small", help="its name; sam-models list shows all")
    add("--device", default="auto", help="auto, cpu, cuda (graphics card) or mps (Apple)")
    add("--engine", default="auto", help=f"what runs the network: auto, {', '.join(ENGINES)}")
    add("--workers", type=int, default=1, metavar="N", help="cases evaluated at the same time, each with its own model")
    add(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="a Dask scheduler whose workers evaluate the cases, as in tcp://host:8786; they see the same disk",
    )
    add("--threads", type=int, metavar="N", help="processor threads of each worker (SAM_THREADS, else all cores)")
    add("--cache-dir", metavar="FOLDER", help="where encoded slices are kept (SAM_CACHE_DIR, else the user's cache)")
    add("--no-cache", action="store_true", help="keep no encoded slices")


def _strategies(text: str | None) -> tuple[str, ...] | None:
    """None for those that suit the model; empty for protocols alone."""
    if text is None:
        return None
    names = names_from(text.upper())
    return () if names == ("NONE",) else names


def names_from(text: str, separator: str = ",") -> tuple[str, ...]:
    """The parts of a list in one text, without blanks around them."""
    return tuple(part.strip() for part in text.split(separator) if part.strip())
