"""The masks to choose from on the page."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import Actions


def build_candidates(v3: Any, html: Any, actions: Actions) -> None:
    """Lay out the masks to choose from, with their predicted IoU."""
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
