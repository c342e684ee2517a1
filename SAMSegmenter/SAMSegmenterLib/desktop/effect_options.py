"""The effect's options as they stand in the editor's parameter node, and their way into the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from SAMSegmenterLib.core.cleanup import KEEP, CleanUp
from SAMSegmenterLib.core.prompt_file import MODES
from SAMSegmenterLib.desktop.settings_store import read_preferences
from SAMSegmenterLib.models.known_models import BUNDLED

if TYPE_CHECKING:
    from SAMSegmenterLib.session.editing_session import EditingSession


@dataclass(frozen=True)
class EffectOptions:
    """What the user chose in the panel.

    Args:
        model, device: which model, and where it runs.
        tool: one of `view_events.TOOLS`.
        label: 1 when prompts say "inside", 0 for "outside".
        mode: "set", "add" or "remove".
        window: "displayed", "auto", or what `core.windowing.parse_window` reads.
        keep, fill_holes, minimum_mm2, smooth_px: see `CleanUp`.
        hover: show a preview under the moving mouse.
        propagation_range, propagation_segments: see `propagation_texts`.
    """

    model: str = BUNDLED
    device: str = "auto"
    tool: str = "point"
    label: int = 1
    mode: str = "set"
    window: str = "displayed"
    keep: str = "all"
    fill_holes: int = 0
    minimum_mm2: float = 0.0
    smooth_px: float = 0.0
    hover: int = 0
    propagation_range: str = "end"
    propagation_segments: str = "selected"

    @property
    def cleanup(self) -> CleanUp:
        """What is done to masks."""
        keep = self.keep if self.keep in KEEP else "all"
        numbers = (max(0.0, self.minimum_mm2), max(0.0, self.smooth_px))
        return CleanUp(keep, bool(self.fill_holes), 0, *numbers)

    def apply(self, session: EditingSession) -> None:
        """Put the options into a session; what it has already changes nothing."""
        session.tool = self.tool
        session.mode = self.mode if self.mode in MODES else "set"
        session.window = self.window
        session.cleanup = self.cleanup
        session.hover_enabled = bool(self.hover)
        if session.service.model != self.model or self.device != session.service.device_asked:
            session.choose_model(self.model, self.device)


_NAMES = {
    "model": "Model",
    "device": "Device",
    "tool": "Tool",
    "label": "Inside",
    "mode": "Mode",
    "window": "Window",
    "keep": "KeepParts",
    "fill_holes": "FillHoles",
    "minimum_mm2": "MinimumAreaMm2",
    "smooth_px": "SmoothPixels",
    "hover": "PreviewUnderMouse",
    "propagation_range": "PropagationRange",
    "propagation_segments": "PropagationSegments",
}
"""Option to parameter of the effect."""


def set_defaults(scripted_effect: Any) -> None:
    """Give parameters that the node does not have yet their defaults; model and device as the user prefers."""
    preferences = read_preferences()
    defaults = EffectOptions(model=preferences.model, device=preferences.device)
    for option, name in _NAMES.items():
        scripted_effect.setParameterDefault(name, getattr(defaults, option))


def read_options(scripted_effect: Any) -> EffectOptions:
    """The options in the parameter node."""
    values: dict[str, Any] = {}
    for option, name in _NAMES.items():
        kind = type(getattr(EffectOptions, option))
        read = {int: scripted_effect.integerParameter, float: scripted_effect.doubleParameter}.get(
            kind, scripted_effect.parameter
        )
        values[option] = read(name)
    return EffectOptions(**values)


def write_options(scripted_effect: Any, options: EffectOptions) -> None:
    """Put options into the parameter node; the editors are told of each that differs."""
    for option, name in _NAMES.items():
        scripted_effect.setParameter(name, getattr(options, option))
