"""The toolbar of the page: what a click marks, undo and redo, rejecting and accepting."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import ARIA, Actions


def build_toolbar(v3: Any, actions: Actions) -> None:
    """Lay out the tools, undo and redo, and Accept."""
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
            v3.VBtn(value=value, icon=icon, title=title, aria_label=title, data_action=value, __properties=ARIA)
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
            __properties=ARIA,
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
        __properties=ARIA,
    )
