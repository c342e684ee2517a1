"""Parameters of effects are texts, with Slicer's losses on the way."""

from __future__ import annotations

import numpy as np
import pytest

from support.phantoms import two_boxes_volume


@pytest.fixture
def editing(register_probe, start_editing):
    register_probe(
        """
        def setMRMLDefaults(self): self.scriptedEffect.setParameterDefault("Count", 3)
        def updateGUIFromMRML(self): self.calls.append("updateGUIFromMRML")
        """
    )
    return start_editing(two_boxes_volume()[0], views=False)


@pytest.fixture
def effect(editing):
    return editing.activate("Probe")


def test_they_are_attributes_of_the_node_under_the_effects_name(editing, effect):
    effect.setParameter("Model", "sam-small")
    effect.setCommonParameter("Brush", 4)
    assert editing.editor_node.GetAttribute("Probe.Model") == "sam-small"
    assert (effect.parameter("Model"), effect.integerParameter("Brush")) == ("sam-small", 4)
    effect.setParameter("Brush", 5)
    assert effect.integerParameter("Brush") == 5


def test_numbers_keep_six_digits(effect):
    effect.setParameter("Threshold", 0.123456789)
    assert effect.doubleParameter("Threshold") == 0.123457
    effect.setParameter("Threshold", 12345678.0)
    assert effect.parameter("Threshold") == "1.23457e+07"


def test_true_becomes_a_word_that_is_no_number(effect, complaints):
    effect.setParameter("Fill", True)
    assert effect.parameter("Fill") == "True"
    assert effect.integerParameter("Fill") == 0
    assert [complaint.kind for complaint in complaints.take()] == ["critical"]
    effect.setParameter("Fill", 1 if np.bool_(True) else 0)
    assert effect.integerParameter("Fill") == 1


def test_whole_numbers_have_32_bit(effect):
    effect.setParameter("Seed", 2**32 + 7)
    assert effect.integerParameter("Seed") == 7


def test_asking_for_what_is_not_there_is_an_error(effect, complaints):
    assert effect.parameter("Nothing") == ""
    assert effect.integerParameter("Nothing") == 0
    assert [complaint.kind for complaint in complaints.take()] == ["critical"] * 3
    effect.setParameter("Half", 0.5)
    assert effect.integerParameter("Half") == 0
    assert len(complaints.take()) == 1


def test_defaults_do_not_replace_values_and_an_empty_text_is_none(effect):
    assert effect.integerParameter("Count") == 3
    effect.setParameter("Count", 8)
    effect.setParameterDefault("Count", 3)
    assert effect.integerParameter("Count") == 8
    effect.setParameter("Count", "")
    assert not effect.parameterDefined("Count")
    effect.setParameterDefault("Count", 3)
    assert effect.integerParameter("Count") == 3


def test_a_change_updates_the_active_effect_and_does_not_modify_the_node(editing, effect):
    modified = []
    editing.editor_node.AddObserver("ModifiedEvent", lambda *_: modified.append(1))
    effect.self().calls.clear()
    effect.setParameter("Count", 4)
    effect.setParameter("Count", 4)
    assert effect.self().calls == ["updateGUIFromMRML"]
    editing.activate("")
    modified.clear()
    effect.setParameter("Count", 5)
    assert effect.self().calls == ["updateGUIFromMRML"]
    assert modified == []


def test_node_references_go_through_the_node(editing, effect):
    effect.setNodeReference("Preview", editing.volume_node)
    assert effect.nodeReference("Preview") is editing.volume_node
    assert effect.nodeReference("Other") is None


def test_without_a_node_nothing_can_be_set(complaints, tmp_path):
    from support.desktop.probe_effect import register, write_probe

    lone = register(write_probe(tmp_path))
    lone.setParameter("Count", 1)
    assert (lone.parameter("Count"), lone.integerParameter("Count"), lone.scene()) == ("", 0, None)
    assert [complaint.kind for complaint in complaints.take()] == ["critical"]
