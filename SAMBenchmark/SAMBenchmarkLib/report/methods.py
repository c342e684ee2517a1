"""The methods in words, one paragraph per step and metric, ready to be quoted."""

from __future__ import annotations

from typing import Any

from SAMBenchmarkLib.core.options import PROMPTLESS
from SAMBenchmarkLib.report.markup import Html, element, join, paragraph, section


def methods_section(options: dict[str, Any]) -> Html:
    """Paragraphs that follow the options of the run."""
    parts = [join([element("h3", title), paragraph(text)]) for title, text in method_texts(options)]
    return section("methods", "Methods", *parts)


def method_texts(options: dict[str, Any]) -> list[tuple[str, str]]:
    """(heading, paragraph) of every step and metric.

    Args:
        options: resolved options of the run; missing ones are described by their defaults.
    """
    return [
        ("Objects", _objects(options)),
        ("Prompts", _prompts(options)),
        ("Choice of the mask", _selection(options)),
        ("DICE", _DICE),
        ("Jaccard index", _JACCARD),
        ("Hausdorff distance (HD)", _HAUSDORFF),
        ("HD95", _HD95),
        ("Average symmetric surface distance (ASSD)", _ASSD),
        ("Surface Dice and CON (in the results file)", _further(options)),
        ("Undefined values", _undefined(options)),
        ("Averages", _AVERAGES),
        ("Timings", _TIMINGS),
    ]


_SELECTION = (
    "SAM gives three masks for points or a box and any number in everything mode (S1). Oracle selection takes the "
    "mask of largest (2I + 0.1) / (A + B + 0.1) with the reference, the first of equals, where I is the intersection "
    "and A and B are the areas; the score is then computed without the 0.1. Selection by predicted IoU takes the "
    "mask that the model rates highest and never looks at the reference, as in use. In S1 that is the best-rated mask "
    "of the whole image, whatever it shows: without a prompt nothing says which structure is meant."
)
_ONE_MASK = (
    "A promptless model gives one mask for each slice, with its own estimate of the IoU: every rule of selection takes "
    "the same mask, and the figures of all rules are equal."
)
_NO_PROMPTS = (
    "S0: none. The model was trained to find one structure without points, boxes or masks. It gives one mask for each "
    "slice, which is compared with every structure evaluated, whether the model was trained to find it or not; "
    "label values of the same name are one object. Only slices that show such a structure are evaluated, so masks on "
    "slices without it do not count. (Shi et al. 2023, doi:10.3390/diagnostics13111947)"
)
_DICE = (
    "Dice similarity coefficient, 2I / (A + B), in percent, with I the pixels that prediction and reference share "
    "and A and B the pixels of each. 100 is perfect agreement, 0 none. An empty prediction scores 0. (Dice 1945, "
    "doi:10.2307/1932409)"
)
_JACCARD = (
    "Intersection over union, I / (A + B - I), in percent. An empty prediction scores 0. (Jaccard 1912, "
    "doi:10.1111/j.1469-8137.1912.tb05611.x)"
)
_HAUSDORFF = (
    "Border pixels are those of a mask that touch the outside along a row or column; beyond the image counts as "
    "outside. From every border pixel of one mask the distance to the nearest border pixel of the other is measured, "
    "both ways; HD is the largest of them. It is given in pixels, and in millimetres with the pixel size of the "
    "slice along rows and columns. One stray pixel decides it."
)
_HD95 = (
    "95th percentile, interpolated linearly, of the distances of both directions pooled, as in MedPy. Some programs "
    "report the larger of the two directed percentiles instead, which can differ widely."
)
_ASSD = "Mean of the distances of both directions pooled, so that the longer border weighs more."
_AVERAGES = (
    "One value per object, that is per label value and slice; label values of the same name (left and right, say) are "
    "one structure. The average over objects (micro) weighs every object the same, the average over structures (macro) "
    "is the mean of the structures' means. Standard deviations are those of the population (division by n). Figures "
    "are rounded for display only."
)
_TIMINGS = (
    "The timing table measures after a warm-up, waits for the device before and after each repetition, and gives the "
    "median. S1, which takes seconds, is repeated less often and has no warm-up of its own. Prompts and embedding are "
    "the same for all repetitions."
)


