"""The list of segments on the page."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import ARIA, Actions, section


def build_segments(v3: Any, html: Any, actions: Actions) -> None:
    """Lay out the list of segments."""
    with section(html, "Segments"):
        with (
            html.Ul(classes="sam-segments"),
            html.Li(
                v_for="row in segments",
                key=("row.id",),
                classes=("row.id === segment_id ? 'sam-selected' : ''",),
                click=(actions["select"], "[row.id]"),
            ),
        ):
            _colour(html, actions)
            _name(html, actions)
            _buttons(html, actions)
        v3.VBtn(
            "Add segment",
            prepend_icon="mdi-plus",
            size="small",
            variant="text",
            data_action="add-segment",
            click=actions["add_segment"],
            __properties=ARIA,
        )


def _colour(html: Any, actions: Actions) -> None:
    html.Input(
        type="color",
        classes="sam-swatch",
        value=("row.colour",),
        change=(actions["colour"], "[row.id, $event.target.value]"),
        title="Colour",
        aria_label=("'Colour of ' + row.name",),
        __properties=["value", "type", *ARIA],
        __events=["change"],
    )


def _name(html: Any, actions: Actions) -> None:
    html.Input(
        classes="sam-name",
        value=("row.name",),
        change=(actions["rename"], "[row.id, $event.target.value]"),
        focus=(actions["select"], "[row.id]"),
        raw_attrs=['@keydown.enter="$event.target.blur()"', "spellcheck=false"],
        aria_label="Name of the segment",
        __properties=["value", *ARIA],
        __events=["change", "focus"],
    )


def _buttons(html: Any, actions: Actions) -> None:
    _button(
        html,
        "show",
        "'mdi ' + (row.visible ? 'mdi-eye' : 'mdi-eye-off')",
        "(row.visible ? 'Hide ' : 'Show ') + row.name",
        (actions["show"], "[row.id, !row.visible]"),
        v_if=("removing !== row.id",),
    )
    _button(
        html,
        "remove",
        "'mdi mdi-delete-outline'",
        "'Remove ' + row.name",
        "removing = row.id",
        v_if=("removing !== row.id",),
    )
    with html.Template(v_if=("removing === row.id",)):
        _button(
            html,
            "confirm-remove",
            "'sam-warning'",
            "'Remove ' + row.name + ' and what is in it, for good'",
            (actions["remove_segment"], "[row.id]"),
            "Remove",
        )
        _button(html, "keep", "'mdi mdi-close'", "'Keep ' + row.name", "removing = ''")


def _button(html: Any, name: str, look: str, title: str, click: Any, text: str = "", **more: Any) -> None:
    """A small button of a segment; a click on it does not choose the segment as well."""
    html.Button(
        text,
        type="button",
        classes=(f"'sam-icon ' + {look}",),
        click_stop=click,
        aria_label=(title,),
        title=(title,),
        data_action=f"{name}-segment",
        __properties=["type", *ARIA],
        __events=[("click_stop", "click.stop")],
        **more,
    )
