"""Which protocols there are beside S0-S6, and every choice that they leave open."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

from SAMSegmenterLib.core.errors import InputError

PROTOCOL_TITLES = {
    "huang-rounds": "interactive clicks, round by round (Huang et al. 2024)",
    "huang-shift": "prompts shifted at random, in pixels (Huang et al. 2024)",
    "huang-grid": "everything mode on grids of several sizes (Huang et al. 2024)",
    "mazurowski-points": "iterative points, algorithm 1 (Mazurowski et al. 2023)",
    "mazurowski-modes": "five modes of use (Mazurowski et al. 2023)",
    "shi-contours": "one point at the centroid of every contour (Shi et al. 2023)",
    "roi-crop": "image cropped to a region of interest (Shi et al. 2023)",
    "sam-md-jitter": "box jitter relative to the size of the box (Roy et al. 2023)",
    "sam-u": "mean of several moved boxes, and its uncertainty (SAM-U, Deng et al. 2023)",
    "medlsam": "boxes of slices from six extreme points in space (MedLSAM, Lei et al. 2023)",
    "scribbles": "strokes in and beside the object, sampled into points",
}
"""Names on the command line, in the order in which they are evaluated."""

PROMPTED = ("S2", "S3", "S4", "S5", "S6")

BASED_ON = {"huang-shift": PROMPTED, "roi-crop": PROMPTED, "sam-md-jitter": ("S5",)}
"""Protocols that vary strategies of the run, and which of them."""

SETTING_TEXTS = {
    "protocols": "Protocols that were evaluated besides the strategies.",
    "click_rounds": "huang-rounds: most clicks per object.",
    "feed_previous_logits": "huang-rounds: whether the logits of the last answer are given back to the model.",
    "shift_edges": "huang-shift: each two neighbours are the least and the largest shift of a level, pixels.",
    "shift_repeats": "huang-shift: how often each level is drawn.",
    "box_jitter": "huang-shift: boxes are enlarged, moved, or one of the two by lot for each object (mixed).",
    "jitter_points": "huang-shift: whether only the centre point is moved, or all points.",
    "grid_sizes": "huang-grid: points along each side of the grid.",
    "point_rounds": "mazurowski-points: most points per object.",
    "distance": "mazurowski-points, -modes: exact distances, or the approximation of the released program (cv2_5x5).",
    "label_source": (
        "mazurowski-points: a point is positive on the object's own class, or on any labelled class as in the released "
        "program."
    ),
    "modes": "mazurowski-modes: which of the five modes.",
    "contour_merge": "shi-contours: the union of all contours' masks, or the last one alone.",
    "shi_window": (
        "shi-contours: intensities shown to the model: ct (-991 to 362 HU), minmax (of the volume), run (as all else), "
        "or auto: ct for CT, minmax otherwise."
    ),
    "roi_margin": "roi-crop: margin on each side, as a share of the object's box.",
    "relative_jitter": "sam-md-jitter: largest shift of each side, as a share of the box.",
    "relative_repeats": "sam-md-jitter: how often each level is drawn.",
    "uncertainty_boxes": "sam-u: number of boxes.",
    "uncertainty_share": "sam-u: largest shift of each side, as a share of the box.",
    "medlsam_margin": "medlsam: margin on every side, pixels of a slice of 1024 pixels.",
    "medlsam_slab": "medlsam: slices that share a box, beside one box for all of the structure.",
    "scribble_points": "scribbles: points taken from each stroke.",
    "scribble_repeats": "scribbles: how often strokes are drawn.",
}
"""One line for each setting, in the words of the report."""

PRESET_SETTINGS: dict[str, dict[str, str]] = {
    "paper": {"distance": "exact", "label_source": "class"},
    "authors_code": {"distance": "cv2_5x5", "label_source": "any"},
}

CHOICES: dict[str, tuple[str, ...]] = {
    "box_jitter": ("mixed", "enlarge", "move"),
    "jitter_points": ("centre", "all"),
    "distance": ("exact", "cv2_5x5"),
    "label_source": ("class", "any"),
    "contour_merge": ("union", "last"),
    "shi_window": ("auto", "ct", "minmax", "run"),
}

_LEAST = {
    "click_rounds": 1,
    "shift_repeats": 1,
    "point_rounds": 1,
    "relative_repeats": 1,
    "roi_margin": 0,
    "uncertainty_boxes": 2,
    "medlsam_margin": 0,
    "medlsam_slab": 1,
    "scribble_points": 1,
    "scribble_repeats": 1,
}


@dataclass(frozen=True)
class ProtocolSettings:
    """Settings of the protocols; `SETTING_TEXTS` says what each one means.

    Args:
        distance, label_source: None follows the run's preset.
    """

    click_rounds: int = 10
    feed_previous_logits: bool = False
    shift_edges: tuple[int, ...] = (0, 10, 20, 30)
    shift_repeats: int = 3
    box_jitter: str = "mixed"
    jitter_points: str = "centre"
    grid_sizes: tuple[int, ...] = (8, 16, 32, 64, 128, 256)
    point_rounds: int = 9
    distance: str | None = None
    label_source: str | None = None
    modes: tuple[int, ...] = (1, 2, 3, 4, 5)
    contour_merge: str = "union"
    shi_window: str = "auto"
    roi_margin: float = 0.5
    relative_jitter: tuple[float, ...] = (0.01, 0.05, 0.1, 0.25, 0.5)
    relative_repeats: int = 3
    uncertainty_boxes: int = 8
    uncertainty_share: float = 0.1
    medlsam_margin: float = 10.0
    medlsam_slab: int = 2
    scribble_points: int = 5
    scribble_repeats: int = 3

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if value is not None and value not in choices:
                raise InputError(
                    f"There is no {name.replace('_', ' ')} '{value}'.", f"Choose one of: {', '.join(choices)}."
                )
        for name, least in _LEAST.items():
            if not getattr(self, name) >= least:
                raise InputError(f"{name} is {least} or more; got {getattr(self, name)}.")
        if len(self.shift_edges) < 2 or not _rising(self.shift_edges) or self.shift_edges[0] < 0:
            raise InputError("Shifts are rising numbers of pixels from 0 on, two or more.", "Write them as 0,10,20,30.")
        _check_list("grid_sizes", self.grid_sizes, 1, 256)
        _check_list("modes", self.modes, 1, 5)
        _check_list("relative_jitter", self.relative_jitter, 0, 1)
        _check_list("uncertainty_share", (self.uncertainty_share,), 0, 1)

    def resolved(self, preset: str) -> ProtocolSettings:
        """The same settings with the preset's choices filled in."""
        chosen = {name: value for name, value in PRESET_SETTINGS[preset].items() if getattr(self, name) is None}
        return replace(self, **chosen)  # type: ignore[arg-type]


