"""How fine the screen below a slice view is, so that marks are as large, and as easy to hit, on every screen."""

from __future__ import annotations

from typing import Any

_MOST = 4.0


def view_scale(widget: Any) -> float:
    """View pixels, in which mouse and drawing are counted, per pixel in which the desktop counts widgets.

    Args:
        widget: `qMRMLSliceWidget`.

    Returns:
        1 to 4; 2 on many screens of high resolution, and 1 while the view has no size.
    """
    view = widget.sliceView()
    width = view.width
    return min(_MOST, max(1.0, view.renderWindow().GetSize()[0] / width)) if width > 0 else 1.0
