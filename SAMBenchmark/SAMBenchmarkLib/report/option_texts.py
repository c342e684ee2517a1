"""One line for each option of a run, in the words of the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SAMBenchmarkLib.core.classical import CLASSICAL
from SAMBenchmarkLib.core.options import ALL_STRATEGIES, STRATEGY_TITLES
from SAMBenchmarkLib.core.protocols.settings import SETTING_TEXTS

OPTION_TEXTS = {
    "strategies": "Which prompts were simulated: "
    + ", ".join(f"{name} {STRATEGY_TITLES[name]}" for name in ALL_STRATEGIES)
    + ".",
    "selections": (
        "How one of the candidate masks is chosen: predicted_iou by the model's own score, as in use; oracle by the "
        "reference; first takes the first."
    ),
    "preset": "Defaults of the options below: paper follows the text of Huang et al. 2024, authors_code their program.",
    "plane": "Plane of the slices; auto takes slices across the largest spacing, axial where spacings are equal.",
    "stride": "Every n-th of the slices that show an object was evaluated.",
    "max_slices": "At most so many slices per volume, spread so that every structure gets its share; 0 means all.",
    "min_object_pixels": "An object counts in a slice when it has more pixels than this.",
    "slice_filter": (
        "pixel_count compares each object's pixels with the limit, value_sum the slice's sum of label values."
    ),
    "window": "Intensities shown to the model as black and white.",
    "minmax_scope": "Whether the window's limits were found per slice or once per volume.",
    "encode_clip": "Clip to the percentiles 0.95 and 99.5 before encoding, as the released program does.",
    "com_must_be_inside": "The centre of mass serves as a point only where it lies on the object.",
    "s2_outside": "The single point where the centre does not serve: the middle or the first of the object's pixels.",
    "hd_empty": "Distances of an empty prediction: nan (undefined, counted), zero, or diagonal of the slice.",
    "points_per_side": "S1 lays a grid of so many points along each side.",
    "surface_tolerance_mm": "Distance up to which surface Dice counts two outlines as touching, mm.",
    "seed": "Start of everything random; S0 to S6 as such draw nothing by lot.",
    "timing_repeats": "How often each stage was timed for the timing table; 0 leaves the table out.",
    "structures": "Structures of the reference that were evaluated, those joined by + as one; all when none is set.",
    "baselines": "Classical methods in the same tables, each with the prompts of a strategy: "
    + ", ".join(f"{name} those of {strategy}" for name, strategy in CLASSICAL.items())
    + ".",
    "correction_effort": "Whether the human correction effort of every mask was counted.",
    "fourier_patience": "How many small changes of DICE in a row end the search for the elliptic Fourier order.",
    "model": "Name of the model.",
    "model_sha256": "Checksum of the weights.",
    "engine": "What ran the network.",
    "precision": "Number format of the network.",
    "device": "Where the network ran.",
    "threads": "Threads of the arithmetic; another number may change the last bits.",
    "normalisation": "What the network subtracts from the three channels, and divides them by.",
    "mask_threshold": "A pixel belongs to a mask where the network's output is above this.",
    "s1_thresholds": "Which masks S1 keeps; these numbers belong to the model.",
    "refiner_sha256": "Checksum of the network that draws the model's masks again on the picture; empty without one.",
    "protocol": "Version of the evaluation's rules.",
    **SETTING_TEXTS,
}

AUTHORS_CODE_DEFECTS = {
    ("preset", "authors_code"): (
        "S4 takes six foreground points wherever the number of object pixels is not a multiple of five: the step "
        "between samples is rounded down, so a sixth object pixel slips in. It is then labelled as background, and one "
        "real background point is lost."
    ),
    ("hd_empty", "zero"): (
        "The Hausdorff and average distances of an empty prediction are 0, the best value there is, so failed "
        "predictions lower the mean."
    ),
    ("com_must_be_inside", False): (
        "The centre of mass is used as a point even where it lies outside the object (rings, for example)."
    ),
    ("encode_clip", True): (
        "Intensities are clipped to the percentiles 0.95 and 99.5 (in percent; 0.5 was probably meant) and stretched "
        "again before encoding, which the paper does not mention."
    ),
}
"""Option and value -> the known defect of the released program that it repeats; the preset authors_code has all."""


def known_defects(options: Mapping[str, Any]) -> list[str]:
    """Defects of the released program that a run repeats on purpose."""
    return [text for (name, value), text in AUTHORS_CODE_DEFECTS.items() if name in options and options[name] == value]


def option_value(value: Any) -> str:
    """An option's value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value) or "not set"
    return "not set" if value is None or value == "" else str(value)
