"""The mask in the panel."""

from __future__ import annotations

import pytest


@pytest.fixture
def section(complaints):
    import qt

    from SAMSegmenterLib.desktop.mask_section import MaskSection

    holder, heard = qt.QWidget(), []

    def does(*what):
        return lambda: heard.append(what)

    made = MaskSection(qt.QFormLayout(holder), lambda: heard.append(made.values()), does)
    made.heard, made.holder = heard, holder
    return made


def test_as_many_candidates_are_shown_as_there_are(section):
    for scores in ([], [0.951], [0.9, 0.85, 0.5]):
        section.show_candidates(scores, 0)
        shown = [one.text for one in section.candidates if not one.isHidden()]
        assert shown == [f"{n + 1}: {score:.2f}" for n, score in enumerate(scores)]
        assert section.no_candidates.isHidden() is bool(scores)
        assert section.accept.enabled is section.uncertainty.enabled is bool(scores)


def test_a_candidate_says_its_number(section):
    section.show_candidates([0.9, 0.8, 0.7], 2)
    assert [one.checked for one in section.candidates] == [False, False, True]
    section.candidates[1].click()
    assert section.heard == [("candidate", 1)]


def test_the_way_to_write_is_chosen(section):
    from SAMSegmenterLib.desktop.effect_options import EffectOptions

    section.show(EffectOptions(mode="remove"))
    assert section.values() == {"mode": "remove"} and section.heard == []
    section.mode.widget.activated.emit(2)
    assert section.heard == [{"mode": "remove"}]


def test_uncertainty_is_kept_only_when_there_is_one(section):
    assert not section.keep_uncertainty.enabled
    section.show_uncertainty(True)
    section.keep_uncertainty.click()
    assert section.heard == [("keep_uncertainty",)]
