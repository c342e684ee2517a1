"""The part of the effect's panel about structures that the model proposes on the slice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from SAMSegmenterLib.desktop.panel_parts import button, check_box, row


class StructureSection:
    """Asks for proposals, and says which segment gets those that are picked.

    Args:
        layout: `qt.QFormLayout` that gets the row.
        does: gives the function of an action by its name.
    """

    def __init__(self, layout: Any, does: Callable[..., Callable[[], None]]) -> None:
        self.propose = button(
            _("Propose"),
            _("Outline everything that the model finds on this slice; click an outline to add it. May take long."),
            does("proposals"),
        )
        self.as_new = check_box(
            _("New segment:"),
            _("Each outline that is clicked becomes a segment of its own instead of a part of the selected one."),
            self._toggled,
        )
        self.name = qt.QLineEdit()
        self.name.setText(_("Structure"))
        self.name.setToolTip(_("Name of the new segments; they are numbered when there are several."))
        self.name.setEnabled(False)
        self.name.setMinimumWidth(60)
        layout.addRow(_("Structures:"), row(self.propose, self.as_new, self.name, wide=self.name))

    @property
    def new_name(self) -> str | None:
        """Name of the segment that takes what is picked; None for the selected segment."""
        if not self.as_new.checked:
            return None
        return self.name.text.strip() or _("Structure")

    def _toggled(self, checked: bool) -> None:
        self.name.setEnabled(checked)
