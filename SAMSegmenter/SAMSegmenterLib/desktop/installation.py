"""Which packages the models need, which are here, and what installing the others would do. Needs neither Qt nor Slicer.

One rule stands above all: a package that is here is never replaced, removed or upgraded, because another extension may
need it as it is. Where one is too old, the user is told, and decides.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import re
import shutil
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from SAMSegmenterLib.core.errors import Cancelled, DependencyError


@dataclass(frozen=True)
class Needed:
    """A package that the models need.

    Args:
        module: what is imported.
        distribution: what is installed.
        least: the oldest version that works.
        requirement: what to ask pip for.
        purpose: what it is for, in words.
        megabytes: (smallest, largest) room that it takes on disk.
    """

    module: str
    distribution: str
    least: str
    requirement: str
    purpose: str
    megabytes: tuple[int, int]


TORCH = Needed("torch", "torch", "2.4", ">=2.4", "computing", (800, 6000))
PACKAGES = (
    TORCH,
    Needed("segment_anything", "segment-anything", "1.0", "segment-anything==1.0", "architecture of SAM", (1, 1)),
    Needed("safetensors", "safetensors", "0.4", "safetensors>=0.4", "safe weights files", (1, 2)),
)


@dataclass(frozen=True)
class Found:
    """What was found of a package.

    Args:
        needed: the package.
        version: empty where it is not installed; "unknown" where it can be imported but does not say.
        is_enough: whether it can be used.
    """

    needed: Needed
    version: str
    is_enough: bool

    @property
    def is_here(self) -> bool:
        """Whether any version is installed."""
        return bool(self.version)


@dataclass(frozen=True)
class Plan:
    """What installing would do.

    Args:
        install: the packages that are missing.
        keep: (distribution, version) of those that are here, which stay as they are.
        obstacles: why it cannot be done, each with what to do about it.
        warnings: what to know before.
    """

    install: tuple[Needed, ...]
    keep: tuple[tuple[str, str], ...]
    obstacles: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_needed(self) -> bool:
        """Whether anything is missing or in the way."""
        return bool(self.install or self.obstacles)

    @property
    def is_possible(self) -> bool:
        """Whether there is something to install, and nothing in the way."""
        return bool(self.install) and not self.obstacles

    @property
    def with_torch(self) -> bool:
        """Whether PyTorch itself is to be installed."""
        return TORCH in self.install

    @property
    def requirements(self) -> tuple[str, ...]:
        """What pip is asked for besides PyTorch."""
        return tuple(needed.requirement for needed in self.install if needed is not TORCH)


class Installer(Protocol):
    """Who installs; Slicer in the application, a fake in tests."""

    def has_pytorch_extension(self) -> bool:
        """Whether the extension that chooses the right build of PyTorch is installed."""

    def install_torch(self, version: str) -> bool:
        """Install PyTorch of such a version ('>=2.4'); False when the user declined. Raises whatever went wrong."""

    def install_packages(self, requirements: tuple[str, ...], on_done: Callable[[BaseException | None], None]) -> None:
        """Install packages without their dependencies, and say when it has ended. May return before."""


def installed_version(needed: Needed) -> str:
    """Version of a package without importing it, "unknown" for one that does not say, empty for none."""
    try:
        return importlib.metadata.version(needed.distribution)
    except importlib.metadata.PackageNotFoundError:
        pass
    try:
        found = importlib.util.find_spec(needed.module) is not None
    except (ImportError, ValueError):
        found = False
    return "unknown" if found else ""


def inspect_packages(version_of: Callable[[Needed], str] = installed_version) -> tuple[Found, ...]:
    """What is here of each package that is needed."""
    found = []
    for needed in PACKAGES:
        version = version_of(needed)
        found.append(Found(needed, version, bool(version) and _is_at_least(version, needed.least)))
    return tuple(found)


def make_plan(
    found: tuple[Found, ...], has_pytorch_extension: bool, free_bytes: int, is_torch_imported: bool = False
) -> Plan:
    """What would be installed and what would stay.

    Args:
        found: of `inspect_packages`.
        has_pytorch_extension: see `Installer`.
        free_bytes: room on the disk of Python's packages.
        is_torch_imported: whether torch is in use right now.
    """
    missing = tuple(package.needed for package in found if not package.is_here)
    keep = tuple((package.needed.distribution, package.version) for package in found if package.is_here)
    obstacles = [_too_old(package) for package in found if package.is_here and not package.is_enough]
    warnings = []
    if TORCH in missing and not has_pytorch_extension:
        obstacles.append(
            "PyTorch is missing, and so is Slicer's extension 'PyTorch', which chooses the build that fits this "
            "computer. Install the extension in the Extensions Manager, restart Slicer, and come back."
        )
    if TORCH in missing and is_torch_imported:
        obstacles.append("PyTorch was removed while Slicer was using it. Restart Slicer first.")
    least, most = (sum(needed.megabytes[end] for needed in missing) for end in (0, 1))
    if free_bytes < least * 1e6:
        obstacles.append(
            f"The disk has {free_bytes / 1e6:.0f} MB free, at least {least} MB are needed. Free some space first."
        )
    elif free_bytes < most * 1e6:
        warnings.append(
            f"The disk has {free_bytes / 1e9:.1f} GB free. That is enough for a computer without an NVIDIA GPU; with "
            f"one, PyTorch may take up to {most / 1e3:.0f} GB."
        )
    return Plan(missing, keep, tuple(obstacles), tuple(warnings))


class Installation:
    """Looks, plans, and installs with consent.

    Args:
        installer: does the work.
        version_of: version of a package.
        versions: (distribution -> version) of everything that is installed.
        free_bytes: room where packages go.
    """

    def __init__(
        self,
        installer: Installer,
        version_of: Callable[[Needed], str] = installed_version,
        versions: Callable[[], Mapping[str, str]] | None = None,
        free_bytes: Callable[[], int] | None = None,
    ) -> None:
        self._installer, self._version_of = installer, version_of
        self._versions = versions if versions is not None else all_versions
        self._free_bytes = free_bytes if free_bytes is not None else _free_bytes
        self.is_running = False

    def found(self) -> tuple[Found, ...]:
        """What is here now."""
        importlib.invalidate_caches()
        return inspect_packages(self._version_of)

    def plan(self) -> Plan:
        """What installing would do now."""
        return make_plan(self.found(), self._installer.has_pytorch_extension(), self._free_bytes())

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
            on_done(DependencyError(" ".join(plan.obstacles)) if plan.obstacles else None, ())
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
            if plan.with_torch and not self._installer.install_torch(TORCH.requirement):
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
        missing = [package.needed.distribution for package in self.found() if not package.is_enough]
        if error is None and not missing:
            return None
        names = ", ".join(missing) or "The packages"
        return DependencyError(
            f"{names} could not be installed{f': {error}' if error is not None else ''}.",
            "Check the network, any proxy and the free disk space, then try again; what was installed stays. Offline, "
            "install the wheels from files: pip_install with their paths in the Python console.",
        )


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


def plan_text(plan: Plan) -> str:
    """The plan in sentences, for the question before anything is touched."""
    lines = ["Will be installed:"]
    for needed in plan.install:
        least, most = needed.megabytes
        size = f"{least} MB" if least == most else f"{least} to {most} MB"
        if needed is TORCH:
            lines.append(f"  PyTorch {needed.least} or newer, with torchvision, by the extension PyTorch ({size})")
        else:
            lines.append(f"  {needed.requirement} from PyPI, without dependencies ({size})")
    lines.append("Stays as it is: every package that is installed now" + _kept(plan))
    if plan.with_torch:
        lines.append("Slicer does not respond while PyTorch is being installed; that takes some minutes.")
    return "\n".join([*lines, *plan.warnings])


def _kept(plan: Plan) -> str:
    names = ", ".join(f"{name} {version}" for name, version in plan.keep)
    return f", of those needed: {names}." if names else "."


def _too_old(package: Found) -> str:
    needed = package.needed
    return (
        f"{needed.distribution} {package.version} is installed, version {needed.least} or newer is needed. It is not "
        "replaced, because another extension may need it: update it yourself when none does."
    )


def _is_at_least(version: str, least: str) -> bool:
    """Compares the leading numbers of versions; "unknown" gets the benefit of the doubt."""
    if version == "unknown":
        return True
    return _numbers(version) >= _numbers(least)


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"\d+(\.\d+)*", version)
    return (*(int(part) for part in match[0].split(".")), 0, 0)[:3] if match else (0, 0, 0)


def _free_bytes() -> int:
    folder = Path(sysconfig.get_path("purelib"))
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
