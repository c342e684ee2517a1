"""The part of the page about the mask on the slice: candidates, how it is written, proposals, and several slices."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.session.choice_words import mode_choices
from SAMSegmenterLib.workspace.page_elements import ARIA, Actions, choice, section, text_button

_BUTTONS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("Segment slice", "Outline everything that the model finds on this slice, to be picked", "propose", {}),
    ("Use segment", "Give the model what the segment is on this slice, as a rough mask", "use_segment", {}),
    ("Marked slices", "Make the masks of all slices with marks that are not accepted", "outline_marked", {}),
    (
        "Uncertainty",
        "Show where the mask depends on the exact place of the marks: yellow a little, red much",
        "uncertainty",
        {"disabled": ("!can_accept",), "color": ("uncertainty ? 'primary' : undefined",)},
    ),
)


def build_slice(v3: Any, html: Any, state: Any, actions: Actions) -> None:
    """Lay out the masks to choose from, with their predicted IoU, and what else there is for one slice."""
    with section(html, "Mask on this slice"):
        with html.Div(classes="sam-row"):
            html.Span("Mark the structure in a view.", v_if=("candidates.length === 0",), classes="sam-quiet")
            with v3.VBtnToggle(
                v_if=("candidates.length > 0",),
                model_value=("candidate",),
                update_modelValue=(actions["candidate"], "[$event]"),
                density="compact",
                color="primary",
                variant="outlined",
                divided=True,
                mandatory=True,
            ):
                v3.VBtn(
                    "{{ n + 1 }}: {{ score }}",
                    v_for="(score, n) in candidates",
                    key=("n",),
                    value=("n",),
                    size="small",
                    title="Choose this mask; the number is its predicted IoU ([ and ])",
                    __properties=ARIA,
                )
        choice(html, state, "Accepting", mode_choices(), "mode", (actions["mode"], "[$event.target.value]"))
        with html.Div(classes="sam-row"):
            for text, title, name, more in _BUTTONS:
                text_button(v3, text, title, name, actions, **more)
        _build_proposals(v3, html, actions)
        _build_stack(v3, html, actions)


def _build_proposals(v3: Any, html: Any, actions: Actions) -> None:
    with html.Div(v_if=("proposals >= 0",), classes="sam-row"):
        html.Span("{{ proposals }} outlines: click one", classes="sam-quiet")
        with html.Label(classes="sam-check"):
            html.Input(
                type="checkbox",
                checked=("as_new",),
                change=(actions["new_name"], "[$event.target.checked ? 'Structure' : null]"),
                data_action="as-new",
                __properties=["type", "checked", *ARIA],
                __events=["change"],
            )
            html.Span("as new segment")
        html.Input(
            v_if=("as_new",),
            classes="sam-text",
            value=("new_name",),
            change=(actions["new_name"], "[$event.target.value]"),
            aria_label="Name of the new segments",
            __properties=["value", *ARIA],
            __events=["change"],
        )


def _build_stack(v3: Any, html: Any, actions: Actions) -> None:
    with html.Div(v_if=("stack",), classes="sam-row"):
        html.Span("{{ stack[0] }} of {{ stack[1] }} slices", classes="sam-quiet")
        text_button(
            v3, "Accept {{ stack[2] }}", "Write all these masks, as one undo step", "accept_stack", actions,
            color="success", disabled=("!stack[2] || writing",),
        )  # fmt: skip
        text_button(v3, "Reject", "Drop these masks and their marks", "reject_stack", actions)
