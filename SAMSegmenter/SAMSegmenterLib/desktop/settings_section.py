"""The part of the effect's panel about what stays as it is for a while: window, clean-up, model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from SAMSegmenterLib.desktop.panel_parts import check_box, collapsible, combo, number_box, row
from SAMSegmenterLib.desktop.panel_texts import device_texts, keep_texts, window_texts
from SAMSegmenterLib.session.preferences import DEVICES


class SettingsSection:
    """What the model is shown, what is done to its masks, and which model it is.

    Args:
        on_change: called when the user changed an option.

    Attributes:
        widget: a heading with everything below it.
    """

    def __init__(self, on_change: Callable[..., None]) -> None:
        self.widget, layout = collapsible(_("Image window, preview, clean-up and model"), collapsed=False)
        self.window = combo(window_texts(), on_change)
        self.window.widget.setToolTip(
            _("The intensities that the model sees as black and white. They are kept from the first prompt on a slice.")
        )
        layout.addRow(_("Window:"), row(self.window.widget))
        self.hover = check_box(
            _("Under the mouse"), _("Show what a click would mark while the mouse moves."), on_change
        )
        layout.addRow(_("Preview:"), row(self.hover))
        self._add_cleanup(layout, on_change)
        self.model = combo((), on_change)
        self.model.widget.setToolTip(
            _("The model that makes the masks. More are installed in the module SAM Segmenter.")
        )
        self.device = combo(device_texts(DEVICES), on_change)
        self.device.widget.setToolTip(_("Where the model runs; a graphics card is much faster."))
        layout.addRow(_("Model:"), row(self.model.widget, self.device.widget))

    def set_models(self, names: list[str]) -> None:
        """List the models to choose from."""
        self.model.set_choices([(name, name) for name in names])

    def values(self) -> dict[str, Any]:
        """Options of `EffectOptions` that are shown here."""
        return {
            "window": self.window.value,
            "keep": self.keep.value,
            "fill_holes": 1 if self.fill_holes.checked else 0,
            "minimum_mm2": float(self.minimum_area.value),
            "smooth_px": float(self.smooth.value),
            "hover": 1 if self.hover.checked else 0,
            "model": self.model.value,
            "device": self.device.value,
        }

    def show(self, options: Any) -> None:
        """Show `EffectOptions`."""
        self.window.show(options.window)
        self.keep.show(options.keep)
        self.fill_holes.setChecked(bool(options.fill_holes))
        self.minimum_area.setValue(options.minimum_mm2)
        self.smooth.setValue(options.smooth_px)
        self.hover.setChecked(bool(options.hover))
        self.model.show(options.model)
        self.device.show(options.device)

    def _add_cleanup(self, layout: Any, on_change: Callable[..., None]) -> None:
        self.keep = combo(keep_texts(), on_change)
        self.keep.widget.setToolTip(_("Which parts of the mask stay."))
        self.fill_holes = check_box(_("Fill holes"), _("Fill what the mask encloses."), on_change)
        layout.addRow(_("Clean-up:"), row(self.keep.widget, self.fill_holes))
        self.minimum_area = number_box(0.0, 10000.0, 1.0, " mm\u00b2", on_change)
        self.minimum_area.setToolTip(_("Parts of the mask with a smaller area are dropped."))
        self.smooth = number_box(0.0, 20.0, 0.5, " px", on_change)
        self.smooth.setToolTip(_("How far the outline is evened."))
        layout.addRow(_("Smallest part:"), row(self.minimum_area, qt.QLabel(_("Smooth:")), self.smooth))
