from __future__ import annotations

import pytest

from SAMBenchmarkLib.session.panel_choices import PanelChoices
from SAMSegmenterLib.core.errors import InputError

CHOICES = PanelChoices(
    source="folder",
    folder="/data/cases",
    models=("sam-small", "vit_b"),
    strategies=("S2", "S5"),
    protocols=("huang-rounds",),
    preset="authors_code",
    stride=3,
)


def test_choices_come_back_from_their_texts():
    texts = CHOICES.to_parameters()
    assert all(isinstance(value, str) for value in texts.values())
    assert PanelChoices.from_parameters(texts) == CHOICES


def test_nothing_stored_is_the_default():
    assert PanelChoices.from_parameters({}) == PanelChoices()


def test_what_makes_no_sense_is_the_default():
    stored = {"stride": "many", "preset": "none", "from another version": "x"}
    assert PanelChoices.from_parameters(stored) == PanelChoices()


def test_an_empty_list_stays_empty():
    assert PanelChoices.from_parameters(PanelChoices(strategies=()).to_parameters()).strategies == ()


def test_the_options_are_those_chosen():
    options = CHOICES.options()
    assert (options.strategies, options.protocols, options.stride) == (("S2", "S5"), ("huang-rounds",), 3)
    assert (options.preset, options.timing_repeats) == ("authors_code", 0)


def test_choices_of_another_version_that_are_gone_are_an_error_to_act_on():
    with pytest.raises(InputError, match="no protocol 'gone'"):
        PanelChoices(protocols=("gone",)).options()
