"""Stands for the effects of `qMRMLSegmentEditorWidget`: one copy per editor, their buttons, which one is active."""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from support.desktop import questions
from support.desktop.complaints import log
from support.desktop.effect_factory import qSlicerSegmentEditorEffectFactory

ORDER = (
    *("Threshold", "Paint", "Draw", "Erase", "Level tracing", "Grow from seeds", "Fill between slices", "Margin"),
    *("Hollow", "Smoothing", "Scissors", "Islands", "Logical operators", "Mask volume"),
)
"""Slicer's own effects in the order of their buttons; others follow."""


class EditorEffects:
    """The part of the editor that knows effects; state is kept by the editor."""

    _effects: list[Any]
    _active: Any
    _node: Any

    def updateEffectList(self) -> None:
        """Copy the effects that were registered since the last time, in the order of Slicer's calls."""
        for effect in qSlicerSegmentEditorEffectFactory.instance()._copies_for(self._effects):
            self._effects.append(effect)
            effect._select_effect = self.setActiveEffectByName
            effect._logic = self._logic
            if self._node is not None:
                self._give_node(effect)
            self._buttons[effect.name] = self._button(effect)
            effect._tell("setupOptionsFrame")
            effect.optionsFrame().setVisible(False)
            self._options.layout().addWidget(effect.optionsFrame())
        for place, effect in enumerate(self._shown_effects()):
            self._button_box.layout().addWidget(self._buttons[effect.name if effect else "NULL"], place // 2, place % 2)

    def availableEffectNames(self) -> tuple[str, ...]:
        return tuple(effect.name for effect in self._effects)

    def effectByName(self, name: str) -> Any:
        return next((effect for effect in self._effects if name and effect.name == name), None)

    def effectCount(self) -> int:
        return len(self._shown_effects())

    def effectByIndex(self, index: int) -> Any:
        shown = self._shown_effects()
        return shown[index] if 0 <= index < len(shown) else None

    def effectNameOrder(self) -> tuple[str, ...]:
        return self._order

    def setEffectNameOrder(self, names: Any) -> None:
        self._order = tuple(names)
        self.updateEffectList()

    def activeEffect(self) -> Any:
        return self._active

    def setActiveEffect(self, effect: Any) -> None:
        """Write the choice into the node, which then tells every editor that has it."""
        if self._node is not None:
            self._node.SetActiveEffectName(effect.name if effect is not None else "")
        elif effect is not None:
            log.add("critical", "setActiveEffect: Invalid segment editor parameter set node")

    def setActiveEffectByName(self, name: str) -> None:
        self.setActiveEffect(self.effectByName(name))

    def _shown_effects(self) -> list[Any]:
        """Those in the given order, then the others; None for the arrow comes first."""
        ordered = [effect for name in self._order if (effect := self.effectByName(name)) is not None]
        others = [effect for effect in self._effects if effect not in ordered]
        return [None, *ordered, *(others if self._unordered_visible else [])]

    def _button(self, effect: Any) -> Any:
        button = QtWidgets.QToolButton(self._button_box)
        button.setObjectName(effect.name if effect else "NULL")
        button.setCheckable(True)
        if effect is not None:
            button.setIcon(effect._icon())
            button.setToolTip(effect.title)
            button.setText(effect.title)
        button.connect("clicked()", lambda: self.setActiveEffect(effect))
        return button

    def _give_node(self, effect: Any) -> None:
        effect.setParameterSetNode(self._node)
        effect._tell("setMRMLDefaults")
        key = ("parameters", effect.name)
        event = self._node.EffectParameterModified
        self._observed.observe(key, self._node, event, lambda *_: effect.updateGUIFromMRML())

    def _update_effects_section(self) -> None:
        """Enable what can be used, and follow the node's choice of an effect."""
        enabled = self._node.GetSourceVolumeNode() is not None and not self._read_only
        self._button_box.setEnabled(enabled)
        self._options_box.setEnabled(enabled)
        if enabled:
            self._enable_buttons()
        chosen = self.effectByName(self._node.GetActiveEffectName() or "")
        if chosen is self._active:
            return
        if self._active is not None:
            self._active.deactivate()
        if chosen is not None and not self._make_binary_labelmap():
            chosen = None
        self._show_options(chosen)
        for name, button in self._buttons.items():
            button.setChecked(name == (chosen.name if chosen else "NULL"))
        if self._interaction_node is None or self._viewing():
            self._set_cursors(chosen)
        self._last_active, self._active = self._active, chosen

    def _enable_buttons(self) -> None:
        segmentation = self._node.GetSegmentationNode()
        available = segmentation is not None and segmentation.GetSegmentation().GetNumberOfSegments() > 0
        selected = bool(self._node.GetSelectedSegmentID())
        for effect in self._effects:
            usable = available and (selected or not effect.perSegment)
            self._buttons[effect.name].setEnabled(usable or not effect.requireSegments)

    def _show_options(self, chosen: Any) -> None:
        """Views are observed, placing of markups ends, and only then the effect is activated."""
        self._options_box.setVisible(chosen is not None)
        if chosen is None:
            self._options_box.setTitle("")
            self._help.setText("")
            self.removeViewObservations()
            return
        self.setupViewObservations()
        if self._interaction_node is not None and not self._viewing():
            self._interaction_node.SetCurrentInteractionMode(self._interaction_node.ViewTransform)
        chosen.activate()
        self._options_box.setTitle(chosen.title)
        self._help.setText(chosen.helpText())

    def _viewing(self) -> bool:
        node = self._interaction_node
        return node.GetCurrentInteractionMode() == node.ViewTransform

    def _make_binary_labelmap(self) -> bool:
        """Effects edit voxels; other representations are converted when the user agrees."""
        if self._logic.CanTriviallyConvertSourceRepresentationToBinaryLabelMap():
            return self._logic.TrivialSetSourceRepresentationToBinaryLabelmap()
        if questions.ask("Change source representation to binary labelmap?", ("yes", "no")) != "yes":
            return False
        return self._logic.SetSourceRepresentationToBinaryLabelMap()

    def _set_cursors(self, effect: Any) -> None:
        layout_manager = slicer.app.layoutManager()
        for name in layout_manager.sliceViewNames() if layout_manager is not None else ():
            widget = layout_manager.sliceWidget(name)
            if not self._logic.IsSegmentationDisplayableInView(widget.mrmlSliceNode()):
                continue
            own = effect is not None and effect.showEffectCursorInSliceView
            for set_cursor in (widget.sliceView().setViewCursor, widget.sliceView().setDefaultViewCursor):
                set_cursor(effect.createCursor(widget) if own else QtGui.QCursor())


def options_layout(frame: QtWidgets.QWidget) -> None:
    """Room for the effects' options."""
    layout = QtWidgets.QVBoxLayout(frame)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setAlignment(QtCore.Qt.AlignTop)
