"""Prompts that a careful user would give, computed from the reference: strategies S2 to S6 and corrective clicks.

Two presets follow Huang et al. 2024 (doi:10.1016/j.media.2023.103061): `paper` does what the text says,
`authors_code` what the released code does, with its quirks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from SAMBenchmarkLib.core.options import ALL_STRATEGIES, PRESETS, PROMPTLESS
from SAMBenchmarkLib.core.regions import bounding_region
from SAMSegmenterLib.core.arrays import Mask, as_mask, same_shape
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts

POINTS_PER_SIGN = 5
NEGATIVE_BOX_RATIO = 2

Points = npt.NDArray[np.int64]
"""(N, 2) pixel positions, (x, y)."""


@dataclass(frozen=True)
class PromptRules:
    """How points are taken from a reference mask.

    Args:
        com_must_be_inside: True uses the centre of mass only when it lies on the object; False always uses it.
        s2_outside: the single point where the centre is not used: `mid` or `first` of the object's pixels, row by row.
        exactly_five: True takes five positives; False keeps every entry of the even sampling (often six) while labels
            go by position, the first five positive, so that a sixth object pixel becomes a negative click.
    """

    com_must_be_inside: bool = True
    s2_outside: str = "mid"
    exactly_five: bool = True

    def __post_init__(self) -> None:
        if self.s2_outside not in ("mid", "first"):
            raise InputError(f"s2_outside is mid or first, got '{self.s2_outside}'.")


def prompt_rules(
    preset: str = "paper", com_must_be_inside: bool | None = None, s2_outside: str | None = None
) -> PromptRules:
    """Rules of a preset, with single options replaced where one is given.

    Raises:
        InputError: the preset or an option is unknown.
    """
    if preset not in PRESETS:
        raise InputError(f"Unknown preset '{preset}'.", f"Choose one of {', '.join(PRESETS)}.")
    defaults = PRESETS[preset]
    return PromptRules(
        defaults["com_must_be_inside"] if com_must_be_inside is None else com_must_be_inside,
        defaults["s2_outside"] if s2_outside is None else s2_outside,
        exactly_five=preset != "authors_code",
    )


@dataclass(frozen=True, eq=False)
class ObjectPrompts:
    """Everything the strategies need from one object, computed once.

    Args:
        single: the point of S2 and S6, (x, y).
        positives: (N, 2) points of S3, all of the even sampling.
        negatives: (N, 2) background points of S4, at most five; fewer where the surroundings hold fewer.
        box: [x0, y0, x1, y1] of S5 and S6.
    """

    single: tuple[int, int]
    positives: Points
    negatives: Points
    box: tuple[int, int, int, int]

    @classmethod
    def of(cls, mask: Mask, rules: PromptRules | None = None) -> ObjectPrompts:
        """Points and box of a reference mask.

        Args:
            mask: (H, W) boolean, not empty.
            rules: of `prompt_rules`; None follows the paper.

        Raises:
            InputError: the mask is empty or not two-dimensional.
        """
        mask, rules = as_mask(mask), rules or prompt_rules()
        box = tight_box(mask)
        foreground = _points_of(mask, box)
        centre = center_of_mass(mask)
        use_centre = bool(mask[centre[1], centre[0]]) or not rules.com_must_be_inside
        positives = foreground[:: max(1, len(foreground) // POINTS_PER_SIGN)].copy()
        if use_centre:
            positives[0] = centre
        if rules.exactly_five:
            positives = positives[:POINTS_PER_SIGN]
        outside_point = foreground[len(foreground) // 2 if rules.s2_outside == "mid" else 0]
        single = centre if use_centre else (int(outside_point[0]), int(outside_point[1]))
        return cls(single, positives, _negatives(mask, box), box)

    def prompts(self, strategy: str) -> Prompts:
        """Prompts of one strategy, positives before negatives, for one call of the decoder.

        Args:
            strategy: `S0` none, `S2` one positive, `S3` five positives, `S4` five positives and five negatives, `S5`
                the box, `S6` the box and the point of S2.

        Raises:
            InputError: the strategy is S1, which has no prompts, or unknown.
        """
        if strategy == PROMPTLESS:
            return Prompts()
        if strategy == "S2":
            return Prompts.of([self.single])
        if strategy == "S3":
            return Prompts.of(self.positives[:POINTS_PER_SIGN].tolist())
        if strategy == "S4":
            points = np.concatenate([self.positives, self.negatives])[: 2 * POINTS_PER_SIGN]
            return Prompts(points, np.arange(len(points)) < min(len(self.positives), POINTS_PER_SIGN))
        if strategy == "S5":
            return Prompts.of(box=self.box)
        if strategy == "S6":
            return Prompts.of([self.single], box=self.box)
        if strategy == "S1":
            raise InputError("Strategy S1 has no prompts.", "Segment everything and choose among the masks instead.")
        raise InputError(f"Unknown strategy '{strategy}'.", f"Choose one of {', '.join(ALL_STRATEGIES)}.")


def strategy_prompts(
    mask: Mask,
    strategy: str,
    preset: str = "paper",
    com_must_be_inside: bool | None = None,
    s2_outside: str | None = None,
) -> Prompts:
    """Prompts of one strategy for one object; `ObjectPrompts` shares the work where several are wanted.

    Args:
        mask: (H, W) boolean, not empty.
        strategy: `S0`, or `S2` to `S6`.
        preset: `paper` or `authors_code`.
        com_must_be_inside, s2_outside: replace the preset's choice, see `PromptRules`.

    Raises:
        InputError: the strategy is S1, which has no prompts, or a name is unknown, or the mask is empty.
    """
    return ObjectPrompts.of(mask, prompt_rules(preset, com_must_be_inside, s2_outside)).prompts(strategy)


def center_of_mass(mask: Mask) -> tuple[int, int]:
    """Mean pixel position of a mask, truncated to whole pixels; it may lie outside the mask.

    Args:
        mask: (H, W) boolean, not empty.

    Returns:
        (x, y).

    Raises:
        InputError: the mask is empty.
    """
    rows, columns = np.nonzero(as_mask(mask))
    if not len(rows):
        raise _empty("centre of mass")
    return int(columns.sum()) // len(columns), int(rows.sum()) // len(rows)


def tight_box(mask: Mask) -> tuple[int, int, int, int]:
    """Extreme pixels of a mask, without margin.

    Args:
        mask: (H, W) boolean, not empty.

    Returns:
        (x0, y0, x1, y1), all inclusive.

    Raises:
        InputError: the mask is empty.
    """
    region = bounding_region(as_mask(mask))
    if region is None:
        raise _empty("box")
    rows, columns = region
    return columns.start, rows.start, columns.stop - 1, rows.stop - 1


def next_click(
    reference: Mask,
    prediction: Mask,
    rule: str,
    rng: np.random.Generator | None = None,
    excluded: Iterable[tuple[int, int]] = (),
) -> tuple[tuple[int, int], int] | None:
    """The click that corrects a prediction most: deep inside what is still wrong.

    Depth is the exact distance to the nearest pixel outside the region; beyond the image counts as outside.

    Args:
        reference: (H, W) boolean.
        prediction: (H, W) boolean; an empty one gives the first click.
        rule: `huang` measures missed and superfluous pixels apart and clicks the deepest pixel of the deeper of them,
            superfluous where they are equal, first in row order; `mazurowski` clicks the deepest pixel of all wrong
            pixels, equal ones drawn by lot.
        rng: draws the lot of `mazurowski`; not used by `huang`.
        excluded: (x, y) of earlier clicks, which `huang` never repeats; not used by `mazurowski`.

    Returns:
        ((x, y), label), label 1 on the reference and 0 off it; None when nothing is left to correct.

    Raises:
        InputError: the shapes differ, the rule is unknown, or `mazurowski` has no `rng`.

    Source: Mazurowski et al. 2023, doi:10.1016/j.media.2023.102918, algorithm 1; the rule of Huang et al. is not
        stated, `huang` is the usual one of interactive segmentation.
    """
    reference, prediction = as_mask(reference, "reference"), as_mask(prediction, "prediction")
    same_shape(prediction, reference, "prediction and reference")
    if rule == "huang":
        return _deeper_error_click(reference, prediction, excluded)
    if rule == "mazurowski":
        return _any_error_click(reference, prediction, rng)
    raise InputError(f"Unknown click rule '{rule}'.", "Choose huang or mazurowski.")


def _deeper_error_click(
    reference: Mask, prediction: Mask, excluded: Iterable[tuple[int, int]]
) -> tuple[tuple[int, int], int] | None:
    missed, superfluous = interior_depth(reference & ~prediction), interior_depth(prediction & ~reference)
    for x, y in excluded:
        missed[y, x] = superfluous[y, x] = 0.0
    label = int(missed.max() > superfluous.max())
    depth = missed if label else superfluous
    if not depth.max():
        return None
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    return (int(x), int(y)), label


def _any_error_click(
    reference: Mask, prediction: Mask, rng: np.random.Generator | None
) -> tuple[tuple[int, int], int] | None:
    if rng is None:
        raise InputError("The click rule mazurowski draws by lot and needs a random generator.")
    depth = interior_depth(reference ^ prediction)
    if not depth.max():
        return None
    rows, columns = np.nonzero(depth == depth.max())
    choice = int(rng.integers(len(rows)))
    x, y = int(columns[choice]), int(rows[choice])
    return (x, y), int(reference[y, x])


def interior_depth(region: Mask) -> npt.NDArray[np.float64]:
    """Exact distance of each pixel to the nearest one outside the region, 0 outside; the image's edge is outside."""
    depth = np.zeros(region.shape)
    block = bounding_region(region)
    if block is not None:
        depth[block] = ndimage.distance_transform_edt(np.pad(region[block], 1))[1:-1, 1:-1]
    return depth


