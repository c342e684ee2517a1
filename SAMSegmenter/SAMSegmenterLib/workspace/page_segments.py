"""The list of segments on the page."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import ARIA, Actions


def build_segments(v3: Any, html: Any, actions: Actions) -> None:
    """Lay out the list of segments."""
    with html.Div(classes="d-flex align-center pa-2"):
        html.Span("Segments", classes="text-subtitle-2 flex-grow-1")
        v3.VBtn(
            "Add",
            prepend_icon="mdi-plus",
            size="small",
            variant="text",
            data_action="add-segment",
            click=actions["add_segment"],
            __properties=ARIA,
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
