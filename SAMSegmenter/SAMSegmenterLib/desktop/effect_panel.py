"""The options panel of the effect, made of sections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from SAMSegmenterLib.desktop.effect_options import EffectOptions
from SAMSegmenterLib.desktop.mask_section import MaskSection
from SAMSegmenterLib.desktop.panel_parts import button, row
from SAMSegmenterLib.desktop.prompt_section import PromptSection
from SAMSegmenterLib.desktop.propagation_section import PropagationSection
from SAMSegmenterLib.desktop.region_chooser import RegionChooser
from SAMSegmenterLib.desktop.settings_section import SettingsSection
from SAMSegmenterLib.desktop.stack_section import StackSection
from SAMSegmenterLib.desktop.stopwatch_section import StopwatchSection
from SAMSegmenterLib.desktop.structure_section import StructureSection


class EffectPanel:
    """Shows the options, the candidates, what there is to say, and the state of the model.

    From top to bottom: prompts to recover, then the slice (`prompts`, `mask`, `structures`) with notices and status
    below it, then headings for what goes beyond the slice, each a section of its own (`stack`, `propagation`), then
    `settings`, and last the `stopwatch` of studies.

    Args:
        on_options: called with the options when the user changed one.
        on_region: called with the markups node when the user chose another region.
        actions: name to function, called by the buttons: "accept", "reject", "clear", "undo", "redo", "use_segment",
            "uncertainty", "keep_uncertainty", "proposals", "outline_region", "outline_marked", "accept_stack",
            "reject_stack", "cancel", "recover", "dismiss", "candidate" with an index, "stopwatch" with a condition,
            and those of `PropagationActions`.

    Attributes:
        widget: to be put into the effect's options frame.
        notices, status: labels.
    """

    def __init__(
        self,
        on_options: Callable[[EffectOptions], None],
        on_region: Callable[[Any], None],
        actions: dict[str, Callable[..., Any]],
    ) -> None:
        self._on_options, self._actions = on_options, actions
        self._filling = False
        self.widget = qt.QWidget()
        layout = qt.QFormLayout(self.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        self._add_recovery(layout)
        self.prompts = PromptSection(layout, self._changed, self._does)
        self.mask = MaskSection(layout, self._changed, self._does)
        self.structures = StructureSection(layout, self._does)
        self._add_status(layout)
        self.stack = StackSection(on_region, self._does)
        self.propagation = PropagationSection(self._changed, on_region, self._does)
        self.settings = SettingsSection(self._changed)
        self.stopwatch = StopwatchSection(self._does)
        for section in (self.stack, self.propagation, self.settings, self.stopwatch):
            layout.addRow(section.widget)

    def options(self) -> EffectOptions:
        """What the widgets show."""
        sections = (self.prompts, self.mask, self.propagation, self.settings)
        return EffectOptions(**{name: value for section in sections for name, value in section.values().items()})

    def show_options(self, options: EffectOptions) -> None:
        """Make the widgets show these options, without telling anybody."""
        self._filling = True
        try:
            for section in (self.prompts, self.mask, self.propagation, self.settings):
                section.show(options)
        finally:
            self._filling = False

    def show_marks(self, count: int, rejectable: bool, can_undo: bool, can_redo: bool) -> None:
        """Enable what can be done on the slice; rejectable are marks that are not accepted, and proposals."""
        self.prompts.show_marks(count, can_undo, can_redo)
        self.mask.reject.setEnabled(rejectable)

    def show_notices(self, text: str, is_error: bool) -> None:
        """Show what there is to say."""
        self.notices.setText(text)
        self.notices.setStyleSheet("QLabel { color: #c03020; }" if is_error else "")
        self.notices.setVisible(bool(text))

    def show_status(self, text: str, busy: bool) -> None:
        """Show the line about model, device, latency and cache."""
        self.status.setText(text)
        self.cancel.setEnabled(busy)

    def show_region(self, node: Any) -> None:
        """Show which markups node is chosen as the region."""
        for chooser in self._choosers:
            chooser.show_node(node)

    def stop_placing(self) -> None:
        """Leave the mode in which clicks place corners and points."""
        for chooser in self._choosers:
            chooser.stop_placing()

    def show_recovery(self, text: str) -> None:
        """Offer prompts that were not accepted when Slicer ended; an empty text offers nothing."""
        self.recovery_text.setText(text)
        self.recovery.setVisible(bool(text))

    def disconnect_all(self) -> None:
        """Let go of everything: Slicer's connections keep Python objects alive."""
        self._actions = {}
        self._on_options = lambda options: None
        self.stack.chooser.let_go()
        self.propagation.let_go()

    @property
    def _choosers(self) -> tuple[RegionChooser, ...]:
        return self.stack.chooser, self.propagation.chooser

    def _add_recovery(self, layout: Any) -> None:
        self.recovery = qt.QFrame()
        inside = qt.QHBoxLayout(self.recovery)
        inside.setContentsMargins(0, 0, 0, 0)
        self.recovery_text = qt.QLabel()
        self.recovery_text.setWordWrap(True)
        inside.addWidget(self.recovery_text, 1)
        inside.addWidget(button(_("Restore"), _("Show these prompts again."), self._does("recover")))
        inside.addWidget(button(_("Discard"), _("Remove these prompts for good."), self._does("dismiss")))
        layout.addRow(self.recovery)
        self.recovery.setVisible(False)

    def _add_status(self, layout: Any) -> None:
        self.notices = qt.QLabel()
        self.notices.setWordWrap(True)
        self.notices.setVisible(False)
        layout.addRow(self.notices)
        self.status = qt.QLabel()
        self.status.setWordWrap(True)
        self.cancel = button(_("Stop"), _("Stop what the model is doing; prompts stay."), self._does("cancel"))
        layout.addRow(row(self.status, self.cancel, wide=self.status))

    def _changed(self, *_: Any) -> None:
        if not self._filling:
            self._on_options(self.options())

    def _does(self, name: str, *arguments: Any) -> Callable[[], None]:
        def act() -> None:
            action = self._actions.get(name)
            if action is not None:
                action(*arguments)

        return act
