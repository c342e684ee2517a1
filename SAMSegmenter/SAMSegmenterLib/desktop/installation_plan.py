"""Which packages the models need, which are here, and what installing the others would do. Needs neither Qt nor Slicer.

One rule stands above all: a package that is here is never replaced, removed or upgraded, because another extension may
need it as it is. Where one is too old, the user is told, and decides.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass

from SAMSegmenterLib.desktop.torchvision_fit import NO_TORCHVISION, Torchvision, is_at_least


@dataclass(frozen=True)
class Needed:
    """A package that the models need.

    Args:
        module: what is imported.
        distribution: what is installed.
        least: the oldest version that works.
        requirement: what to ask pip for.
        megabytes: (smallest, largest) room that it takes on disk.
    """

    module: str
    distribution: str
    least: str
    requirement: str
    megabytes: tuple[int, int]


TORCH = Needed("torch", "torch", "2.4", ">=2.4", (800, 6000))
PACKAGES = (
    TORCH,
    Needed("segment_anything", "segment-anything", "1.0", "segment-anything==1.0", (1, 1)),
    Needed("safetensors", "safetensors", "0.4", "safetensors>=0.4", (1, 2)),
)


_TORCHVISION_REQUIREMENT = ">=0.19"
"""The torchvision that belongs to the oldest PyTorch that works; without it very old ones were chosen at times."""


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
        too_old: those that are here and cannot be used.
        needs_extension: whether PyTorch is missing, and Slicer's extension for it, too.
        needs_restart: whether PyTorch was removed while it is in use.
        free_bytes: room on the disk of Python's packages.
        torchvision: what is here of it; it stays as it is, too.
    """

    install: tuple[Needed, ...]
    keep: tuple[tuple[str, str], ...]
    too_old: tuple[Found, ...] = ()
    needs_extension: bool = False
    needs_restart: bool = False
    free_bytes: int = sys.maxsize
    torchvision: Torchvision = NO_TORCHVISION

    @property
    def megabytes(self) -> tuple[int, int]:
        """(smallest, largest) room that the missing packages take on disk."""
        least, most = (sum(needed.megabytes[end] for needed in self.install) for end in (0, 1))
        return least, most

    @property
    def lacks_room(self) -> bool:
        """Whether the disk has less room than the smallest build takes."""
        return self.free_bytes < self.megabytes[0] * 1e6

    @property
    def is_tight(self) -> bool:
        """Whether the disk has room for the smallest build and not for the largest."""
        return not self.lacks_room and self.free_bytes < self.megabytes[1] * 1e6

    @property
    def torchvision_forbids(self) -> bool:
        """Whether the torchvision that is here belongs to a PyTorch too old for the models: none can be put beside."""
        return self.with_torch and bool(self.torchvision.torch) and not is_at_least(self.torchvision.torch, TORCH.least)

    @property
    def has_obstacles(self) -> bool:
        """Whether anything is in the way."""
        in_the_way = self.too_old or self.needs_extension or self.needs_restart or self.lacks_room
        return bool(in_the_way) or self.torchvision_forbids

    @property
    def is_needed(self) -> bool:
        """Whether anything is missing or in the way."""
        return bool(self.install) or self.has_obstacles

    @property
    def is_possible(self) -> bool:
        """Whether there is something to install, and nothing in the way."""
        return bool(self.install) and not self.has_obstacles

    @property
    def with_torch(self) -> bool:
        """Whether PyTorch itself is to be installed."""
        return TORCH in self.install

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of what cannot be used yet."""
        return tuple(needed.distribution for needed in (*self.install, *(package.needed for package in self.too_old)))

    @property
    def requirements(self) -> tuple[str, ...]:
        """What pip is asked for besides PyTorch."""
        return tuple(needed.requirement for needed in self.install if needed is not TORCH)

    @property
    def torch_requirements(self) -> tuple[str, str]:
        """Versions of PyTorch and torchvision to ask for; of a torchvision that is here, exactly this one."""
        if not self.torchvision.is_here:
            return TORCH.requirement, _TORCHVISION_REQUIREMENT
        torch = f"=={self.torchvision.torch}" if self.torchvision.torch else TORCH.requirement
        return torch, f"=={self.torchvision.version}"


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
        found.append(Found(needed, version, bool(version) and is_at_least(version, needed.least)))
    return tuple(found)


def make_plan(
    found: tuple[Found, ...],
    has_pytorch_extension: bool,
    free_bytes: int,
    is_torch_imported: bool = False,
    torchvision: Torchvision = NO_TORCHVISION,
) -> Plan:
    """What would be installed and what would stay.

    Args:
        found: of `inspect_packages`.
        has_pytorch_extension: see `Installer`.
        free_bytes: room on the disk of Python's packages.
        is_torch_imported: whether torch is in use right now.
        torchvision: of `inspect_torchvision`.
    """
    missing = tuple(package.needed for package in found if not package.is_here)
    keep = tuple((package.needed.distribution, package.version) for package in found if package.is_here)
    return Plan(
        install=missing,
        keep=keep + ((("torchvision", torchvision.version),) if torchvision.is_here else ()),
        too_old=tuple(package for package in found if package.is_here and not package.is_enough),
        needs_extension=TORCH in missing and not has_pytorch_extension,
        needs_restart=TORCH in missing and is_torch_imported,
        free_bytes=free_bytes,
        torchvision=torchvision,
    )
