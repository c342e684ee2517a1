"""The toolbar of the page: what a click marks, undo and redo, rejecting and accepting, and what is under way."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import ARIA, Actions, icon_button

_TOOLS = (
    ("point", "mdi-crosshairs", "Point (O)"),
    ("box", "mdi-selection", "Box (B)"),
    ("scribble", "mdi-draw", "Scribble (S)"),
    ("lasso", "mdi-lasso", "Lasso (L)"),
    ("pick", "mdi-shape-outline", "Propose the structures of the slice, and pick them (K)"),
)
_LABELS = ((1, "positive", "mdi-plus", "Marks say inside (P)"), (0, "negative", "mdi-minus", "Marks say outside (N)"))

_STEPS = (
    ("undo", "mdi-undo", "Undo (Ctrl+Z)", "!can_undo"),
    ("redo", "mdi-redo", "Redo (Ctrl+Y)", "!can_redo"),
    ("clear", "mdi-eraser", "Remove the marks of this slice (Delete)", "!has_marks"),
    ("reject", "mdi-close", "Reject the mask (Escape)", "!can_accept && !is_pending && proposals < 0"),
)


def build_toolbar(v3: Any, actions: Actions) -> None:
    """Lay out the tools, undo and redo, and Accept."""
    with _toggle(v3, "tool", (actions["key"], "[$event]")):
        for value, icon, title in _TOOLS:
            _option(v3, value, value, icon, title)
    with _toggle(v3, "label", (actions["label"], "[$event]")):
        for value, name, icon, title in _LABELS:
            _option(v3, (str(value),), name, icon, title)
    for name, icon, title, disabled in _STEPS:
        icon_button(v3, icon, title, name, actions, disabled=(disabled,))
    v3.VBtn(
        "Accept",
        prepend_icon="mdi-check",
        title="Write the mask into the segment (Enter)",
        color="success",
        variant="flat",
        data_action="accept",
        disabled=("!can_accept",),
        click=(actions["key"], "['accept']"),
        classes="ml-1",
        __properties=ARIA,
    )


def build_work(v3: Any, html: Any, actions: Actions) -> None:
    """Lay out what is under way, and the button that stops it."""
    html.Span(
        "{{ writing ? 'Writing the masks ...' : carrying.progress || progress }}",
        role="status",
        aria_live="polite",
        classes="sam-progress",
        __properties=ARIA,
    )
    v3.VProgressCircular(v_if=("busy || writing",), indeterminate=True, size=20, width=2, classes="mr-1")
    icon_button(
        v3, "mdi-stop-circle-outline", "Stop what is under way; what is there stays (.)", "cancel", actions,
        v_if=("busy || carrying.running",),
    )  # fmt: skip


def _toggle(v3: Any, value: str, changed: Any) -> Any:
    return v3.VBtnToggle(
        model_value=(value,),
        update_modelValue=changed,
        mandatory=True,
        density="compact",
        color="primary",
        variant="outlined",
        divided=True,
        classes="mr-2",
    )


def _option(v3: Any, value: Any, name: str, icon: str, title: str) -> None:
    v3.VBtn(value=value, icon=icon, title=title, aria_label=title, data_action=name, size="small", __properties=ARIA)