SETTING_NAMES = tuple(field.name for field in fields(ProtocolSettings))


def check_protocols(names: tuple[str, ...]) -> None:
    """Refuse protocols that do not exist or are named twice.

    Raises:
        InputError: see above.
    """
    unknown = [name for name in names if name not in PROTOCOL_TITLES]
    if unknown:
        raise InputError(f"There is no protocol '{unknown[0]}'.", f"Choose from: {', '.join(PROTOCOL_TITLES)}.")
    if len(set(names)) != len(names):
        raise InputError("A protocol is named twice.", "Name each protocol once.")


def check_bases(names: tuple[str, ...], strategies: tuple[str, ...]) -> None:
    """Refuse protocols that vary strategies none of which is evaluated.

    Raises:
        InputError: see above.
    """
    for name in names:
        bases = BASED_ON.get(name)
        if bases is not None and not set(bases) & set(strategies):
            wanted = " or ".join(bases)
            raise InputError(
                f"The protocol {name} is measured against {wanted}, which is not evaluated.",
                f"Add {wanted} to the strategies.",
            )


def protocol_of(variant: str) -> tuple[str, str]:
    """Protocol and setting behind the `variant` of a row, as in "huang-shift:0-10"; empty texts for S0-S6 as such."""
    name, _, setting = variant.partition(":")
    return name, setting


def _rising(values: tuple[int, ...]) -> bool:
    return all(low < high for low, high in pairwise(values))


def _check_list(name: str, values: tuple[Any, ...], least: float, most: float) -> None:
    if not values or len(set(values)) != len(values) or not all(least <= value <= most for value in values):
        raise InputError(
            f"{name} are different numbers from {least} to {most}, one or more; got {', '.join(map(str, values))}."
        )
