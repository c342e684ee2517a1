"""The part of the effect's panel about several slices at once: a region in space, and the masks of its slices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from SAMSegmenterLib.desktop.panel_parts import button, collapsible, row
from SAMSegmenterLib.desktop.region_chooser import RegionChooser


class StackSection:
    """Chooses a region of interest or six extreme points, and shows how far the slices are.

    Args:
        on_region: called with the markups node when the user chose another one, None for none.
        does: gives the function of an action by its name.

    Attributes:
        widget: a heading with everything below it.
        chooser: of the region.
    """

    def __init__(self, on_region: Callable[[Any], None], does: Callable[..., Callable[[], None]]) -> None:
        self.widget, layout = collapsible(_("Several slices at once"), collapsed=True)
        self.chooser = RegionChooser(on_region)
        layout.addRow(_("Region:"), self.chooser.widget)
        self.outline_region = button(
            _("Outline region"),
            _("Put a box on every slice of this view's direction that the region spans, and make the masks."),
            does("outline_region"),
        )
        self.outline_marked = button(
            _("Outline marked slices"),
            _("Make the masks of all slices that have prompts of this segment which are not accepted."),
            does("outline_marked"),
        )
        layout.addRow("", row(self.outline_region, self.outline_marked))
        self.progress = qt.QProgressBar()
        self.progress.setVisible(False)
        layout.addRow(self.progress)
        self.accept = button(
            _("Accept all slices"), _("Write the masks of all these slices, as one undo step."), does("accept_stack")
        )
        self.reject = button(
            _("Reject all slices"), _("Drop these masks and their prompts; the segment stays."), does("reject_stack")
        )
        layout.addRow("", row(self.accept, self.reject))
        self.show_stack(None)

    def show_stack(self, done: tuple[int, int] | None, found: int = 0) -> None:
        """Show how far the masks are.

        Args:
            done: slices that are done, and all of them; None when there are none.
            found: slices that have a mask.
        """
        self.progress.setVisible(done is not None)
        if done is not None:
            self.progress.setRange(0, max(1, done[1]))
            self.progress.setValue(done[0])
            self.progress.setFormat(_("{done} of {total} slices").format(done=done[0], total=done[1]))
        self.accept.setEnabled(found > 0)
        self.reject.setEnabled(done is not None)
