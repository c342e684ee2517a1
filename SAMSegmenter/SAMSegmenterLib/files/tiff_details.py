"""What the tags of a TIFF file say about pixel size and number type."""

from __future__ import annotations

import math
import re
from typing import Any

from PIL import Image

_X_RESOLUTION, _Y_RESOLUTION, _UNIT, _DESCRIPTION, _BITS, _SAMPLE_FORMAT = 282, 283, 296, 270, 258, 339
_MM_PER_UNIT = {2: 25.4, 3: 10.0}  # ResolutionUnit: inch, centimetre; 1 means that there is none
_MM_PER_IMAGEJ_UNIT = {"nm": 1e-6, "um": 1e-3, "µm": 1e-3, "micron": 1e-3, "mm": 1.0, "cm": 10.0, "inch": 25.4}
_SCREEN_DPI = (72.0, 96.0)  # written by software that knows nothing about the pixel size
_SIGNED = 2

Spacing = tuple[float, float, float]


def tiff_spacing(picture: Image.Image, slices: int) -> tuple[Spacing | None, str]:
    """Pixel size along x, y and z in mm, and a note on where it comes from.

    Args:
        picture: an open TIFF file.
        slices: number of pages that become slices.

    Returns:
        The spacing, None when the file does not say it for all axes; the note may be empty.
    """
    tags = _tags(picture)
    per_unit = [_positive(tags.get(tag)) for tag in (_X_RESOLUTION, _Y_RESOLUTION)]
    if None in per_unit:
        return None, ""
    imagej = _imagej_fields(tags)
    if tags.get(_UNIT, 2) == 2 and per_unit[0] in _SCREEN_DPI and "unit" not in imagej:
        return None, f"The file's resolution of {per_unit[0]:g} dpi is a placeholder; it was not taken as pixel size."
    mm = _MM_PER_IMAGEJ_UNIT.get(imagej.get("unit", "").replace("\\u00B5", "µ")) or _MM_PER_UNIT.get(tags.get(_UNIT, 2))
    if mm is None:
        return None, ""
    x, y = (mm / value for value in per_unit)
    distance = _positive(imagej.get("spacing")) if "unit" in imagej else None
    if slices > 1 and distance is None:
        return None, "The file does not say how far its slices lie apart; figures in mm are undefined."
    note = f"The pixel size of {x:.4g} x {y:.4g} mm comes from the file's resolution; check that it is the object's."
    return (x, y, distance * mm if slices > 1 else x), note


def needs_exact_reader(picture: Image.Image) -> bool:
    """Whether Pillow would lose bits or the sign: colour of 16 bits, signed bytes, integers beyond 16 bits."""
    tags = _tags(picture)
    bits = max(tags.get(_BITS, (1,)))
    if picture.mode in ("RGB", "RGBA", "RGBX", "LA"):
        return bits > 8
    signed = (tags.get(_SAMPLE_FORMAT) or (1,))[0] == _SIGNED
    return (picture.mode == "I" and (signed or bits > 16)) or (picture.mode == "L" and signed)


def _imagej_fields(tags: Any) -> dict[str, str]:
    description = str(tags.get(_DESCRIPTION, ""))
    return dict(re.findall(r"^(\w+)=(.+?)\s*$", description, re.MULTILINE)) if "ImageJ=" in description else {}


def _positive(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if 0 < number < math.inf else None


def _tags(picture: Image.Image) -> Any:
    return getattr(picture, "tag_v2", {})
