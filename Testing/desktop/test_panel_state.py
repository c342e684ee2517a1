"""What the panel shows of a session."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from support.editing import a_desk


class Owner:
    def __init__(self, session):
        self.session, self.view_name = session, "Red"
        self.stopwatch = SimpleNamespace(running="")


@pytest.fixture
def panel(complaints):
    from SAMSegmenterLib.desktop.effect_panel import EffectPanel

    made = EffectPanel(lambda _: None, lambda _: None, {})
    yield made
    made.disconnect_all()


@pytest.fixture
def shown(panel):
    from SAMSegmenterLib.desktop.panel_state import show_session

    return lambda session: show_session(panel, Owner(session))


def test_without_a_session_the_panel_says_what_to_do(panel, shown):
    desk = a_desk()
    desk.session.add_point((8, 8))
    desk.settle()
    shown(desk.session)
    shown(None)
    assert "There is no segmentation" in panel.notices.text
    assert not panel.mask.accept.enabled and not panel.mask.reject.enabled and not panel.cancel.enabled
    assert all(one.isHidden() for one in panel.mask.candidates)


def test_a_preview_shows_its_candidates_and_enables_what_can_be_done(panel, shown):
    desk = a_desk()
    shown(desk.session)
    assert not panel.mask.accept.enabled and not panel.mask.no_candidates.isHidden()
    desk.session.add_point((8, 8))
    desk.settle()
    desk.session.next_candidate()
    shown(desk.session)
    assert [one.checked for one in panel.mask.candidates] == [False, True, False]
    assert panel.mask.accept.enabled and panel.mask.reject.enabled and panel.prompts.undo.enabled
    assert not panel.mask.keep_uncertainty.enabled
    assert "view Red" in panel.status.text and "threshold on" in panel.status.text


def test_uncertainty_can_be_kept_once_it_is_there(panel, shown):
    desk = a_desk()
    desk.session.add_point((8, 8))
    desk.settle()
    desk.session.find_uncertainty()
    desk.settle()
    shown(desk.session)
    assert panel.mask.keep_uncertainty.enabled


def test_a_stack_shows_how_far_it_is(panel, shown):
    from SAMSegmenterLib.core.slicing import SlicePlane

    desk = a_desk()
    for k in (5, 8):
        desk.session.show(SlicePlane.lattice(0, k))
        desk.session.add_point((8, 8))
        desk.settle()
    desk.session.predict_stack()
    shown(desk.session)
    assert panel.stack.progress.text == "0 of 2 slices"
    assert not panel.stack.accept.enabled and panel.stack.reject.enabled and panel.cancel.enabled
    desk.settle()
    shown(desk.session)
    assert panel.stack.progress.text == "2 of 2 slices" and panel.stack.accept.enabled
    desk.session.accept_stack()
    shown(desk.session)
    assert panel.stack.progress.isHidden() and not panel.stack.accept.enabled


def test_errors_are_shown_as_such(panel, shown):
    desk = a_desk()
    desk.session.accept()
    shown(desk.session)
    assert "nothing to accept" in panel.notices.text and "color" in panel.notices.styleSheet
    desk.session.add_point((8, 8))
    shown(desk.session)
    assert panel.notices.styleSheet == ""


def test_proposals_can_be_rejected(panel, shown):
    desk = a_desk()
    shown(desk.session)
    assert not panel.mask.reject.enabled
    desk.session.find_proposals()
    desk.settle()
    shown(desk.session)
    assert panel.mask.reject.enabled
    desk.session.reject()
    shown(desk.session)
    assert not panel.mask.reject.enabled and desk.session.proposals is None
