"""Where the page shows the panels of other packages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SAMSegmenterLib.workspace.extension import Extension
from SAMSegmenterLib.workspace.page_elements import ARIA


def build_panel_buttons(v3: Any, extensions: Sequence[Extension]) -> None:
    """Lay out a button for each panel; pressed again, it shows the slice views."""
    for one in extensions:
        v3.VBtn(
            one.title,
            prepend_icon=one.icon,
            size="small",
            data_action=f"panel-{one.name}",
            active=(f"panel === '{one.name}'",),
            click=f"panel = panel === '{one.name}' ? '' : '{one.name}'",
            __properties=ARIA,
        )


def build_panels(v3: Any, html: Any, extensions: Sequence[Extension]) -> None:
    """Lay out the panels; the one that the variable `panel` names is shown, in front of the slice views."""
    for one in extensions:
        with html.Section(
            v_if=(f"panel === '{one.name}'",),
            classes="sam-panel",
            aria_label=one.title,
            __properties=[("aria_label", "aria-label")],
        ):
            one.build(v3, html)