def _objects(options: dict[str, Any]) -> str:
    limit = options.get("min_object_pixels", 50)
    rule = {
        "pixel_count": f"An object is one label value in one slice with more than {limit} pixels.",
        "value_sum": (
            f"A slice counts when its label values add up to more than {limit}; an object is one label value in it."
        ),
    }[options.get("slice_filter", "pixel_count")]
    scope = "volume" if options.get("minmax_scope") == "volume" else "slice"
    clip = (
        " They were then clipped to the percentiles 0.95 and 99.5 and stretched to 0-255 again; what was 0 stayed 0."
        if options.get("encode_clip")
        else ""
    )
    window = (
        f'Intensities were mapped to 0-255 with the window "{options.get("window", "minmax")}", limits per {scope}, '
        "and rounded down; colour images of 8 bits were taken as they are."
    )
    return f"{rule} Slices keep their own pixel grid. {window}{clip}"


def _is_promptless(options: dict[str, Any]) -> bool:
    return PROMPTLESS in (options.get("strategies") or ())


def _selection(options: dict[str, Any]) -> str:
    if _is_promptless(options):
        return _ONE_MASK
    if "first" not in options.get("selections", ()):
        return _SELECTION
    return _SELECTION + " Selection of the first takes the first mask, whatever its rating."


def _prompts(options: dict[str, Any]) -> str:
    if _is_promptless(options):
        return _NO_PROMPTS
    other = "the middle one" if options.get("s2_outside", "mid") == "mid" else "the first"
    inside = options.get("com_must_be_inside", True)
    where = " where it lies on the object" if inside else ", wherever it lies"
    otherwise = f", else {other} of the object's pixels in row order" if inside else ""
    grid = options.get("points_per_side", 32)
    return (
        f"Prompts are simulated from the reference. S1: a grid of {grid} x {grid} points, without the reference. S2: "
        f"one point, the centre of mass{where}{otherwise}. S3: five object pixels sampled evenly in row order, the "
        f"first of them replaced by the centre of mass{where}. S4: S3 and up to five background pixels, sampled "
        f"likewise from the object's box enlarged twofold about its centre{_sixth_point(options)}. S5: the tight box. "
        "S6: the box and the point of S2. Each object is prompted once. (Huang et al. 2024, "
        "doi:10.1016/j.media.2023.103061)"
    )


def _sixth_point(options: dict[str, Any]) -> str:
    if options.get("preset") != "authors_code":
        return ""
    return "; as in the released program the first of them is often a sixth object pixel, labelled background"


def _further(options: dict[str, Any]) -> str:
    tolerance = options.get("surface_tolerance_mm", 1.0)
    return (
        f"Surface Dice is the share of both borders that lies within {tolerance} mm of the other one, each border "
        "pixel counted once (after Nikolov et al. 2018, arXiv:1809.04430). CON is (3D - 2) / D with D the DICE as a "
        "fraction, 0 where D is 0 (Chang et al. 2009, doi:10.1016/j.neuroimage.2009.03.068). ASD is the mean "
        "distance from the prediction's border to the reference's."
    )


def _undefined(options: dict[str, Any]) -> str:
    empty = {
        "nan": "are undefined: they are left out of the means, and the tables say how many there are",
        "zero": "are set to 0, the best value, as in the released program: failed predictions lower the mean",
        "diagonal": "are set to the length of the slice's diagonal",
    }.get(str(options.get("hd_empty", "nan")), "are undefined")
    return (
        f"Where the prediction is empty, or S1 found no mask, DICE and Jaccard are 0 and distances {empty}. Where the "
        "image has no pixel size, distances in millimetres are undefined."
    )
