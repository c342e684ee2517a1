"""The options of `sam-benchmark run` that follow the preset unless they are chosen one by one."""

from __future__ import annotations

import argparse
from typing import Any

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMSegmenterLib.core.errors import InputError

_ANSWERS = {"yes": True, "no": False}


def add_preset_arguments(group: argparse._ArgumentGroup) -> None:
    """Add them; without a default, which is the preset's."""
    add = group.add_argument
    add("--hd-empty", metavar="RULE", help="distance of an empty prediction: nan (left out, counted), zero, diagonal")
    add("--encode-clip", metavar="YES/NO", help="clip intensities to the percentiles 0.95 and 99.5 before encoding")
    add("--centre-inside", metavar="YES/NO", help="use the centre of mass as a point only where it lies on the object")
    add("--s2-outside", metavar="PIXEL", help="the point of S2 where the centre does not serve: mid or first pixel")
    add(
        "--slice-filter",
        default=BenchmarkOptions().slice_filter,
        metavar="RULE",
        help="what --min-object-pixels counts: pixel_count (of a structure) or value_sum (of all labels of the slice)",
    )


def preset_choices_from(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the user chose, as options of a run; None where the preset decides.

    Raises:
        InputError: an answer is neither yes nor no.
    """
    return {
        "hd_empty": _lower(arguments.hd_empty),
        "encode_clip": _answer("--encode-clip", arguments.encode_clip),
        "com_must_be_inside": _answer("--centre-inside", arguments.centre_inside),
        "s2_outside": _lower(arguments.s2_outside),
        "slice_filter": arguments.slice_filter.lower(),
    }


def _answer(option: str, text: str | None) -> bool | None:
    if text is None:
        return None
    if text.lower() not in _ANSWERS:
        raise InputError(f"{option} is yes or no; got '{text}'.", "Leave it out to follow the preset.")
    return _ANSWERS[text.lower()]


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
