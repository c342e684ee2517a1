"""The part of the effect's panel that times an object with and without SAM."""

from __future__ import annotations

from collections.abc import Callable

from slicer.i18n import tr as _

from SAMSegmenterLib.core.timed_task import WITH, WITHOUT
from SAMSegmenterLib.desktop.panel_parts import button, collapsible, combo, row


class StopwatchSection:
    """One choice and one button.

    Args:
        does: gives the function of an action by its name; "stopwatch" gets the condition.

    Attributes:
        widget: a heading with the rest below it, closed at first.
    """

    def __init__(self, does: Callable[..., Callable[[], None]]) -> None:
        self.widget, layout = collapsible(_("Stopwatch study"), collapsed=True)
        self.condition = combo(((WITH, _("With SAM")), (WITHOUT, _("Without SAM"))), lambda *given: None)
        self.condition.widget.setToolTip(
            _("Time the same object once under each condition; without SAM use any other effect meanwhile.")
        )
        self.toggle = button(
            "",
            _(
                "Times the selected segment until it is pressed again. Actions and their times go into the text "
                "'SAM stopwatch' of the scene, to be saved beside the segmentation; no name of a patient or file."
            ),
            lambda: does("stopwatch", self.condition.value)(),
        )
        layout.addRow(_("Object:"), row(self.condition.widget, self.toggle))
        self.show_running("")

    def show_running(self, name: str) -> None:
        """Show what is timed; an empty name for nothing."""
        self.toggle.setText(_("Stop: {name}").format(name=name) if name else _("Start"))
        self.condition.widget.setEnabled(not name)
