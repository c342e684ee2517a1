"""What is chosen in the module's panel, as texts that a scene can keep."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from SAMBenchmarkLib.core.options import PRESETS as _PRESETS
from SAMBenchmarkLib.core.options import STRATEGIES, BenchmarkOptions

SCENE, FOLDER = "scene", "folder"
"""Where cases come from."""


@dataclass(frozen=True)
class PanelChoices:
    """Choices of the panel beside the pairs of nodes.

    Args:
        source: `SCENE` or `FOLDER`.
        folder: of images and references.
        results: folder for results; empty for none.
        models: names of the registry.
        window: intensities shown to the models, as `windowing.parse_window` reads it.
        structures: only these, separated by semicolons, as in "liver; left kidney + right kidney"; empty for all.
        correction_effort: 1 to count what a person would have to correct (HCE).
    """

    source: str = SCENE
    folder: str = ""
    results: str = ""
    modality: str = ""
    models: tuple[str, ...] = ("sam-small",)
    strategies: tuple[str, ...] = STRATEGIES
    protocols: tuple[str, ...] = ()
    baselines: tuple[str, ...] = ()
    preset: str = "paper"
    plane: str = "auto"
    stride: int = 1
    max_slices: int = 0
    points_per_side: int = 32
    window: str = "minmax"
    structures: str = ""
    correction_effort: int = 0

    def to_parameters(self) -> dict[str, str]:
        """Texts by name; lists are separated by semicolons."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: ";".join(v) if isinstance(v, tuple) else str(v) for name, v in values.items()}

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str]) -> PanelChoices:
        """Inverse of `to_parameters`; what is missing or makes no sense is the default."""
        default, found = cls(), {}
        for field in fields(cls):
            text, usual = parameters.get(field.name), getattr(default, field.name)
            if text is None:
                continue
            if isinstance(usual, tuple):
                found[field.name] = tuple(part for part in text.split(";") if part)
            elif isinstance(usual, int):
                with contextlib.suppress(ValueError):
                    found[field.name] = int(text)
            else:
                found[field.name] = text
        if found.get("preset") not in _PRESETS:
            found.pop("preset", None)
        return cls(**found)

    def options(self) -> BenchmarkOptions:
        """Options of the run.

        Raises:
            InputError: they do not go together.
        """
        more: dict[str, Any] = {"baselines": self.baselines} if self.baselines else {}
        return BenchmarkOptions(
            strategies=self.strategies,
            protocols=self.protocols,
            preset=self.preset,
            plane=self.plane,
            stride=self.stride,
            max_slices=self.max_slices,
            points_per_side=self.points_per_side,
            window=self.window.lower(),
            structures=tuple(filter(None, map(str.strip, self.structures.split(";")))),
            correction_effort=bool(self.correction_effort),
            timing_repeats=0,
            **more,
        )
