"""The page: toolbar, slice views, segments, candidates and notices, bound to the variables of `view_state`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from SAMSegmenterLib.workspace.page_candidates import build_candidates
from SAMSegmenterLib.workspace.page_elements import Actions, elements
from SAMSegmenterLib.workspace.page_files import build_files
from SAMSegmenterLib.workspace.page_keys import KEYS
from SAMSegmenterLib.workspace.page_notices import build_notices
from SAMSegmenterLib.workspace.page_segments import build_segments
from SAMSegmenterLib.workspace.page_settings import build_settings
from SAMSegmenterLib.workspace.page_toolbar import build_toolbar

CLIENT = {
    "serve": {"sam_workspace": str(Path(__file__).with_name("client"))},
    "scripts": ["sam_workspace/slice_view.js"],
    "styles": ["sam_workspace/workspace.css"],
    "vue_use": ["samWorkspace"],
}
"""What the browser loads besides trame's own."""

LEGAL = "Not for diagnosis."

_HELP = (
    "Left click marks, Ctrl+click marks outside, a right click on a mark removes it. Wheel or arrow keys scroll, "
    "Ctrl+wheel zooms, Alt+drag pans, right drag changes the window, Shift+click moves the other views there."
)


def build_page(server: Any, view_names: list[str], models: list[str], actions: Actions) -> None:
    """Lay out the page.

    Args:
        server: of trame.
        view_names: of the slice views, the largest first; their variables are "view_" and the name.
        models: that can be chosen.
        actions: "act" takes what a view tells, "key" the name of an action; the others are named for what they do.
    """
    from trame.ui.vuetify3 import VAppLayout
    from trame.widgets import html
    from trame.widgets import vuetify3 as v3

    server.enable_module(CLIENT)
    slice_view, keys = elements(server)
    with VAppLayout(server, theme=("theme", "dark")):
        keys(keys=("keys", KEYS), key_pressed=(actions["key"], "[$event]"))
        with v3.VAppBar(density="compact", flat=True, border=True):
            v3.VAppBarTitle("{{ case_name }}", style="max-width: 16em")
            build_toolbar(v3, actions)
            v3.VSpacer()
            v3.VProgressCircular(v_if=("busy",), indeterminate=True, size=22, width=3, classes="mr-2")
            html.Span("{{ progress }}", role="status", classes="text-body-2 mr-3")
            build_files(v3)
            v3.VBtn(
                icon="mdi-theme-light-dark", title="Light or dark", click="theme = theme === 'dark' ? 'light' : 'dark'"
            )
        with v3.VNavigationDrawer(permanent=True, location="right", width=290):
            build_segments(v3, html, actions)
            build_candidates(v3, html, actions)
            build_notices(v3, html, actions)
            build_settings(v3, models, actions)
            html.P(_HELP, classes="sam-legal pa-3")
            html.P(LEGAL, classes="sam-legal px-3 pb-3 font-weight-bold")
        with v3.VMain(style="height: 100vh"), html.Div(classes="sam-views"):
            for name in view_names:
                slice_view(view=(f"view_{name}",), tool=("tool",), act=(actions["act"], "[$event]"))
    server.state.trame__title = "SAM workspace"
