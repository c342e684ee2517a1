"""Makes PySide6's objects behave like PythonQt's where the two differ and code depends on it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import shiboken6
from PySide6 import QtCore, QtWidgets

from support.desktop.connections import SignalProxy, connect, disconnect

_strict = True


@contextlib.contextmanager
def lenient() -> Iterator[None]:
    """PySide6 itself sets attributes while it loads a .ui file: a widget's children by their names."""
    global _strict
    _strict = False
    try:
        yield
    finally:
        _strict = True


def install() -> None:
    """Change QObject and every class below it, once per process."""
    if getattr(QtCore.QObject, "_behaves_like_pythonqt", False):
        return
    for cls in _with_subclasses(QtCore.QObject):
        for name in _own_properties(cls):
            _make_value(cls, name)
        _make_strict(cls)
    original = QtCore.QObject.__getattribute__

    def look_up(self: Any, name: str) -> Any:
        if name in _BY_SIGNATURE:
            return lambda *arguments: _by_signature(self, name, original(self, name), arguments)
        if not name.startswith("_") and not shiboken6.isValid(self):
            raise ValueError(f"Trying to read attribute '{name}' of a destroyed {type(self).__name__} object")
        try:
            value = original(self, name)
        except AttributeError:
            return _child(self, name)
        kind = type(value).__name__
        if kind == "SignalInstance":
            return SignalProxy(self, name, value)
        return BuiltInMethod(value) if kind == "builtin_function_or_method" and _strict else value

    QtCore.QObject.__getattribute__ = look_up  # type: ignore[method-assign,assignment]
    QtCore.QObject.name = property(lambda self: self.property("objectName"))  # type: ignore[attr-defined]
    QtCore.QObject.className = lambda self: self.metaObject().className()  # type: ignore[attr-defined]
    for cls in (QtWidgets.QDialog, QtWidgets.QMenu, QtCore.QCoreApplication):
        cls.exec_ = cls.exec  # type: ignore[attr-defined]
    QtCore.QPoint.__init__ = _whole_pixels  # type: ignore[method-assign]
    QtCore.QObject._behaves_like_pythonqt = True  # type: ignore[attr-defined]


_BASE = next(base for base in QtCore.QObject.__mro__ if not base.__module__.startswith("PySide6."))
"""The class below QObject, whose `__setattr__` stays as it is."""


_BY_SIGNATURE = {"connect": connect, "disconnect": disconnect}


def _by_signature(self: Any, name: str, native: Any, arguments: tuple[Any, ...]) -> Any:
    """`connect(signature, function)`; PySide6 itself, for `QTimer.singleShot`, calls it with a sender, too."""
    if len(arguments) == 2 and isinstance(arguments[0], str):
        return _BY_SIGNATURE[name](self, *arguments)
    return native(*arguments)


class BuiltInMethod:
    """A method of Qt: lists come back as tuples."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        result = self._function(*arguments, **named)
        return tuple(result) if type(result) is list else result

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, BuiltInMethod) and other._function == self._function

    def __hash__(self) -> int:
        return hash(self._function)


def _child(self: Any, name: str) -> Any:
    """Children are attributes by their names."""
    if not name.startswith("_"):
        for child in QtCore.QObject.children(self):
            if child.property("objectName") == name:
                return child
    raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")


_make_point = QtCore.QPoint.__init__


def _whole_pixels(self: Any, *arguments: Any) -> None:
    """`QPoint` of two whole numbers; PySide6 would cut off fractions."""
    for argument in arguments:
        if not isinstance(argument, QtCore.QPoint) and not hasattr(argument, "__index__"):
            raise ValueError(f"Called QPoint with wrong arguments: {argument!r}")
    _make_point(self, *arguments)


_read_property = QtCore.QObject.property  # before it is a `BuiltInMethod` each time


_being_read: set[tuple[int, str]] = set()


class _Value:
    """A Qt property: a value on objects, and still the function on classes."""

    def __init__(self, name: str, function: Any, writable: bool) -> None:
        self._name, self._function, self._writable = name, function, writable

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self._function
        reading = (id(instance), self._name)
        if reading in _being_read:  # a virtual function: PySide6 looks here for one written in Python, there is none
            return self._function.__get__(instance, owner)
        _being_read.add(reading)
        try:
            value = _read_property(instance, self._name)
        finally:
            _being_read.discard(reading)
        return tuple(value) if type(value) is list else value

    def __set__(self, instance: Any, value: Any) -> None:
        if not self._writable or not instance.setProperty(self._name, value):
            raise AttributeError(f"{self._name} of {type(instance).__name__} cannot be set to {value!r}")


def _make_value(cls: type, name: str) -> None:
    function = cls.__dict__.get(name)
    if type(function).__name__ == "Signal":
        return
    index = cls.staticMetaObject.indexOfProperty(name)  # type: ignore[attr-defined]
    writable = cls.staticMetaObject.property(index).isWritable()  # type: ignore[attr-defined]
    with contextlib.suppress(TypeError):  # a few classes cannot be changed
        setattr(cls, name, _Value(name, function, writable))


def _make_strict(cls: type) -> None:
    """PythonQt refuses unknown attributes on its own classes and allows them on classes written in Python."""

    def assign(self: Any, name: str, value: Any) -> None:
        if not name.startswith("_") and not shiboken6.isValid(self):
            raise AttributeError(f"Trying to set attribute '{name}' on a destroyed {type(self).__name__} object")
        signal = type(value).__name__ == "SignalInstance"  # PySide6 keeps signals there once they were asked for
        if signal or not _strict or _known(type(self), name) or _written_in_python(type(self), name):
            _BASE.__setattr__(self, name, value)
        elif self.metaObject().indexOfProperty(name) >= 0 or name.encode() in self.dynamicPropertyNames():
            self.setProperty(name, value)
        else:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    with contextlib.suppress(TypeError):
        cls.__setattr__ = assign  # type: ignore[method-assign,assignment]


def _known(cls: type, name: str) -> bool:
    return any(hasattr(base.__dict__.get(name), "__set__") for base in cls.__mro__)


def _written_in_python(cls: type, name: str) -> bool:
    """Classes of tests and modules; stand-ins of C++ widgets may only have attributes of their own with `_`."""
    if cls.__module__.startswith("support.desktop."):
        return name.startswith("_")
    return not cls.__module__.startswith("PySide6.")


def _own_properties(cls: type) -> Iterator[str]:
    meta = cls.staticMetaObject  # type: ignore[attr-defined]
    for index in range(meta.propertyOffset(), meta.propertyCount()):
        yield meta.property(index).name()


def _with_subclasses(cls: type) -> Iterator[type]:
    seen: set[type] = set()
    waiting: list[type] = [cls]
    while waiting:
        one = waiting.pop()
        if one in seen or not one.__module__.startswith("PySide6."):
            continue
        seen.add(one)
        yield one
        waiting += type.__subclasses__(one)
