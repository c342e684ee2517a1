"""Window, clean-up and model in the panel."""

from __future__ import annotations

import pytest


@pytest.fixture
def section(complaints):
    from SAMSegmenterLib.desktop.settings_section import SettingsSection

    heard = []
    made = SettingsSection(lambda *_: heard.append(made.values()))
    made.heard = heard
    made.set_models(["sam-small", "vit_b"])
    return made


def test_options_are_shown_and_read_back(section):
    from SAMSegmenterLib.desktop.effect_options import EffectOptions

    options = EffectOptions("vit_b", "cpu", "point", 1, "set", "lung", "largest", 1, 12.5, 1.5, 1)
    section.show(options)
    assert all(getattr(options, name) == value for name, value in section.values().items())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda section: section.hover.click(), {"hover": 1}),
        (lambda section: section.fill_holes.click(), {"fill_holes": 1}),
        (lambda section: section.minimum_area.setValue(7), {"minimum_mm2": 7.0}),
        (lambda section: section.smooth.setValue(0.5), {"smooth_px": 0.5}),
    ],
)
def test_each_change_is_told_once(section, change, expected):
    change(section)
    assert len(section.heard) == 1 and expected.items() <= section.heard[0].items()


def test_a_model_that_is_not_installed_any_more_stays_chosen(section):
    from SAMSegmenterLib.desktop.effect_options import EffectOptions

    section.show(EffectOptions(model="removed"))
    assert section.values()["model"] == "removed"
