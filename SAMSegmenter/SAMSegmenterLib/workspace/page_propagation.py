"""The part of the page that carries masks from slice to slice: how far, how it went, what becomes of it."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import ARIA, Actions, element, section, text_button

RANGE = {"carry_range": "end", "carry_first": 0, "carry_last": 0, "carry_all": False, "chosen_range": None}
"""What the user chose here and did not ask for yet, as the page begins."""

REQUEST = (
    "{first: carry_range === 'end' ? null : Number(carry_first),"
    " last: carry_range === 'end' ? null : Number(carry_last), all: carry_all}"
)
"""What is chosen here, as `Carrying.propagate` wants it."""

_WAITING = (
    "strip.slices.some(([index, , , kind]) =>"
    " kind === 'waiting' && index >= chosen_range[0] && index <= chosen_range[1])"
)
"""Whether a slice of the chosen range waits for acceptance."""


def build_propagation(v3: Any, html: Any, actions: Actions) -> None:
    """Lay out range, start, and what can be done with the results."""
    with section(html, "From slice to slice"):
        _build_range(html)
        with html.Div(classes="sam-row"):
            text_button(
                v3, "Propagate", "Carry the accepted slices, or the mask shown, to their neighbours (G)", "propagate",
                actions, click=(actions["propagate"], f"[{REQUEST}]"), color="primary", variant="flat",
                disabled=("!carrying.start || carrying.running",),
            )  # fmt: skip
            for name, icon, title in (
                ("carry_up", "\u25b2", "Carry the mask one slice up, and go there (Ctrl+Up)"),
                ("carry_down", "\u25bc", "Carry the mask one slice down, and go there (Ctrl+Down)"),
            ):
                text_button(
                    v3, icon, title, name, actions, disabled=("!carrying.start || carrying.running",),
                    aria_label=title, classes="sam-narrow",
                )  # fmt: skip
            text_button(
                v3, "Stop mark", "Say that the structure does not reach this slice, or take that back (X)", "stop_mark",
                actions, disabled=("!carrying.start",), aria_pressed=("carrying.stopped",),
                color=("carrying.stopped ? 'warning' : undefined",),
            )  # fmt: skip
        with html.Div(v_if=("carrying.running",), classes="sam-row"):
            v3.VProgressLinear(
                model_value=("carrying.share",), indeterminate=("carrying.share === 0",), height=6, color="primary"
            )
        _build_results(v3, html, actions)


def _build_range(html: Any) -> None:
    with html.Div(classes="sam-row"):
        with html.Select(
            classes="sam-text",
            value=("carry_range",),
            change=(
                "carry_range = $event.target.value;"
                " if (carry_range !== 'end' && carry_first === carry_last)"
                " { carry_first = carrying.first; carry_last = carrying.last; }"
            ),
            aria_label="How far",
            data_action="carry-range",
            __properties=["value", *ARIA],
            __events=["change"],
        ):
            html.Option("Until the structure ends", value="end")
            html.Option("Between two slices", value="slices")
        with html.Label(classes="sam-check", title="Carry all segments that have accepted slices, without overlap"):
            html.Input(type="checkbox", v_model=("carry_all",), data_action="carry-all", __properties=["type", *ARIA])
            html.Span("all segments")
    with html.Div(v_if=("carry_range !== 'end'",), classes="sam-row"):
        for name, label in (("carry_first", "First slice"), ("carry_last", "Last slice")):
            html.Input(
                type="number",
                classes="sam-text sam-number",
                v_model=(name,),
                min=("carrying.first",),
                max=("carrying.last",),
                aria_label=label,
                title=label,
                __properties=["type", "min", "max", *ARIA],
            )
            html.Button(
                "Here",
                type="button",
                classes="sam-link",
                click=f"{name} = carrying.here",
                title=f"{label}: the one that is shown",
                __properties=["type", *ARIA],
            )


def _build_results(v3: Any, html: Any, actions: Actions) -> None:
    with html.Div(v_if=("carrying.results",), classes="sam-row"):
        text_button(
            v3, "Worst slice", "Go to the slice of least confidence; correct and accept it (W)", "worst", actions,
            disabled=("strip.worst < 0",),
        )  # fmt: skip
        text_button(
            v3, "Edit carried", "Make the prompts that were carried to this slice your own (E)", "edit_carried",
            actions, disabled=("!carrying.editable",),
        )  # fmt: skip
    with html.Div(v_if=("carrying.results",), classes="sam-row"):
        text_button(
            v3, "Accept all", "Write all these masks, as one undo step (Ctrl+Enter)", "accept_carried", actions,
            color="success", variant="flat", disabled=("!carrying.ready || writing",),
        )  # fmt: skip
        text_button(
            v3, "Accept {{ chosen_range[0] }}-{{ chosen_range[1] }}", "Write the masks of this range of slices",
            "accept_range", actions, v_if=("chosen_range",), color="success", disabled=(f"!({_WAITING}) || writing",),
            click=(actions["accept_range"], "[chosen_range[0], chosen_range[1]]"),
        )  # fmt: skip
        text_button(v3, "Reject", "Drop these masks (Ctrl+Backspace)", "reject_carried", actions)
    html.P("{{ line }}", v_for="line in carrying.ends", key=("line",), classes="sam-quiet")


def build_strip(actions: Actions) -> None:
    """Lay out the strip of slices, where there is something on it."""
    element(
        "sam-strip",
        v_if=("strip.last >= strip.first",),
        key=("case_number",),
        strip=("strip",),
        range=("chosen_range",),
        go=(actions["go_to"], "[$event]"),
        choose="chosen_range = $event",
    )
