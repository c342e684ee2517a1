"""The options of `sam-segment`, in plain words."""

from __future__ import annotations

import argparse
import math

from SAMSegmenterLib.cli.segment_propagate_arguments import add_propagation_arguments, check_propagation_arguments
from SAMSegmenterLib.core.cleanup import KEEP, CleanUp
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_records import check_window

MODES = ("prompts", "replay", "refine", "boxes")
_WINDOWS = (
    "intensities shown to the model: minmax, percentile:0.5,99.5, level-width:40,400, limits:-160,240, auto (tries "
    "several on each slice), or abdomen, bone, brain, lung, mediastinum for CT"
)
_BELONGS = {
    "any_values": ("prompts",),
    "segmentation": ("replay",),
    "refine_with": ("refine",),
    "each_part": ("refine",),
    "margin": ("refine", "boxes"),
    "axis": ("refine", "boxes"),
    "window": ("prompts", "refine", "boxes"),
    "volume": ("prompts", "refine", "boxes"),
    "series": ("prompts", "refine", "boxes"),
    "frame": ("prompts", "refine", "boxes"),
    "nan_as_background": ("prompts", "refine", "boxes"),
    "propagate": ("prompts", "refine", "boxes"),
    "keyframes": ("refine",),
}
_CHOSEN_BY_AXIS = "prompts"
"""Mode whose slices `--axis` chooses when they are propagated."""


def add_segment_arguments(parser: argparse.ArgumentParser) -> None:
    """Add everything that the command takes."""
    _add_mode_arguments(parser.add_argument_group("what the model is told (one of these)"))
    add_propagation_arguments(parser.add_argument_group("from a few slices to the whole structure"))
    _add_volume_arguments(parser.add_argument_group("volume"))
    _add_output_arguments(parser.add_argument_group("where the masks go"))
    _add_slice_arguments(parser.add_argument_group("slices and intensities"))
    _add_cleanup_arguments(parser.add_argument_group("clean-up of every mask"))
    _add_machine_arguments(parser.add_argument_group("model and computer"))


def mode_of(given: argparse.Namespace) -> str:
    """Which of the modes the user chose; options of other modes are refused.

    Raises:
        InputError: none or several, an option that does nothing here, or a value that cannot be.
    """
    chosen = [mode for mode in MODES if getattr(given, mode) is not None]
    if len(chosen) != 1:
        said = "Nothing to segment is named." if not chosen else f"--{' and --'.join(chosen)} do not go together."
        raise InputError(said, "Give one of --prompts, --replay, --refine, --boxes; 'sam-segment --help' has examples.")
    for name, modes in _BELONGS.items():
        value = getattr(given, name)
        if name == "axis" and given.propagate and chosen[0] == _CHOSEN_BY_AXIS:
            continue
        if value is not None and value is not False and value != "" and chosen[0] not in modes:
            option = f"--{name.replace('_', '-')}"
            raise InputError(
                f"{option} does nothing with --{chosen[0]}.",
                f"Leave it out; it goes with --{' and --'.join(modes)}.",
            )
    check_propagation_arguments(given, chosen[0])
    if given.margin is None:
        given.margin = 0.0
    if not (math.isfinite(given.margin) and given.margin >= 0):
        raise InputError(f"A margin is a number of voxels from 0 up; got {given.margin}.", "Leave it out for none.")
    if given.threads is not None and given.threads < 1:
        raise InputError(f"A model runs on at least 1 thread; got {given.threads}.", "Leave --threads out.")
    if given.window is not None:
        given.window = given.window.strip().lower()
        check_window(given.window)
    cleanup_from(given)
    return chosen[0]


def cleanup_from(given: argparse.Namespace) -> CleanUp | None:
    """The clean-up that the user asked for, None when no option of it was given.

    Raises:
        InputError: a value that cannot be.
    """
    named = {
        "keep": given.keep,
        "fill_holes": given.fill_holes or None,
        "minimum_px": given.minimum_px,
        "minimum_mm2": given.minimum_mm2,
        "smooth_px": given.smooth_px,
    }
    asked = {name: value for name, value in named.items() if value is not None}
    return CleanUp(**asked) if asked else None


def _add_mode_arguments(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--prompts", metavar="FILE", help="prompt file (JSON, schema sam-prompts/1): points, boxes, scribbles, lassos")
    add("--replay", metavar="SCENE", help="scene (.mrb) saved with prompts: what was accepted in it, once more")
    add("--segmentation", default="", metavar="NAME", help="which segmentation of the scene, when several have prompts")
    add(
        "--refine",
        metavar="LABELS",
        help="another model's segmentation of the volume: each mask becomes a mask and a box for each slice it is in",
    )
    add("--refine-with", choices=("mask", "box"), help="mask (and the box around it, the default), or the box alone")
    add(
        "--each-part", action="store_true", help="parts of a mask that do not touch in a slice are prompts of their own"
    )
    add("--boxes", metavar="FILE", help="box file (JSON, schema sam-boxes/1): boxes of slices, or 3D boxes; see below")
    add("--margin", type=float, metavar="N", help="make boxes larger by N voxels to every side (0)")


def _add_volume_arguments(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--volume", metavar="FILE", help="image: NRRD, NIfTI, MetaImage, PNG, JPEG, TIFF or DICOM folder")
    add("--series", metavar="N", help="which series, when a DICOM folder holds several")
    add("--frame", type=int, metavar="N", help="which volume of a 4D file, from 1")
    add("--nan-as-background", action="store_true", help="accept voxels that are NaN or infinite, as background")
    add(
        "--any-values",
        action="store_true",
        help="use prompts on a volume of the same size and place whose voxels have other values",
    )


def _add_output_arguments(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--output", metavar="FILE", required=True, help=".seg.nrrd (keeps names), .nii.gz, .nii, .nrrd or .mha")
    add("--overwrite", action="store_true", help="replace the file when it is there already")
    add(
        "--overlap",
        action="store_true",
        help="let structures overlap (.seg.nrrd); otherwise the later one takes the voxels, as in Slicer",
    )


def _add_slice_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--axis",
        help="slices to go through: auto (across the thickest), axial, sagittal, coronal, or an axis of the file: "
        "k, j, i (auto); with --prompts --propagate: which of the prompted slices are carried",
    )
    group.add_argument("--window", help=f"{_WINDOWS} (minmax, or what the prompt file says)")


def _add_cleanup_arguments(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--keep", choices=KEEP, help="keep all parts (the default), those clicked on, or the largest")
    add("--fill-holes", action="store_true", help="fill what a part encloses")
    add("--minimum-px", type=int, metavar="N", help="drop parts of fewer than N pixels in a slice")
    add("--minimum-mm2", type=float, metavar="A", help="drop parts of a smaller area in a slice")
    add("--smooth-px", type=float, metavar="R", help="even the outline over R pixels")


def _add_machine_arguments(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--model", help="its name; sam-models list shows all (sam-small, or what the prompts were made with)")
    add("--device", help="auto, cpu, cuda (graphics card) or mps (Apple); auto, or what a replay was made with")
    add("--threads", type=int, metavar="N", help="processor threads (SAM_THREADS, or what a replay was made with)")
