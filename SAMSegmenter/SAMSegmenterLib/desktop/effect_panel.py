"""The options panel of the effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from SAMSegmenterLib.desktop.effect_options import EffectOptions
from SAMSegmenterLib.desktop.panel_parts import ChoiceRow, button, combo, number_box, row
from SAMSegmenterLib.desktop.panel_texts import (
    device_texts,
    keep_texts,
    mode_texts,
    tool_texts,
    window_texts,
)
from SAMSegmenterLib.session.preferences import DEVICES


class EffectPanel:
    """Shows the options, the candidates, what there is to say, and the state of the model.

    Args:
        on_options: called with the options when the user changed one.
        actions: name to function, called by the buttons: "accept", "reject", "clear", "undo", "redo", "use_segment",
            "uncertainty", "proposals", "cancel", "recover", "dismiss", and "candidate" with an index.

    Attributes:
        widget: to be put into the effect's options frame.
    """

    def __init__(self, on_options: Callable[[EffectOptions], None], actions: dict[str, Callable[..., Any]]) -> None:
        self._on_options, self._actions = on_options, actions
        self._filling = False
        self.widget = qt.QWidget()
        self._layout = qt.QFormLayout(self.widget)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._add_recovery()
        self._add_prompting()
        self._add_mask()
        self._add_settings()
        self._add_status()

    def set_models(self, names: list[str]) -> None:
        """List the models to choose from."""
        self.model.set_choices([(name, name) for name in names])

    def options(self) -> EffectOptions:
        """What the widgets show."""
        return EffectOptions(
            self.model.value,
            self.device.value,
            self.tool.value,
            int(self.label.value),
            self.mode.value,
            self.window.value,
            self.keep.value,
            1 if self.fill_holes.checked else 0,
            float(self.minimum_area.value),
            float(self.smooth.value),
            1 if self.hover.checked else 0,
        )

    def show_options(self, options: EffectOptions) -> None:
        """Make the widgets show these options, without telling anybody."""
        self._filling = True
        try:
            self.model.show(options.model)
            self.device.show(options.device)
            self.tool.show(options.tool)
            self.label.show(str(options.label))
            self.mode.show(options.mode)
            self.window.show(options.window)
            self.keep.show(options.keep)
            self.fill_holes.setChecked(bool(options.fill_holes))
            self.minimum_area.setValue(options.minimum_mm2)
            self.smooth.setValue(options.smooth_px)
            self.hover.setChecked(bool(options.hover))
        finally:
            self._filling = False

    def show_candidates(self, scores: list[float], chosen: int) -> None:
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

    def show_marks(self, count: int, pending: bool, can_undo: bool, can_redo: bool) -> None:
        """Enable what can be done with the marks on the slice; pending are those that are not accepted."""
        self.clear.setEnabled(count > 0)
        self.reject.setEnabled(pending)
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)

    def show_notices(self, text: str, is_error: bool) -> None:
        """Show what there is to say."""
        self.notices.setText(text)
        self.notices.setStyleSheet("QLabel { color: #c03020; }" if is_error else "")
        self.notices.setVisible(bool(text))

    def show_status(self, text: str, busy: bool) -> None:
        """Show the line about model, device, latency and cache."""
        self.status.setText(text)
        self.cancel.setEnabled(busy)

    def show_recovery(self, text: str) -> None:
        """Offer prompts that were not accepted when Slicer ended; an empty text offers nothing."""
        self.recovery_text.setText(text)
        self.recovery.setVisible(bool(text))

    def disconnect_all(self) -> None:
        """Let go of everything: Slicer's connections keep Python objects alive."""
        self._actions = {}
        self._on_options = lambda options: None

    def _add_recovery(self) -> None:
        self.recovery = qt.QFrame()
        layout = qt.QHBoxLayout(self.recovery)
        layout.setContentsMargins(0, 0, 0, 0)
        self.recovery_text = qt.QLabel()
        self.recovery_text.setWordWrap(True)
        layout.addWidget(self.recovery_text, 1)
        layout.addWidget(button(_("Restore"), _("Show these prompts again."), self._does("recover")))
        layout.addWidget(button(_("Discard"), _("Remove these prompts for good."), self._does("dismiss")))
        self._layout.addRow(self.recovery)
        self.recovery.setVisible(False)

    def _add_prompting(self) -> None:
        self.tool = ChoiceRow(tool_texts(), self._changed)
        self._layout.addRow(_("Prompt:"), self.tool.widget)
        inside = (
            ("1", _("Inside (+)"), _("The prompt lies in the structure.")),
            ("0", _("Outside (\u2212)"), _("The prompt lies beside the structure. Or hold Alt, or Ctrl and Shift.")),
        )
        self.label = ChoiceRow(inside, self._changed)
        self.hover = qt.QCheckBox(_("Preview under mouse"))
        self.hover.setToolTip(_("Show what a click would mark while the mouse moves."))
        self.hover.connect("toggled(bool)", self._changed)
        self._layout.addRow(_("Says:"), row(self.label.widget, self.hover))
        self.undo = button(_("Undo prompt"), _("Take the last change of the prompts back."), self._does("undo"))
        self.redo = button(_("Redo prompt"), _("Do that change again."), self._does("redo"))
        self.clear = button(_("Clear"), _("Remove all prompts of this segment on this slice."), self._does("clear"))
        self.use_segment = button(
            _("Use segment"),
            _("Give the model what the segment is on this slice, as a mask that is roughly right."),
            self._does("use_segment"),
        )
        self._layout.addRow("", row(self.undo, self.redo, self.clear, self.use_segment))

    def _add_mask(self) -> None:
        self.candidates = []
        for number in range(3):
            one = button("", _("Choose this mask. The number is how good the model thinks it is."), None)
            one.setCheckable(True)
            one.connect("clicked()", self._does("candidate", number))
            self.candidates.append(one)
        self.no_candidates = qt.QLabel(_("Mark the structure in a slice view."))
        self._layout.addRow(_("Masks:"), row(*self.candidates, self.no_candidates))
        self.mode = combo(mode_texts(), self._changed)
        self.mode.widget.setToolTip(_("What accepting does to the segment on this slice."))
        self.accept = button(
            _("Accept"), _("Write the mask into the segment (Return, Ctrl+Return)."), self._does("accept")
        )
        self.reject = button(
            _("Reject"), _("Drop mask and prompts; the segment stays (Ctrl+Backspace)."), self._does("reject")
        )
        self._layout.addRow(_("Write:"), row(self.mode.widget, self.accept, self.reject))
        self.uncertainty = button(
            _("Uncertainty"),
            _("Show where the mask depends on the exact place of the prompts: yellow a little, red much."),
            self._does("uncertainty"),
        )
        self.proposals = button(
            _("Propose structures"),
            _("Outline everything that the model finds on this slice; click an outline to add it. May take long."),
            self._does("proposals"),
        )
        self.cancel = button(_("Stop"), _("Stop what the model is doing; prompts stay."), self._does("cancel"))
        self._layout.addRow(_("Ask:"), row(self.uncertainty, self.proposals, self.cancel))

    def _add_settings(self) -> None:
        self.window = combo(window_texts(), self._changed)
        self.window.widget.setToolTip(
            _("The intensities that the model sees as black and white. They are kept from the first prompt on a slice.")
        )
        self._layout.addRow(_("Window:"), self.window.widget)
        self.keep = combo(keep_texts(), self._changed)
        self.keep.widget.setToolTip(_("Which parts of the mask stay."))
        self.fill_holes = qt.QCheckBox(_("Fill holes"))
        self.fill_holes.setToolTip(_("Fill what the mask encloses."))
        self.fill_holes.connect("toggled(bool)", self._changed)
        self._layout.addRow(_("Clean-up:"), row(self.keep.widget, self.fill_holes))
        self.minimum_area = number_box(0.0, 10000.0, 1.0, " mm\u00b2", self._changed)
        self.minimum_area.setToolTip(_("Parts of the mask with a smaller area are dropped."))
        self.smooth = number_box(0.0, 20.0, 0.5, " px", self._changed)
        self.smooth.setToolTip(_("How far the outline is evened."))
        self._layout.addRow(_("Smallest part:"), row(self.minimum_area, qt.QLabel(_("Smooth:")), self.smooth))
        self.model = combo((), self._changed)
        self.model.widget.setToolTip(
            _("The model that makes the masks. More are installed in the module SAM Segmenter.")
        )
        self.device = combo(device_texts(DEVICES), self._changed)
        self.device.widget.setToolTip(_("Where the model runs; a graphics card is much faster."))
        self._layout.addRow(_("Model:"), row(self.model.widget, self.device.widget))

    def _add_status(self) -> None:
        self.notices = qt.QLabel()
        self.notices.setWordWrap(True)
        self.notices.setVisible(False)
        self._layout.addRow(self.notices)
        self.status = qt.QLabel()
        self.status.setWordWrap(True)
        self._layout.addRow(self.status)

    def _changed(self, *_: Any) -> None:
        if not self._filling:
            self._on_options(self.options())

    def _does(self, name: str, *arguments: Any) -> Callable[[], None]:
        def act() -> None:
            action = self._actions.get(name)
            if action is not None:
                action(*arguments)

        return act
