"""What a module writes its metadata on; needs neither Qt nor Slicer."""

from __future__ import annotations


class ModuleParent:
    """What Slicer hands to a module for its metadata."""

    def __init__(self) -> None:
        self.title = ""
        self.categories: list[str] = []
        self.dependencies: list[str] = []
        self.contributors: list[str] = []
        self.helpText = ""
        self.acknowledgementText = ""
        self.hidden = False
