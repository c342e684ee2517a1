"""The options of `sam-benchmark run` that belong to the protocols beside S0-S6."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any

from SAMBenchmarkLib.core.protocols.settings import CHOICES, PROTOCOL_TITLES, ProtocolSettings
from SAMSegmenterLib.core.errors import InputError

DEFAULTS = ProtocolSettings()
_TITLES = "; ".join(f"{name}: {title}" for name, title in PROTOCOL_TITLES.items())


def add_protocol_arguments(group: argparse._ArgumentGroup) -> None:
    """Add the protocols and their settings."""
    add = group.add_argument
    add(
        "--protocols",
        default="",
        metavar="NAMES",
        help=f"evaluated besides the strategies, by comma, or all. {_TITLES}",
    )
    add("--click-rounds", type=int, default=DEFAULTS.click_rounds, metavar="N", help="most clicks of huang-rounds")
    add(
        "--feed-previous-logits",
        action="store_true",
        help="huang-rounds: give the model its last answer back with the next click",
    )
    levels = "rising numbers of pixels; each two neighbours are a level of huang-shift"
    add("--shift-edges", default=_text(DEFAULTS.shift_edges), metavar="PIXELS", help=levels)
    add("--shift-repeats", type=int, default=DEFAULTS.shift_repeats, metavar="N", help="drawings of huang-shift")
    add("--box-jitter", default=DEFAULTS.box_jitter, help=f"boxes of huang-shift: {_or('box_jitter')}")
    add(
        "--jitter-points", default=DEFAULTS.jitter_points, help=f"points that huang-shift moves: {_or('jitter_points')}"
    )
    add("--grid-sizes", default=_text(DEFAULTS.grid_sizes), metavar="NUMBERS", help="points along a side in huang-grid")
    add("--point-rounds", type=int, default=DEFAULTS.point_rounds, metavar="N", help="most points of mazurowski-points")
    preset = "by default as the preset says"
    add("--distance", help=f"depth of a pixel in the mazurowski protocols: {_or('distance')}; {preset}")
    add("--label-source", help=f"where a point of mazurowski-points is positive: {_or('label_source')}; {preset}")
    add("--modes", default=_text(DEFAULTS.modes), metavar="NUMBERS", help="which of the five of mazurowski-modes")
    add("--contour-merge", default=DEFAULTS.contour_merge, help=f"masks of shi-contours: {_or('contour_merge')}")
    add(
        "--shi-window",
        default=DEFAULTS.shi_window,
        help=f"intensities shown in shi-contours: {_or('shi_window')} (ct: -991 to 362 HU; minmax: of the volume; run: "
        "as in --window; auto: ct where --modality is CT, else minmax)",
    )
    margin = "roi-crop: margin on each side, as a share of the object's box"
    add("--roi-margin", type=float, default=DEFAULTS.roi_margin, metavar="SHARE", help=margin)
    shares = "sam-md-jitter: largest shifts, as shares of the box"
    add("--relative-jitter", default=_text(DEFAULTS.relative_jitter), metavar="SHARES", help=shares)
    add(
        "--relative-repeats", type=int, default=DEFAULTS.relative_repeats, metavar="N", help="drawings of sam-md-jitter"
    )
    _add_method_arguments(group)


def _add_method_arguments(group: argparse._ArgumentGroup) -> None:
    """Those of the methods that the survey of Zhang and Jiao lists."""
    add = group.add_argument
    add("--uncertainty-boxes", type=int, default=DEFAULTS.uncertainty_boxes, metavar="N", help="moved boxes of sam-u")
    share = "sam-u: largest shift of each side, as a share of the box"
    add("--uncertainty-share", type=float, default=DEFAULTS.uncertainty_share, metavar="SHARE", help=share)
    margin = "medlsam: margin on every side, pixels of a slice of 1024 pixels"
    add("--medlsam-margin", type=float, default=DEFAULTS.medlsam_margin, metavar="PIXELS", help=margin)
    add("--medlsam-slab", type=int, default=DEFAULTS.medlsam_slab, metavar="N", help="slices that share a box")
    add("--scribble-points", type=int, default=DEFAULTS.scribble_points, metavar="N", help="points of each stroke")
    add("--scribble-repeats", type=int, default=DEFAULTS.scribble_repeats, metavar="N", help="drawings of scribbles")


def protocols_from(arguments: argparse.Namespace) -> tuple[str, ...]:
    """Names of the protocols that the user chose."""
    names = tuple(_parts(arguments.protocols.lower()))
    return tuple(PROTOCOL_TITLES) if names == ("all",) else names


def protocol_settings_from(arguments: argparse.Namespace) -> ProtocolSettings:
    """The settings that the user chose.

    Raises:
        InputError: one of them does not exist or is out of range.
    """
    return ProtocolSettings(
        click_rounds=arguments.click_rounds,
        feed_previous_logits=arguments.feed_previous_logits,
        shift_edges=_numbers("--shift-edges", arguments.shift_edges, int),
        shift_repeats=arguments.shift_repeats,
        box_jitter=arguments.box_jitter.lower(),
        jitter_points=arguments.jitter_points.lower(),
        grid_sizes=_numbers("--grid-sizes", arguments.grid_sizes, int),
        point_rounds=arguments.point_rounds,
        distance=_lower(arguments.distance),
        label_source=_lower(arguments.label_source),
        modes=_numbers("--modes", arguments.modes, int),
        contour_merge=arguments.contour_merge.lower(),
        shi_window=arguments.shi_window.lower(),
        roi_margin=arguments.roi_margin,
        relative_jitter=_numbers("--relative-jitter", arguments.relative_jitter, float),
        relative_repeats=arguments.relative_repeats,
        uncertainty_boxes=arguments.uncertainty_boxes,
        uncertainty_share=arguments.uncertainty_share,
        medlsam_margin=arguments.medlsam_margin,
        medlsam_slab=arguments.medlsam_slab,
        scribble_points=arguments.scribble_points,
        scribble_repeats=arguments.scribble_repeats,
    )


def _numbers(option: str, text: str, kind: Callable[[str], Any]) -> tuple[Any, ...]:
    try:
        return tuple(kind(part) for part in _parts(text))
    except ValueError as error:
        raise InputError(
            f"{option} takes numbers by comma; got '{text}'.", f"Write it as in {option} 1,2,3."
        ) from error


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[,\s]+", text) if part]


def _text(values: tuple[Any, ...]) -> str:
    return ",".join(f"{value:g}" for value in values)


def _or(name: str) -> str:
    return " or ".join([", ".join(CHOICES[name][:-1]), CHOICES[name][-1]])


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
