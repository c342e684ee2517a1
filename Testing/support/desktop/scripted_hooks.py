"""Stands for `qSlicerPythonCppAPI`: the methods of a Python object that C++ code calls by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from support.desktop.complaints import log


class ScriptedHooks:
    """The Python half of an object and its methods, which are looked up once.

    Args:
        names: methods that C++ code calls.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._methods: dict[str, Callable[..., Any]] = {}
        self.instance: Any = None

    def instantiate(self, cls: Callable[[Any], Any], adaptor: Any) -> bool:
        """Make the Python half; False, with a complaint, when its class raises."""
        try:
            instance = cls(adaptor)
        except Exception as error:  # noqa: BLE001 - printed, as Slicer does
            log.add_exception(error)
            log.add("critical", f"Failed to instantiate scripted pythonqt class {cls}")
            return False
        self.instance = instance
        self._methods = {name: getattr(instance, name) for name in self._names if hasattr(instance, name)}
        return True

    def call(self, name: str, *arguments: Any) -> tuple[bool, Any]:
        """Call a method.

        Returns:
            Whether it was there and did not raise, and its result. After (False, None) the C++ default applies.
        """
        method = self._methods.get(name)
        if method is None:
            return False, None
        try:
            return True, method(*arguments)
        except Exception as error:  # noqa: BLE001 - printed and then ignored, as Slicer does
            log.add_exception(error)
            return False, None

    def forget(self) -> None:
        """Let the Python half go."""
        self._methods, self.instance = {}, None
