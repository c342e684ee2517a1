"""The page is told what the session holds, and pictures are made again only when something changed."""

import json

import numpy as np
import pytest

from SAMSegmenterLib.workspace.carrying import Carrying
from SAMSegmenterLib.workspace.session_state import session_state
from SAMSegmenterLib.workspace.view_state import ViewDrawer
from support.data_urls import pixels_of
from support.workspace_desk import IN_FIRST


def drawer(desk, name="axial"):
    return ViewDrawer(desk.controller, desk.controller.views[name])


def mark(desk, uv=IN_FIRST):
    desk.controller.do(lambda: desk.controller.click("axial", uv))
    desk.settle()


def test_a_view_tells_its_slice_and_can_be_sent_to_a_browser(a_desk):
    told = drawer(a_desk).state()
    json.dumps(told)
    state = told["view"]
    assert (state["index"], state["count"], state["width"], state["height"]) == (8, 16, 48, 40)
    assert state["edges"] == ["R", "L", "A", "P"] and state["active"] and told["overlay"] == ""
    assert pixels_of(told["image"]).shape == (40, 48)
    assert not drawer(a_desk, "coronal").state()["view"]["active"]


def test_the_preview_and_then_the_segment_are_drawn_over_the_slice(a_desk):
    view = drawer(a_desk)
    mark(a_desk)
    preview = pixels_of(view.state()["overlay"])
    assert np.count_nonzero(preview[..., 3]) == 180 and preview[12, 12, :3].tolist() == [255, 255, 51]
    a_desk.controller.do(a_desk.controller.accept)
    row = a_desk.controller.case.segments()[0]
    accepted = pixels_of(view.state()["overlay"])
    assert np.count_nonzero(accepted[..., 3]) == 180
    assert accepted[12, 12, :3].tolist() == [round(255 * part) for part in row.colour]
    a_desk.controller.case.show_segment(row.id, False)
    assert view.state()["overlay"] == ""


def test_a_segment_is_drawn_in_every_view_that_cuts_it(a_desk):
    mark(a_desk)
    a_desk.controller.do(a_desk.controller.accept)
    a_desk.controller.do(lambda: a_desk.controller.cross("axial", IN_FIRST))
    coronal = pixels_of(drawer(a_desk, "coronal").state()["overlay"])
    assert np.count_nonzero(coronal[..., 3]) == 12


def test_marks_lie_where_they_were_made(a_desk):
    mark(a_desk)
    a_desk.controller.do(lambda: a_desk.controller.box("axial", (20.0, 18.0), (5.0, 4.0)))
    point, box = drawer(a_desk).state()["view"]["marks"]
    assert (point["kind"], point["label"], point["u"], point["v"]) == ("point", 1, *IN_FIRST)
    assert (box["kind"], box["u"], box["v"], box["w"], box["h"]) == ("box", 5, 4, 15, 14)
    assert drawer(a_desk, "coronal").state()["view"]["marks"] == []


def test_a_picture_is_made_anew_only_for_another_slice_window_or_mask(a_desk):
    view = drawer(a_desk)
    first = view.state()
    assert view.state()["image"] is first["image"]
    mark(a_desk)
    with_preview = view.state()
    assert with_preview["image"] is first["image"] and view.state()["overlay"] is with_preview["overlay"]
    a_desk.controller.do(lambda: a_desk.controller.drag_window(0.0, 50.0))
    assert view.state()["image"] != first["image"]


def test_buttons_know_what_can_be_done(a_desk):
    def can():
        state = session_state(a_desk.controller)
        return [state[name] for name in ("can_accept", "can_undo", "can_redo", "has_marks", "is_pending")]

    assert can() == [False, False, False, False, False]
    mark(a_desk)
    assert can() == [True, True, False, True, True]
    a_desk.controller.do(a_desk.controller.accept)
    assert can() == [False, True, False, True, False]
    a_desk.controller.do(a_desk.controller.undo)
    assert can()[2]


def test_candidates_carry_their_scores_and_notices_their_words(a_desk):
    mark(a_desk)
    state = session_state(a_desk.controller)
    json.dumps(state)
    assert (state["candidates"], state["candidate"]) == (["0.95", "0.85", "0.50"], 0)
    a_desk.controller.tell("Mind the gap.")
    assert {"kind": "info", "message": "Mind the gap.", "hint": ""} in session_state(a_desk.controller)["notices"]


def test_pixels_that_are_not_square_are_told(a_desk):
    views = {name: drawer(a_desk, name).state()["view"]["pixel"] for name in a_desk.controller.views}
    spacing = dict(
        zip(("sagittal", "coronal", "axial"), a_desk.controller.session.source.volume.spacing_kji[::-1], strict=True)
    )
    least = min(spacing["coronal"], spacing["sagittal"])
    assert views["axial"] == [spacing["sagittal"] / least, spacing["coronal"] / least]
    assert views["coronal"][1] / views["coronal"][0] == pytest.approx(spacing["axial"] / spacing["sagittal"])


def test_what_was_carried_is_striped_in_every_view_until_it_is_accepted(a_desk):
    mark(a_desk)
    a_desk.controller.do(a_desk.controller.accept)
    a_desk.controller.do(lambda: Carrying(a_desk.controller).propagate({"first": 4, "last": 11}))
    a_desk.settle()
    a_desk.controller.do(lambda: a_desk.controller.scroll("axial", 9))
    carried = pixels_of(drawer(a_desk).state()["overlay"])
    drawn = np.count_nonzero(carried[..., 3])
    assert 60 < drawn < 180, "stripes leave pixels between them"
    assert len({tuple(colour) for colour in carried[carried[..., 3] > 0][:, :3].tolist()}) == 1
    a_desk.controller.do(Carrying(a_desk.controller).accept)
    a_desk.settle()
    assert np.count_nonzero(pixels_of(drawer(a_desk).state()["overlay"])[..., 3]) == 180


def test_proposals_and_the_mask_given_to_the_model_are_drawn_on_their_slice(a_desk):
    a_desk.controller.do(a_desk.controller.propose)
    a_desk.settle()
    found = a_desk.controller.session.proposals
    colours = pixels_of(drawer(a_desk).state()["overlay"])
    assert len(found) >= 2 and np.count_nonzero(colours[..., 3]) == np.count_nonzero(found.labels)
    assert drawer(a_desk, "coronal").state()["overlay"] == ""
