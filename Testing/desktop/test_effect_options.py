"""Options of the effect: in the parameter node, and in the session."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from SAMSegmenterLib.core.cleanup import CleanUp
from support.editing import a_desk
from support.phantoms import two_boxes_volume


@pytest.fixture
def options(a_desktop):
    from SAMSegmenterLib.desktop import effect_options

    return effect_options


@pytest.fixture
def effect(start_effect):
    return start_effect(two_boxes_volume()[0]).effect


def test_options_survive_the_parameter_node(options, effect):
    chosen = options.EffectOptions(
        "vit_b", "cpu", "lasso", 0, "remove", "limits:-160.0,240.0", "largest", 1, 12.5, 1.5, 1
    )
    options.write_options(effect, chosen)
    assert options.read_options(effect) == chosen


def test_every_option_has_a_parameter_of_its_own(options):
    assert set(options._NAMES) == {field.name for field in fields(options.EffectOptions)}
    assert len(set(options._NAMES.values())) == len(options._NAMES)


def test_defaults_do_not_replace_what_a_scene_brought(options, effect):
    effect.setParameter("Mode", "add")
    options.set_defaults(effect)
    assert options.read_options(effect).mode == "add"


def test_model_and_device_begin_as_the_user_prefers(options, start_effect, monkeypatch):
    from SAMSegmenterLib.session.preferences import Preferences

    monkeypatch.setattr(options, "read_preferences", lambda: Preferences(model="vit_b", device="cpu"))
    read = options.read_options(start_effect(two_boxes_volume()[0]).effect)
    assert (read.model, read.device) == ("vit_b", "cpu")


def test_the_session_gets_all_of_them(options):
    desk = a_desk()
    chosen = options.EffectOptions("threshold", "cpu", "box", 1, "add", "minmax", "clicked", 1, 4.0, 2.0, 1)
    chosen.apply(desk.session)
    session = desk.session
    assert (session.tool, session.mode, session.window, session.hover_enabled) == ("box", "add", "minmax", True)
    assert session.cleanup == CleanUp("clicked", True, 0, 4.0, 2.0)


def test_a_model_that_is_chosen_already_is_not_chosen_again(options):
    desk = a_desk()
    generation = desk.service.generation
    chosen = options.EffectOptions("threshold", "cpu")
    chosen.apply(desk.session)
    assert desk.service.generation == generation
    replace(chosen, model="other").apply(desk.session)
    assert (desk.service.model, desk.service.generation) == ("other", generation + 1)


def test_nonsense_from_scripts_becomes_a_default(options):
    chosen = options.EffectOptions(mode="nonsense", keep="nonsense", minimum_mm2=-3.0, smooth_px=-1.0)
    assert chosen.cleanup == CleanUp("all", False, 0, 0.0, 0.0)
    desk = a_desk()
    chosen.apply(desk.session)
    assert desk.session.mode == "set"
