"""The page is told what has changed, and nothing else."""

import json

from SAMSegmenterLib.workspace.page_state import PageState
from support.workspace_desk import IN_FIRST


def test_everything_is_told_first_and_later_only_what_changed(a_desk):
    page = PageState(a_desk.controller)
    everything = page.news()
    json.dumps(everything)
    assert {"view_axial", "image_coronal", "overlay_sagittal", "segments", "strip", "carrying", "surface"} <= {
        *everything
    }
    assert page.news() == {}
    a_desk.controller.do(lambda: a_desk.controller.scroll("axial", 0))
    news = page.news()
    assert {"image_axial", "view_axial", "view_coronal"} <= {*news}
    assert "image_coronal" not in news, "another slice elsewhere moves a line there, and sends no picture again"


def test_a_mark_sends_no_picture_of_the_volume_again(a_desk):
    page = PageState(a_desk.controller)
    page.news()
    a_desk.controller.do(lambda: a_desk.controller.click("axial", IN_FIRST))
    a_desk.settle()
    news = page.news()
    assert "overlay_axial" in news and not any(name.startswith("image_") for name in news)


def test_views_that_a_volume_has_not_are_not_shown(a_desk):
    del a_desk.controller.views["sagittal"]
    news = PageState(a_desk.controller).news()
    assert news["view_axial"] is not None and news["view_sagittal"] is None and news["image_sagittal"] is None
