"""The offer of segments that an earlier session left."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import ARIA, Actions


def build_kept(v3: Any, actions: Actions) -> None:
    """Lay out the offer."""
    with v3.VAlert(
        v_if=("kept_offer",), type="info", density="compact", text=("kept_offer",), rounded=0, classes="sam-kept"
    ):
        for name, title in (("take_over", "Take over"), ("dismiss_kept", "Remove")):
            v3.VBtn(
                title,
                size="small",
                variant="text",
                data_action=name,
                click=actions[name],
                __properties=ARIA,
            )
