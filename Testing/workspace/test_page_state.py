"""The page is told what has changed, and nothing else."""

import json

from SAMSegmenterLib.workspace.page_state import PageState
from support.workspace_desk import IN_FIRST


def a_page(desk):
    return PageState(desk.controller, lambda: 0.0)


def test_everything_is_told_first_and_later_only_what_changed(a_desk):
    page = a_page(a_desk)
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
    page = a_page(a_desk)
    page.news()
    a_desk.controller.do(lambda: a_desk.controller.click("axial", IN_FIRST))
    a_desk.settle()
    news = page.news()
    assert "overlay_axial" in news and not any(name.startswith("image_") for name in news)


def test_views_that_a_volume_has_not_are_not_shown(a_desk):
    del a_desk.controller.views["sagittal"]
    news = a_page(a_desk).news()
    assert news["view_axial"] is not None and news["view_sagittal"] is None and news["image_sagittal"] is None


class SlowClock:
    """Seconds; each look takes one as long as it is slow."""

    def __init__(self):
        self.now, self.is_slow = 0.0, True

    def __call__(self):
        self.now += self.is_slow
        return self.now


def test_views_that_take_long_come_one_by_one_that_which_is_worked_in_first(a_desk):
    clock = SlowClock()
    page = PageState(a_desk.controller, clock)
    assert {"view_axial", "view_coronal", "view_sagittal"} <= {*page.news()}, "a page begins with all of them"
    a_desk.controller.do(lambda: a_desk.controller.cross("coronal", (5.0, 3.0)))
    views = [{name for name in page.news() if name.startswith("view_")} for _ in range(2)]
    assert views == [{"view_coronal"}, {"view_axial"}] and page.is_behind
    clock.is_slow = False
    assert {name for name in page.news() if name.startswith("view_")} == {"view_sagittal"} and not page.is_behind
