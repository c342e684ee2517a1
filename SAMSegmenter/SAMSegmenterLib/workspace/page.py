"""The page: toolbar, slice views, strip, panel at the side, bound to the variables of `page_state`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from SAMSegmenterLib.workspace.extension import Extension
from SAMSegmenterLib.workspace.page_elements import ARIA, Actions, element
from SAMSegmenterLib.workspace.page_files import WHICH, build_files, build_open_dialog
from SAMSegmenterLib.workspace.page_help import LEGAL, build_help
from SAMSegmenterLib.workspace.page_kept import build_kept
from SAMSegmenterLib.workspace.page_keys import KEYS
from SAMSegmenterLib.workspace.page_notices import build_notices
from SAMSegmenterLib.workspace.page_panels import build_panel_buttons, build_panels
from SAMSegmenterLib.workspace.page_propagation import RANGE, REQUEST, build_propagation, build_strip
from SAMSegmenterLib.workspace.page_segments import build_segments
from SAMSegmenterLib.workspace.page_settings import build_settings
from SAMSegmenterLib.workspace.page_slice import build_slice
from SAMSegmenterLib.workspace.page_toolbar import build_toolbar, build_work

_PARTS = (
    *("slice_view", "keys", "confidence_strip", "surface_raster", "surface_view", "workspace"),
    *("open_files", "connection"),
)

CLIENT = {
    "serve": {"sam_workspace": str(Path(__file__).with_name("client"))},
    "scripts": [f"sam_workspace/{name}.js" for name in _PARTS],
    "styles": ["sam_workspace/workspace.css", "sam_workspace/panels.css"],
    "vue_use": ["samWorkspace", "samOpenFiles"],
}
"""What the browser loads besides trame's own."""


VARIABLES: dict[str, Any] = {**RANGE, **WHICH, "removing": ""}
"""What the user chose on the page and did not ask for yet, as it begins with each volume."""


def build_page(
    server: Any, view_names: list[str], models: list[str], actions: Actions, extensions: Sequence[Extension] = ()
) -> None:
    """Lay out the page.

    Args:
        server: of trame.
        view_names: of the slice views, the largest first; their variables are "view_", "image_" and "overlay_" with the
            name, and a view without them is not shown.
        models: that can be chosen.
        actions: "act" takes what a view tells, "key" the name of an action; the others are named for what they do.
        extensions: further panels.
    """
    from trame.ui.vuetify3 import VAppLayout
    from trame.widgets import html
    from trame.widgets import vuetify3 as v3

    server.enable_module(CLIENT)
    server.state.update({"big": view_names[0], "help_open": False, **VARIABLES})
    with VAppLayout(server, theme=("theme", "dark")):
        element(
            "sam-keys",
            keys=("keys", KEYS),
            key_pressed=(actions["key"], f"[$event, {REQUEST}]"),
            help="help_open = true",
        )
        with v3.VAppBar(density="compact", flat=True, border=True, role="toolbar", __properties=["role"]):
            html.Span("{{ case_name }}", classes="sam-case", title=("case_name",))
            build_toolbar(v3, actions)
            v3.VSpacer()
            build_work(v3, html, actions)
            build_panel_buttons(v3, extensions)
            build_files(v3)
            _build_page_buttons(v3)
        with v3.VMain(style="height: 100vh"), html.Div(classes="sam-work"):
            with html.Div(classes="sam-below", inert=("panel !== ''",), __properties=["inert"]):
                with html.Div(classes="sam-views"):
                    for name in view_names:
                        _build_view(name, actions)
                    build_surface(actions)
                build_strip(actions)
            build_panels(v3, html, extensions)
        with v3.VNavigationDrawer(permanent=True, location="right", width=312, tag="aside", aria_label="Panel"):
            build_segments(v3, html, actions)
            build_slice(v3, html, server.state, actions)
            build_propagation(v3, html, actions)
            build_settings(html, server.state, models, actions)
            with v3.Template(v_slot_append=True):
                build_kept(v3, actions)
                build_notices(v3, html, actions)
                html.P(LEGAL, classes="sam-legal")
        build_open_dialog(v3, html, actions)
        build_help(v3, html)
    server.state.trame__title = "SAM workspace"


def _build_view(name: str, actions: Actions) -> None:
    element(
        "sam-slice",
        v_if=(f"view_{name}",),
        key=("case_number",),
        view=(f"view_{name}",),
        image=(f"image_{name}",),
        overlay=(f"overlay_{name}",),
        tool=("tool",),
        label=("label",),
        hover=("hover",),
        big=("big",),
        act=(actions["act"], "[$event]"),
        grow="big = $event",
    )


def build_surface(actions: Actions) -> None:
    """Lay out the surface of the segments."""
    element(
        "sam-surface",
        meshes=("surface",),
        state=("surface_state",),
        big=("big",),
        make=(actions["surface"], "[]"),
        grow="big = $event",
    )


def _build_page_buttons(v3: Any) -> None:
    for name, icon, title, click in (
        ("help", "mdi-help-circle-outline", "Keys and mouse (?)", "help_open = true"),
        ("theme", "mdi-theme-light-dark", "Light or dark", "theme = theme === 'dark' ? 'light' : 'dark'"),
    ):
        v3.VBtn(
            icon=icon, title=title, aria_label=title, data_action=name, click=click, density="comfortable",
            __properties=ARIA,
        )  # fmt: skip
