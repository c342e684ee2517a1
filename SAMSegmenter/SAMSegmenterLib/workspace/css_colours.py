"""Colours as a browser reads and writes them."""

from __future__ import annotations

from SAMSegmenterLib.workspace.pictures import Colour


def css(colour: Colour) -> str:
    """A colour as `#rrggbb`."""
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour)
