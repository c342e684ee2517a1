"""The part of the panel that chooses models and what is evaluated with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from slicer.i18n import tr as _

from SAMBenchmarkLib.core.classical import CLASSICAL
from SAMBenchmarkLib.core.options import ALL_STRATEGIES, PRESETS, STRATEGY_TITLES, suiting_strategies
from SAMBenchmarkLib.core.protocols.registry import PROTOCOLS
from SAMBenchmarkLib.core.protocols.settings import PROTOCOL_TITLES
from SAMBenchmarkLib.desktop.check_list import CheckList
from SAMBenchmarkLib.desktop.panel_section import PanelSection
from SAMBenchmarkLib.session.panel_choices import PanelChoices
from SAMSegmenterLib.core.geometry import PLANES
from SAMSegmenterLib.core.windowing import CT_PRESETS
from SAMSegmenterLib.models.registry import registry

_NUMBERS = {"stride": "strideSpinBox", "max_slices": "maxSlicesSpinBox", "points_per_side": "gridSpinBox"}


class OptionsSection(PanelSection):
    """Models, strategies, protocols, baselines, preset, window and slices."""

    def __init__(self, ui: Any, dialogs: Any, on_changed: Callable[[], None]) -> None:
        super().__init__(ui, dialogs, on_changed)
        self._strategies = {name: getattr(ui, f"strategy{name}CheckBox") for name in ALL_STRATEGIES}
        self.models = CheckList(ui.modelsList, self._models_changed, self._show_card)
        self.protocols = CheckList(ui.protocolsList, self._changed)
        self.baselines = CheckList(ui.baselinesList, self._changed)
        self._wanted_models: tuple[str, ...] = PanelChoices().models
        self._fill()
        numbers = [getattr(ui, name) for name in _NUMBERS.values()]
        self._follow(
            [
                (ui.presetSelector, "currentIndexChanged(int)", self._changed),
                (ui.planeSelector, "currentIndexChanged(int)", self._changed),
                (ui.windowSelector, "currentTextChanged(QString)", self._changed),
                (ui.structuresEdit, "editingFinished()", self._changed),
                (ui.effortCheckBox, "toggled(bool)", self._changed),
                (ui.keepEdit, "editingFinished()", self._changed),
                (ui.keepButton, "clicked()", self._choose_folder),
                *((box, "toggled(bool)", self._changed) for box in self._strategies.values()),
                *((number, "valueChanged(int)", self._changed) for number in numbers),
            ]
        )
        self.refresh_models()
        self.restore(PanelChoices())

    def cleanup(self) -> None:
        """Let go of the widgets."""
        super().cleanup()
        for part in (self.models, self.protocols, self.baselines):
            part.cleanup()

    def _fill(self) -> None:
        for name, box in self._strategies.items():
            box.setText(f"{name}  {STRATEGY_TITLES[name]}")
        self.ui.planeSelector.addItem(_("across the largest spacing"), "auto")
        for plane in PLANES:
            self.ui.planeSelector.addItem(plane, plane)
        texts = {"paper": _("as the paper says"), "authors_code": _("as the authors' program runs")}
        for name in PRESETS:
            self.ui.presetSelector.addItem(texts.get(name, name), name)
        self.ui.windowSelector.addItems([PanelChoices().window, "zeromax", "percentile:0.5,99.5", *CT_PRESETS])
        titles = [(name, PROTOCOL_TITLES.get(name, name)) for name in PROTOCOLS]
        self.protocols.fill([(name, _short(title), f"{name}: {title}", True) for name, title in titles], ())
        lines = [(name, f"{name} ({base} {STRATEGY_TITLES[base]})") for name, base in CLASSICAL.items()]
        self.baselines.fill([(name, text, text, True) for name, text in lines], ())

    def refresh_models(self) -> None:
        """List the models, those that are installed first; the choice stays if it can."""
        chosen = self.models.chosen() or self._wanted_models
        specs = sorted(registry().values(), key=lambda spec: spec.path is None)
        absent = _("{name} (not installed)")
        lines = [
            (s.name, s.name if s.path is not None else absent.format(name=s.name), s.summary or "", s.path is not None)
            for s in specs
        ]
        self.models.fill(lines, chosen)
        self._suit_strategies()
        self._show_card(next(iter(self.models.chosen()), ""))

    # What is chosen

    def choices(self) -> PanelChoices:
        """Everything that is chosen here; strategies as far as one of the models takes them."""
        return PanelChoices(
            results=self.ui.keepEdit.text.strip(),
            models=self.models.chosen(),
            strategies=tuple(name for name in ALL_STRATEGIES if self._is_chosen(name)),
            protocols=self.protocols.chosen(),
            baselines=self.baselines.chosen(),
            preset=self.ui.presetSelector.currentData,
            plane=self.ui.planeSelector.currentData,
            window=self.ui.windowSelector.currentText.strip() or PanelChoices().window,
            structures=self.ui.structuresEdit.text.strip(),
            correction_effort=int(self.ui.effortCheckBox.isChecked()),
            **{name: getattr(self.ui, widget).value for name, widget in _NUMBERS.items()},
        )

    def kept_choices(self) -> PanelChoices:
        """As `choices`, with strategies that wait for another model."""
        checked = tuple(name for name, box in self._strategies.items() if box.isChecked())
        return replace(self.choices(), strategies=checked)

    def missing(self) -> str:
        """What has to be chosen before a run; empty when nothing is missing."""
        if not self.models.chosen():
            return _("Check at least one model.")
        chosen = self.choices()
        return "" if chosen.strategies or chosen.protocols else _("Choose at least one strategy.")

    def restore(self, choices: PanelChoices) -> None:
        """Choose what a scene keeps."""
        self._filling = True
        self._wanted_models = choices.models
        self.models.choose(choices.models)
        for name, box in self._strategies.items():
            box.setChecked(name in choices.strategies)
        self.protocols.choose(choices.protocols)
        self.baselines.choose(choices.baselines)
        for widget, data in ((self.ui.presetSelector, choices.preset), (self.ui.planeSelector, choices.plane)):
            widget.setCurrentIndex(max(0, widget.findData(data)))
        for name, widget in _NUMBERS.items():
            getattr(self.ui, widget).setValue(getattr(choices, name))
        self.ui.windowSelector.setEditText(choices.window)
        self.ui.structuresEdit.setText(choices.structures)
        self.ui.effortCheckBox.setChecked(bool(choices.correction_effort))
        self.ui.keepEdit.setText(choices.results)
        self._filling = False
        self._suit_strategies()
        self._show_card(next(iter(self.models.chosen()), ""))

    def _is_chosen(self, name: str) -> bool:
        return self._strategies[name].isChecked() and name in self._suiting()

    def _suiting(self) -> Sequence[str]:
        known = registry()
        specs = [known[name] for name in self.models.chosen() if name in known]
        suiting = {name for spec in specs for name in suiting_strategies(spec)}
        return [name for name in ALL_STRATEGIES if name in suiting]

    def _suit_strategies(self) -> None:
        """Offer what at least one of the models takes; S0 is the only choice of a promptless model."""
        suiting = self._suiting()
        for name, box in self._strategies.items():
            box.setEnabled(name in suiting)
        if "S0" in suiting and not self._strategies["S0"].isChecked() and suiting == ["S0"]:
            self._strategies["S0"].setChecked(True)

    def _show_card(self, name: str) -> None:
        spec = registry().get(name)
        card = spec.summary if spec is not None else ""
        self.ui.modelCardLabel.setText(card)
        self.ui.modelCardLabel.setVisible(bool(card))

    def _models_changed(self) -> None:
        self._wanted_models = self.models.chosen()
        self._suit_strategies()
        self._changed()

    def _choose_folder(self) -> None:
        if self._chosen_folder(_("Keep results in"), self.ui.keepEdit):
            self._changed()


def _short(title: str) -> str:
    """A title that starts with a capital letter."""
    return title[:1].upper() + title[1:]
