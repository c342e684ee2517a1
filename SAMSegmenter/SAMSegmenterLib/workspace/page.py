"""The page: toolbar, slice views, segments, candidates and notices, bound to the variables of `view_state`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

KEYS = {
    "p": "positive",
    "n": "negative",
    "b": "box",
    "a": "accept",
    "Enter": "accept",
    "Escape": "reject",
    "]": "next",
    "[": "previous",
    "Ctrl+z": "undo",
    "Ctrl+y": "redo",
    "Delete": "clear",
}
"""Key to action; arrows, + and - move and zoom the slice that has the focus."""

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


def build_page(server: Any, view_names: list[str], models: list[str], actions: dict[str, Callable[..., None]]) -> None:
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
    slice_view, keys = _elements(server)
    with VAppLayout(server, theme=("theme", "dark")):
        keys(keys=("keys", KEYS), key_pressed=(actions["key"], "[$event]"))
        with v3.VAppBar(density="compact", flat=True, border=True):
            v3.VAppBarTitle("{{ case_name }}", style="max-width: 16em")
            _tools(v3, actions)
            v3.VSpacer()
            v3.VProgressCircular(v_if=("busy",), indeterminate=True, size=22, width=3, classes="mr-2")
            html.Span("{{ progress }}", role="status", classes="text-body-2 mr-3")
            _save_menu(v3)
            v3.VBtn(
                icon="mdi-theme-light-dark", title="Light or dark", click="theme = theme === 'dark' ? 'light' : 'dark'"
            )
        with v3.VNavigationDrawer(permanent=True, location="right", width=290):
            _segments(v3, html, actions)
            _candidates(v3, html, actions)
            _notices(v3, html, actions)
            _settings(v3, models, actions)
            html.P(_HELP, classes="sam-legal pa-3")
            html.P(LEGAL, classes="sam-legal px-3 pb-3 font-weight-bold")
        with v3.VMain(style="height: 100vh"), html.Div(classes="sam-views"):
            for name in view_names:
                slice_view(view=(f"view_{name}",), tool=("tool",), act=(actions["act"], "[$event]"))
    server.state.trame__title = "SAM workspace"


def _elements(server: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The page's own elements, see `client/slice_view.js`."""
    from trame_client.widgets.core import AbstractElement

    def slice_view(**bindings: Any) -> Any:
        return AbstractElement("sam-slice", __properties=["view", "tool"], __events=["act"], **bindings)

    def keys(**bindings: Any) -> Any:
        return AbstractElement("sam-keys", __properties=["keys"], __events=[("key_pressed", "key")], **bindings)

    return slice_view, keys


def _tools(v3: Any, actions: dict[str, Callable[..., None]]) -> None:
    with v3.VBtnToggle(
        model_value=("tool",),
        update_modelValue=(actions["tool"], "[$event]"),
        mandatory=True,
        density="compact",
        color="primary",
        variant="outlined",
        classes="mx-2",
    ):
        for value, icon, title in (
            ("positive", "mdi-plus", "Point inside (P)"),
            ("negative", "mdi-minus", "Point outside (N)"),
            ("box", "mdi-selection", "Box (B)"),
        ):
            v3.VBtn(value=value, icon=icon, title=title, aria_label=title, data_action=value, __properties=_ARIA)
    for name, icon, title, disabled in (
        ("undo", "mdi-undo", "Undo (Ctrl+Z)", "!can_undo"),
        ("redo", "mdi-redo", "Redo (Ctrl+Y)", "!can_redo"),
        ("clear", "mdi-eraser", "Remove the marks of this slice (Delete)", "!has_marks"),
        ("reject", "mdi-close", "Reject (Escape)", "!can_accept && !is_pending"),
    ):
        v3.VBtn(
            icon=icon,
            title=title,
            aria_label=title,
            data_action=name,
            disabled=(disabled,),
            click=(actions["key"], f"['{name}']"),
            __properties=_ARIA,
        )
    v3.VBtn(
        "Accept",
        prepend_icon="mdi-check",
        title="Write the preview into the segment (Enter)",
        color="success",
        variant="flat",
        data_action="accept",
        disabled=("!can_accept",),
        click=(actions["key"], "['accept']"),
        __properties=_ARIA,
    )