def _points_of(mask: Mask, box: tuple[int, int, int, int]) -> Points:
    """Pixels of a mask inside a box with inclusive maxima, row by row."""
    x0, y0, x1, y1 = box
    rows, columns = np.nonzero(mask[y0 : y1 + 1, x0 : x1 + 1])
    return np.column_stack([columns + x0, rows + y0])


def _negatives(mask: Mask, box: tuple[int, int, int, int]) -> Points:
    """Up to five background pixels, evenly from the rows of the box enlarged about its centre.

    The box's sides are taken without the last pixel and ends are cut to whole pixels after clipping, both as in the
    released code; an object of one row or column therefore has no surroundings.
    """
    columns = _enlarged(box[0], box[2], mask.shape[1])
    rows = _enlarged(box[1], box[3], mask.shape[0])
    found_rows, found_columns = np.nonzero(~mask[rows, columns])
    points = np.column_stack([found_columns + columns.start, found_rows + rows.start])
    return points[:: max(1, len(points) // POINTS_PER_SIGN)][:POINTS_PER_SIGN]


def _enlarged(first: int, last: int, length: int) -> slice:
    side = last - first
    wide = side * NEGATIVE_BOX_RATIO
    start = first - wide / 2 + side / 2
    stop = min(float(length), start + wide)
    start = max(0.0, start)
    return slice(int(start), int(start) + int(stop - start))


def _empty(what: str) -> InputError:
    return InputError(f"The mask is empty and has no {what}.", "Leave out slices in which the structure is absent.")
