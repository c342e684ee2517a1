"""Stands for the parameters of `qSlicerSegmentEditorAbstractEffect`: texts in attributes of the editor's node."""

from __future__ import annotations

import ctypes
from typing import Any

from support.desktop.complaints import log


class EffectParameters:
    """Reads and writes "<effect>.<parameter>", falls back to the common "<parameter>"."""

    _node: Any
    name: str

    def parameterSetNode(self) -> Any:
        return self._node

    def setParameterSetNode(self, node: Any) -> None:
        self._node = node

    def scene(self) -> Any:
        return None if self._node is None else self._node.GetScene()

    def parameter(self, name: str) -> str:
        if self._node is None:
            return ""
        value = self._node.GetAttribute(f"{self.name}.{name}")
        if value is None:
            value = self._node.GetAttribute(name)
        if value is None:
            log.add("critical", f"Parameter named {name} cannot be found for effect {self.name}")
            return ""
        return value

    def integerParameter(self, name: str) -> int:
        return 0 if self._node is None else _number(self.parameter(name), name, _whole, "integer")

    def doubleParameter(self, name: str) -> float:
        if self._node is None:
            return 0.0
        return _number(self.parameter(name), name, float, "floating point number")

    def nodeReference(self, name: str) -> Any:
        if self._node is None:
            return None
        return self._node.GetNodeReference(f"{self.name}.{name}") or self._node.GetNodeReference(name)

    def setParameter(self, name: str, value: Any) -> None:
        if self._has_node():
            self.setCommonParameter(f"{self.name}.{name}", value)

    def setParameterDefault(self, name: str, value: Any) -> None:
        if not self.parameterDefined(name):
            self.setParameter(name, value)

    def setCommonParameter(self, name: str, value: Any) -> None:
        """The node does not say that it was modified; `EffectParameterModified` is sent instead."""
        text = text_of(value)
        if not self._has_node() or (self._node.GetAttribute(name) or "") == text:
            return
        disabled = self._node.GetDisableModifiedEvent()
        self._node.SetDisableModifiedEvent(1)
        self._node.SetAttribute(name, text)
        self._node.SetDisableModifiedEvent(disabled)
        self._node.InvokeCustomModifiedEvent(self._node.EffectParameterModified)

    def setCommonParameterDefault(self, name: str, value: Any) -> None:
        if not self.commonParameterDefined(name):
            self.setCommonParameter(name, value)

    def setNodeReference(self, name: str, node: Any) -> None:
        if self._has_node():
            self.setCommonNodeReference(f"{self.name}.{name}", node)

    def setCommonNodeReference(self, name: str, node: Any) -> None:
        if self._has_node() and self._node.GetNodeReference(name) is not node:
            self._node.SetNodeReferenceID(name, None if node is None else node.GetID())
            self._node.InvokeCustomModifiedEvent(self._node.EffectParameterModified)

    def parameterDefined(self, name: str) -> bool:
        return self.commonParameterDefined(f"{self.name}.{name}")

    def commonParameterDefined(self, name: str) -> bool:
        """An empty text counts as undefined."""
        return self._node is not None and bool(self._node.GetAttribute(name))

    def _has_node(self) -> bool:
        if self._node is None:
            log.add("critical", f"Invalid segment editor parameter set node set to effect {self.name}")
        return self._node is not None


def text_of(value: Any) -> str:
    """What PythonQt makes of a value for the overloads (QString), (int), (double) of a setter.

    It wants the exact types first; anything else, also True and numbers of NumPy, fits the first overload as `str`.
    Integers lose what is beyond 32 bit, fractions what is beyond 6 significant digits.
    """
    if type(value) is int:
        return str(ctypes.c_int32(value).value)
    if type(value) is float:
        return f"{value:.6g}"
    return str(value)


def _whole(text: str) -> int:
    number = int(text)
    if not -(2**31) <= number < 2**31:
        raise ValueError(text)
    return number


def _number(text: str, name: str, convert: Any, kind: str) -> Any:
    try:
        if "_" in text:
            raise ValueError(text)  # a number for Python, not for Qt
        return convert(text)
    except ValueError:
        log.add("critical", f"Parameter named {name} cannot be converted to {kind}!")
        return convert(0)