_ARIA = [("aria_label", "aria-label"), ("data_action", "data-action"), "title"]


def _save_menu(v3: Any) -> None:
    for ending in (".seg.nrrd", ".nii.gz"):
        v3.VBtn(
            ending,
            prepend_icon="mdi-download",
            title=f"Save the segments as {ending}",
            href=f"save/segmentation{ending}",
            download=f"segmentation{ending}",
            data_action=f"save{ending}",
            size="small",
            __properties=[*_ARIA, "download"],
        )


def _segments(v3: Any, html: Any, actions: dict[str, Callable[..., None]]) -> None:
    with html.Div(classes="d-flex align-center pa-2"):
        html.Span("Segments", classes="text-subtitle-2 flex-grow-1")
        v3.VBtn(
            "Add",
            prepend_icon="mdi-plus",
            size="small",
            variant="text",
            data_action="add-segment",
            click=actions["add_segment"],
            __properties=_ARIA,
        )
    with (
        v3.VList(density="compact", classes="py-0", style="max-height: 40vh; overflow-y: auto"),
        v3.VListItem(
            v_for="row in segments",
            key=("row.id",),
            active=("row.id === segment_id",),
            click=(actions["select"], "[row.id]"),
            color="primary",
        ),
        html.Div(classes="d-flex align-center", style="gap: 6px"),
    ):
        html.Span(classes="sam-swatch", style=("'background:' + row.colour",))
        html.Input(
            classes="sam-name",
            value=("row.name",),
            change=(actions["rename"], "[row.id, $event.target.value]"),
            aria_label="Name of the segment",
            __properties=["value", ("aria_label", "aria-label")],
            __events=["change"],
        )
        v3.VBtn(
            icon=("row.visible ? 'mdi-eye' : 'mdi-eye-off'",),
            title="Show or hide",
            size="x-small",
            variant="text",
            raw_attrs=['@click.stop=""'],
            __properties=["title"],
            mousedown=(actions["show"], "[row.id, !row.visible]"),
        )
        v3.VBtn(
            icon="mdi-delete",
            title="Remove the segment",
            size="x-small",
            variant="text",
            raw_attrs=['@click.stop=""'],
            __properties=["title"],
            mousedown=(actions["remove_segment"], "[row.id]"),
        )


def _candidates(v3: Any, html: Any, actions: dict[str, Callable[..., None]]) -> None:
    with html.Div(v_if=("candidates.length > 0",), classes="pa-2"):
        html.Div("Masks (predicted IoU), keys [ and ]", classes="text-subtitle-2 mb-1")
        with v3.VBtnToggle(
            model_value=("candidate",),
            update_modelValue=(actions["candidate"], "[$event]"),
            density="compact",
            color="primary",
            variant="outlined",
            mandatory=True,
        ):
            v3.VBtn("{{ score }}", v_for="(score, n) in candidates", key=("n",), value=("n",))


def _settings(v3: Any, models: list[str], actions: dict[str, Callable[..., None]]) -> None:
    choices = (
        ("model", "Model", models),
        ("window", "Window that the model sees", ["displayed", "auto", "minmax", "abdomen", "lung", "bone"]),
        ("mode", "Accepting", ["set", "add", "remove"]),
    )
    for name, label, items in choices:
        v3.VSelect(
            label=label,
            items=(f"choices_{name}", items),
            model_value=(name,),
            update_modelValue=(actions[name], "[$event]"),
            density="compact",
            hide_details=True,
            variant="outlined",
            classes="mx-3 my-2",
        )


def _notices(v3: Any, html: Any, actions: dict[str, Callable[..., None]]) -> None:
    with html.Div(role="log", aria_live="polite", __properties=[("aria_live", "aria-live")], classes="sam-notices"):
        with v3.VAlert(
            v_if=("recovery",), type="info", density="compact", text="Marks of an earlier session were not accepted."
        ):
            v3.VBtn("Take over", size="small", variant="text", click=(actions["key"], "['recover']"))
            v3.VBtn("Remove", size="small", variant="text", click=(actions["key"], "['dismiss']"))
        v3.VAlert(
            v_for="(notice, n) in notices",
            key=("n",),
            type=("notice.kind",),
            text=("notice.message + ' ' + notice.hint",),
            density="compact",
            rounded=0,
        )
