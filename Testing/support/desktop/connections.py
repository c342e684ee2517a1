"""Connections by signature, as PythonQt makes them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

_SIGNATURE = re.compile(r"^(\w+)\((.*)\)$")

_MADE = "_connections_made"
"""Attribute of an object with its connections: signal name -> [(function, what Qt really calls, the signal)].

Strong references, as in PythonQt. They lie on the object, so that they end with it: Qt's signal `destroyed` would hand
out an object that is half gone.
"""


def connect(sender: Any, signature: str, function: Callable[..., Any]) -> bool:
    """`sender.connect("clicked()", function)`.

    Raises:
        ValueError: there is no such signal. PythonQt only prints that, which a test would not see.
    """
    match = _SIGNATURE.match(signature)
    if match is None or not _has_signal(sender, signature):
        raise ValueError(f"{type(sender).__name__} has no signal {signature}")
    name, arguments = match.groups()
    return getattr(sender, name).overload(arguments).connect(function, _count(arguments))


def disconnect(sender: Any, signature: str, function: Callable[..., Any]) -> bool:
    """`sender.disconnect("clicked()", function)`; False when it was not connected."""
    return getattr(sender, signature.split("(")[0]).disconnect(function)


class SignalProxy:
    """A signal of one object: connect, disconnect, emit, and calling it emits, too."""

    def __init__(self, sender: Any, name: str, signal: Any) -> None:
        self._sender, self._name, self._signal = sender, name, signal

    def connect(self, function: Callable[..., Any], most: int | None = None) -> bool:
        """Call a function with as many of the signal's arguments as it takes, at most `most`."""
        signal, takes = self._signal, _positional(function)
        if most is None:
            arguments_of_signal = _first_signature(self._sender, self._name)
            signal, most = self.overload(arguments_of_signal)._signal, _count(arguments_of_signal)
        count = min(most, takes)

        def called(*arguments: Any) -> None:
            function(*arguments[:count])

        self._connections().append((function, called, signal))
        signal.connect(called)
        return True

    def disconnect(self, function: Callable[..., Any]) -> bool:
        """Undo one `connect`; False when there was none."""
        made = self._connections()
        for number, (known, called, signal) in enumerate(made):
            if known == function:
                signal.disconnect(called)
                del made[number]
                return True
        return False

    def _connections(self) -> list[tuple[Callable[..., Any], Callable[..., Any], Any]]:
        return self._sender.__dict__.setdefault(_MADE, {}).setdefault(self._name, [])

    def overload(self, arguments: str) -> SignalProxy:
        """The form of the signal that sends these arguments, where Qt has several."""
        try:
            return SignalProxy(self._sender, self._name, self._signal[arguments]) if arguments else self
        except (IndexError, KeyError):
            return self

    def emit(self, *arguments: Any) -> None:
        """Send the signal."""
        self._signal.emit(*arguments)

    __call__ = emit


def _has_signal(sender: Any, signature: str) -> bool:
    """Qt's own signals by their signature; those of stand-ins by the signature of what they stand in for."""
    if signature in getattr(type(sender), "SIGNATURES", ()):
        return True
    return sender.metaObject().indexOfSignal(signature.replace(" ", "")) >= 0


def _first_signature(sender: Any, name: str) -> str:
    """The arguments of a signal that was given by its name only: those of the first one declared."""
    meta = sender.metaObject()
    for index in range(meta.methodCount()):
        method = meta.method(index)
        if bytes(method.name()).decode() == name:
            return bytes(method.methodSignature()).decode().partition("(")[2].rstrip(")")
    return ""


def _count(arguments: str) -> int:
    return len(arguments.split(",")) if arguments else 0


def _positional(function: Callable[..., Any]) -> int:
    """How many arguments PythonQt passes: what functions and methods take; all to `*args` and to anything else."""
    if not (inspect.isfunction(function) or inspect.ismethod(function)):
        return 99
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return 99
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
