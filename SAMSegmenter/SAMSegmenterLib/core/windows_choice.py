"""Which windows a slice is shown to the model with: the displayed one, a chosen one, or several to compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.windowing import (
    CT_PRESETS,
    LevelWidth,
    Limits,
    MinMax,
    Percentile,
    Window,
    ZeroMax,
    parse_window,
    scale,
)

AUTO = "auto"
DISPLAYED = "displayed"

_CT_WINDOWS = ("abdomen", "lung", "bone")
_SAME_PICTURE = 4.0
"""Pictures that differ by less on average, in grey values, are taken for one."""

_LEAST_CONTRAST = 32.0
"""Grey values between the darkest and the brightest hundredth of a picture that is worth a try."""

_SAMPLED = 256
"""Pixels along each side that pictures are compared on."""


@dataclass(frozen=True)
class NamedWindow:
    """A window and what the user calls it."""

    name: str
    window: Window


def windows_to_try(
    choice: str, pixels: np.ndarray, displayed: Window | None = None, hounsfield: bool | None = None
) -> tuple[NamedWindow, ...]:
    """Windows of a choice: one, or with "auto" up to four whose pictures differ.

    Automatic choice tries the displayed window, then for CT numbers the soft tissue, lung and bone windows, else the
    whole range and the range without the outermost values.

    Args:
        choice: "auto", "displayed", or a text that `parse_window` knows ("minmax", "lung", "level-width:40,400").
        pixels: (H, W) slice, or (H, W, 3) colour, which has no window to choose.
        displayed: the viewer's window, None where there is none: the whole range is then shown.
        hounsfield: True for CT numbers; None asks the pixels.

    Raises:
        InputError: no such window.
    """
    shown = NamedWindow("displayed", displayed) if displayed is not None else NamedWindow("minmax", MinMax())
    if choice not in (AUTO, DISPLAYED):
        named = NamedWindow(choice, parse_window(choice))
        return (NamedWindow("colour", MinMax()),) if pixels.ndim == 3 else (named,)
    if pixels.ndim == 3:
        return (NamedWindow("colour", MinMax()),)
    if choice == DISPLAYED:
        return (shown,)
    return _different([shown, *_usual(looks_like_hounsfield(pixels) if hounsfield is None else hounsfield)], pixels)


def best_window(answers: Sequence[Candidates]) -> int:
    """Index of the answer that holds the best-scored candidate, the first on ties.

    Raises:
        InputError: there is no answer.
    """
    if not answers:
        raise InputError("There is no window to choose from.")
    best = [np.max(np.where(np.isnan(a.scores), -np.inf, a.scores), initial=-np.inf) for a in answers]
    return int(np.argmax(best))


def frozen(window: Window, pixels: np.ndarray) -> Limits:
    """A window that no longer depends on pixels or viewer: the limits it has on this slice.

    Args:
        pixels: (H, W), or (H, W, 3) colour; colour of 8 bits is never windowed and gives 0 to 255.

    Raises:
        InputError: the slice holds no finite value, so that a window that depends on it has no limits.
    """
    if pixels.ndim == 3 and pixels.dtype == np.uint8:
        return Limits(0.0, 255.0)
    low, high = window.limits(pixels)
    return Limits(float(low), float(high))


def window_text(window: Window) -> str:
    """A window as `parse_window` reads it, numbers to the last bit.

    Raises:
        InputError: a window of another kind than those of `core.windowing`.
    """
    if isinstance(window, MinMax | ZeroMax):
        return "minmax" if isinstance(window, MinMax) else "zeromax"
    for kind, name, fields in (
        (Percentile, "percentile", ("low", "high")),
        (LevelWidth, "level-width", ("level", "width")),
        (Limits, "limits", ("low", "high")),
    ):
        if isinstance(window, kind):
            first, second = (float(getattr(window, field)) for field in fields)
            return f"{name}:{first!r},{second!r}"
    raise InputError(f"A window of type {type(window).__name__} cannot be written down.")


def looks_like_hounsfield(pixels: np.ndarray) -> bool:
    """True when values look like CT numbers: whole, air far below 0, something above it.

    Args:
        pixels: (H, W) or larger; values that are not finite do not count.
    """
    finite = pixels[np.isfinite(pixels)]
    if not finite.size or pixels.dtype == np.uint8:
        return False
    whole = np.issubdtype(pixels.dtype, np.integer) or bool((finite == np.rint(finite)).all())
    return whole and -4100 <= float(finite.min()) <= -500 and 0 < float(finite.max()) <= 32767


def _usual(hounsfield: bool) -> list[NamedWindow]:
    if hounsfield:
        return [NamedWindow(name, CT_PRESETS[name]) for name in _CT_WINDOWS]
    return [NamedWindow("percentile", Percentile()), NamedWindow("minmax", MinMax())]


def _different(windows: Sequence[NamedWindow], pixels: np.ndarray) -> tuple[NamedWindow, ...]:
    """Windows whose pictures show something, and something else than those before; the first one at least."""
    steps = [max(1, size // _SAMPLED) for size in pixels.shape]
    sample = pixels[:: steps[0], :: steps[1]]
    kept: list[NamedWindow] = []
    pictures: list[np.ndarray] = []
    for named in windows:
        picture = scale(sample, *named.window.limits(pixels))
        new = all(np.abs(picture - other).mean() > _SAME_PICTURE for other in pictures)
        if new and np.ptp(np.percentile(picture, (1, 99))) >= _LEAST_CONTRAST:
            kept.append(named)
            pictures.append(picture)
    return tuple(kept) or (windows[0],)
