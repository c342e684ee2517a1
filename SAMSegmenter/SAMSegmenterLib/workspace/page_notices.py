"""The notices on the page."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import Actions


def build_notices(v3: Any, html: Any, actions: Actions) -> None:
    """Lay out what there is to tell, and what an earlier session left."""
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
