"""Stands for `qSlicerSegmentEditorEffectFactory`: the effects that every editor gets copies of."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore

from support.desktop.complaints import log


class qSlicerSegmentEditorEffectFactory(QtCore.QObject):  # noqa: N801 - its name in Slicer
    """There is one, `instance()`; effects cannot be taken out of it."""

    effectRegistered = QtCore.Signal(str)
    SIGNATURES = ("effectRegistered(QString)",)

    _made: Any = None

    def __init__(self) -> None:
        super().__init__()
        self._effects: list[Any] = []

    @classmethod
    def instance(cls) -> qSlicerSegmentEditorEffectFactory:
        if qSlicerSegmentEditorEffectFactory._made is None:
            qSlicerSegmentEditorEffectFactory._made = cls()
        return qSlicerSegmentEditorEffectFactory._made

    def registerEffect(self, effect: Any) -> bool:
        """False when there is an effect of that name already."""
        if effect is None or not effect.name:
            log.add("critical", "Segment editor effect cannot be registered with empty name!")
            return False
        if any(known.name == effect.name for known in self._effects):
            return False
        self._effects.append(effect)
        self.effectRegistered.emit(effect.name)
        return True

    def registeredEffects(self) -> tuple[Any, ...]:
        return tuple(self._effects)

    def _copies_for(self, present: list[Any]) -> list[Any]:
        """Copies of the effects that an editor does not have yet."""
        known = {effect.name for effect in present}
        copies = []
        for effect in self._effects:
            if effect.name in known:
                continue
            copy = effect._clone()
            if copy is None:
                log.add("critical", f"failed to clone effect: {effect.name}")
            else:
                copies.append(copy)
        return copies

    def _forget_all(self) -> None:
        """For tests: Slicer cannot do that."""
        for effect in self._effects:
            effect._destroy()
        self._effects = []
