"""The part of the effect's panel about the mask on the slice: candidates, writing it, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import qt
from slicer.i18n import tr as _

from SAMSegmenterLib.desktop.panel_parts import button, combo, row
from SAMSegmenterLib.desktop.panel_texts import mode_texts

CANDIDATES = 3


class MaskSection:
    """The masks to choose from, the way to write one, and the request for its uncertainty.

    Args:
        layout: `qt.QFormLayout` that gets the rows.
        on_change: called when the user changed an option.
        does: gives the function of an action by its name and arguments.
    """

    def __init__(self, layout: Any, on_change: Callable[..., None], does: Callable[..., Callable[[], None]]) -> None:
        self.candidates = []
        for number in range(CANDIDATES):
            one = button("", _("Choose this mask. The number is how good the model thinks it is."), None)
            one.setCheckable(True)
            one.connect("clicked()", does("candidate", number))
            self.candidates.append(one)
        self.no_candidates = qt.QLabel(_("Mark the structure in a slice view."))
        layout.addRow(_("Masks:"), row(*self.candidates, self.no_candidates))
        self.mode = combo(mode_texts(), on_change)
        self.mode.widget.setToolTip(_("What accepting does to the segment on this slice."))
        self.accept = button(_("Accept"), _("Write the mask into the segment (Return, Ctrl+Return)."), does("accept"))
        self.reject = button(
            _("Reject"),
            _("Drop mask, prompts and proposals; the segment stays (Ctrl+Backspace)."),
            does("reject"),
        )
        layout.addRow(_("Write:"), row(self.mode.widget, self.accept, self.reject))
        self.uncertainty = button(
            _("Show"),
            _("Show where the mask depends on the exact place of the prompts: yellow a little, red much."),
            does("uncertainty"),
        )
        self.keep_uncertainty = button(
            _("Keep as volume"),
            _(
                "Put the uncertainty of this slice, from 0 to 1, into a volume of this segment that has the voxels of"
                " the source volume. Other slices can be added to it."
            ),
            does("keep_uncertainty"),
        )
        layout.addRow(_("Uncertainty:"), row(self.uncertainty, self.keep_uncertainty))
        self.show_candidates((), 0)
        self.show_uncertainty(False)

    def values(self) -> dict[str, Any]:
        """Options of `EffectOptions` that are shown here."""
        return {"mode": self.mode.value}

    def show(self, options: Any) -> None:
        """Show `EffectOptions`."""
        self.mode.show(options.mode)

    def show_candidates(self, scores: Sequence[float], chosen: int) -> None:
        """Show the scores of the masks to choose from; none for no preview."""
        for number, candidate in enumerate(self.candidates):
            there = number < len(scores)
            candidate.setVisible(there)
            if there:
                candidate.setText(_("{number}: {score}").format(number=number + 1, score=f"{scores[number]:.2f}"))
                candidate.setChecked(number == chosen)
        self.no_candidates.setVisible(not scores)
        for action in (self.accept, self.uncertainty):
            action.setEnabled(bool(scores))

    def show_uncertainty(self, found: bool) -> None:
        """Enable what can be done with an uncertainty that is shown."""
        self.keep_uncertainty.setEnabled(found)
