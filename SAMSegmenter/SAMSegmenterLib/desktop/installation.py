"""Looks what is installed and installs what is missing, with consent. Needs neither Qt nor Slicer."""

from __future__ import annotations

import importlib
import importlib.metadata
import shutil
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from SAMSegmenterLib.core.errors import Cancelled, DependencyError
from SAMSegmenterLib.desktop.installation_plan import (
    Found,
    Needed,
    Plan,
    inspect_packages,
    installed_version,
    make_plan,
)
from SAMSegmenterLib.desktop.torchvision_fit import Torchvision, inspect_torchvision


class NotInstalledError(DependencyError):
    """Packages are still missing after an attempt to install them.

    Args:
        missing: their names; empty when the installer failed all the same.
        reason: what the installer said; empty for nothing.
    """

    def __init__(self, missing: tuple[str, ...], reason: str = "") -> None:
        names = ", ".join(missing) or "The packages"
        super().__init__(f"{names} could not be installed: {reason}".removesuffix(": "))
        self.missing, self.reason = missing, reason


class Installer(Protocol):
    """Who installs; Slicer in the application, a fake in tests."""

    def has_pytorch_extension(self) -> bool:
        """Whether the extension that chooses the right build of PyTorch is installed."""

    def install_torch(self, torch: str, torchvision: str) -> bool:
        """Install both in such versions ('>=2.4'); False when the user declined. Raises whatever went wrong."""

    def install_packages(self, requirements: tuple[str, ...], on_done: Callable[[BaseException | None], None]) -> None:
        """Install packages without their dependencies, and say when it has ended. May return before."""


class Installation:
    """Looks, plans, and installs with consent.

    Args:
        installer: does the work.
        version_of: version of a package.
        versions: (distribution -> version) of everything that is installed.
        free_bytes: room where packages go.
        is_torch_imported: whether torch is in use.
        torchvision: what is here of it.
    """

    def __init__(
        self,
        installer: Installer,
        version_of: Callable[[Needed], str] = installed_version,
        versions: Callable[[], Mapping[str, str]] | None = None,
        free_bytes: Callable[[], int] | None = None,
        is_torch_imported: Callable[[], bool] = lambda: sys.modules.get("torch") is not None,
        torchvision: Callable[[], Torchvision] = inspect_torchvision,
    ) -> None:
        self._installer, self._version_of = installer, version_of
        self._versions = versions if versions is not None else all_versions
        self._free_bytes = free_bytes if free_bytes is not None else _free_bytes
        self._is_torch_imported, self._torchvision = is_torch_imported, torchvision
        self.is_running = False

    def found(self) -> tuple[Found, ...]:
        """What is here now."""
        importlib.invalidate_caches()
        return inspect_packages(self._version_of)

    def plan(self) -> Plan:
        """What installing would do now."""
        return make_plan(
            self.found(),
            self._installer.has_pytorch_extension(),
            self._free_bytes(),
            self._is_torch_imported(),
            self._torchvision(),
        )

    def run(
        self, consent: Callable[[Plan], bool], on_done: Callable[[BaseException | None, tuple[str, ...]], None]
    ) -> None:
        """Install what is missing, after asking.

        Args:
            consent: shows the plan and asks; nothing is touched unless it returns True.
            on_done: called once at the end with the error, or None, and with the packages of others that changed all
                the same ('numpy 2.0.2 -> 2.1.0'); `Cancelled` when the user declined.
        """
        if self.is_running:
            return
        plan = self.plan()
        if not plan.is_possible:
            on_done(NotInstalledError(plan.missing) if plan.has_obstacles else None, ())
            return
        if not consent(plan):
            on_done(Cancelled(), ())
            return
        before = dict(self._versions())
        self.is_running = True

        def ended(error: BaseException | None) -> None:
            self.is_running = False
            importlib.invalidate_caches()
            on_done(self._explained(error), changed(before, self._versions()))

        try:
            if plan.with_torch and not self._installer.install_torch(*plan.torch_requirements):
                raise Cancelled
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must read about it
            ended(error)
            return
        if not plan.requirements:
            ended(None)
            return
        try:
            self._installer.install_packages(plan.requirements, ended)
        except Exception as error:  # noqa: BLE001 - as above
            if self.is_running:
                ended(error)

    def _explained(self, error: BaseException | None) -> BaseException | None:
        """An error of pip in words, or what is missing although pip said nothing."""
        if isinstance(error, Cancelled | DependencyError):
            return error
        missing = tuple(package.needed.distribution for package in self.found() if not package.is_enough)
        if error is None and not missing:
            return None
        return NotInstalledError(missing, str(error) if error is not None else "")


def all_versions() -> dict[str, str]:
    """Version of every installed package."""
    importlib.invalidate_caches()
    found = importlib.metadata.distributions()
    return {str(package.metadata["Name"]).lower(): package.version for package in found if package.metadata["Name"]}


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Packages that were there before and are not as they were."""
    lines = []
    for name, version in sorted(before.items()):
        if after.get(name) != version:
            lines.append(f"{name} {version} -> {after.get(name, 'removed')}")
    return tuple(lines)


def _free_bytes() -> int:
    folder = Path(sysconfig.get_path("purelib"))
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
