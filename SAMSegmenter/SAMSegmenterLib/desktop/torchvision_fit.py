"""Which torchvision is here, and whether it belongs to the PyTorch that is here. Needs neither of them, nor Qt.

torchvision is compiled against one version of PyTorch and breaks beside another. The models work without it; other
extensions may not, so it is never replaced.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_NAME = "torchvision"


@dataclass(frozen=True)
class Torchvision:
    """What is here of torchvision.

    Args:
        version: empty where it is not installed.
        torch: the PyTorch that it was made for; empty where it does not say.
    """

    version: str = ""
    torch: str = ""

    @property
    def is_here(self) -> bool:
        """Whether any version is installed."""
        return bool(self.version)

    def fits(self, torch: str) -> bool | None:
        """Whether it belongs to a version of PyTorch; None where that cannot be told.

        Args:
            torch: as installed, with its build ("2.8.0+cu126"); empty for none.
        """
        if not (self.version and self.torch and torch) or torch == "unknown":
            return None
        if numbers(self.torch) != numbers(torch):
            return False
        own, other = (text.partition("+")[2] for text in (self.version, torch))
        return not own or not other or own == other


NO_TORCHVISION = Torchvision()


def inspect_torchvision(
    version_of: Callable[[str], str] = importlib.metadata.version,
    requires: Callable[[str], Iterable[str] | None] = importlib.metadata.requires,
) -> Torchvision:
    """What is here, told without importing it.

    Args:
        version_of: version of an installed package; raises PackageNotFoundError for one that is not.
        requires: what a package asks for, as in "torch==2.8.0".
    """
    try:
        version = version_of(_NAME)
    except importlib.metadata.PackageNotFoundError:
        return NO_TORCHVISION
    for requirement in requires(_NAME) or ():
        match = re.match(r"torch\s*\(?==\s*([\w.+!]+)", requirement)
        if match:
            return Torchvision(version, match[1])
    return Torchvision(version)


def is_at_least(version: str, least: str) -> bool:
    """Compares the leading numbers of versions; "unknown" gets the benefit of the doubt."""
    return version == "unknown" or numbers(version) >= numbers(least)


def numbers(version: str) -> tuple[int, ...]:
    """The first three numbers of a version; zeros for those that it does not have."""
    match = re.match(r"\d+(\.\d+)*", version)
    return (*(int(part) for part in match[0].split(".")), 0, 0)[:3] if match else (0, 0, 0)
