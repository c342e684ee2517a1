"""The part of the effect's panel about prompts: which kind, what they say, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from SAMSegmenterLib.desktop.panel_parts import ChoiceRow, button, row
from SAMSegmenterLib.desktop.panel_texts import label_texts, tool_texts


class PromptSection:
    """Tools, "inside" or "outside", and steps back and forth.

    Args:
        layout: `qt.QFormLayout` that gets the rows.
        on_change: called when the user changed an option.
        does: gives the function of an action by its name.
    """

    def __init__(self, layout: Any, on_change: Callable[..., None], does: Callable[..., Callable[[], None]]) -> None:
        self.tool = ChoiceRow(tool_texts(), on_change)
        layout.addRow(_("Prompt:"), self.tool.widget)
        self.label = ChoiceRow(label_texts(), on_change)
        self.undo = button(_("Undo prompt"), _("Take the last change of the prompts back."), does("undo"))
        self.redo = button(_("Redo prompt"), _("Do that change again."), does("redo"))
        self.clear = button(_("Clear"), _("Remove all prompts of this segment on this slice."), does("clear"))
        self.use_segment = button(
            _("Use segment"),
            _("Give the model what the segment is on this slice, as a mask that is roughly right."),
            does("use_segment"),
        )
        layout.addRow(_("Position:"), row(self.label.widget, self.use_segment))
        layout.addRow("", row(self.undo, self.redo, self.clear))

    def values(self) -> dict[str, Any]:
        """Options of `EffectOptions` that are shown here."""
        return {
            "tool": self.tool.value,
            "label": int(self.label.value),
        }

    def show(self, options: Any) -> None:
        """Show `EffectOptions`."""
        self.tool.show(options.tool)
        self.label.show(str(options.label))

    def show_marks(self, count: int, can_undo: bool, can_redo: bool) -> None:
        """Enable what can be done with the marks on the slice."""
        self.clear.setEnabled(count > 0)
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)
