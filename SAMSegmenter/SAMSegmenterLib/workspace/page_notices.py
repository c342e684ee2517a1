"""The notices on the page."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import ARIA, Actions, text_button


def build_notices(v3: Any, html: Any, actions: Actions) -> None:
    """Lay out what there is to tell, and what an earlier session left."""
    with html.Div(role="log", aria_live="polite", __properties=["role", *ARIA], classes="sam-notices"):
        with v3.VAlert(v_if=("recovery",), type="info", density="compact", variant="tonal", rounded=0):
            html.Div("Marks of an earlier session were not accepted.")
            text_button(v3, "Take over", "Show these marks again", "recover", actions)
            text_button(v3, "Remove", "Remove these marks for good", "dismiss", actions)
        with v3.VAlert(
            v_for="(notice, n) in notices",
            key=("n",),
            type=("notice.kind",),
            density="compact",
            variant="tonal",
            rounded=0,
        ):
            html.Span("{{ notice.message }} {{ notice.hint }}")
