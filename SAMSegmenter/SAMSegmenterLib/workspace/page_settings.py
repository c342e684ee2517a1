"""The settings on the page: window, clean-up, preview, model."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.session.choice_words import keep_choices, window_choices
from SAMSegmenterLib.workspace.page_elements import ARIA, Actions, choice, section


def build_settings(html: Any, state: Any, models: list[str], actions: Actions) -> None:
    """Lay out what the model is shown, what is done to its masks, and which model it is."""
    with section(html, "Window, clean-up and model", is_open=False):
        choice(html, state, "Window", window_choices(), "window", (actions["window"], "[$event.target.value]"))
        choice(html, state, "Parts", keep_choices(), "keep", (actions["cleanup"], "['keep', $event.target.value]"))
        with html.Div(classes="sam-row"):
            for name, label, step in (("smooth_px", "Smooth, px", 0.5), ("minimum_mm2", "Smallest part, mm\u00b2", 1)):
                with html.Label(classes="sam-labelled"):
                    html.Span(label)
                    html.Input(
                        type="number",
                        min="0",
                        step=str(step),
                        classes="sam-text sam-number",
                        value=(name,),
                        change=(actions["cleanup"], f"['{name}', Number($event.target.value)]"),
                        data_action=name,
                        __properties=["type", "min", "step", "value", *ARIA],
                        __events=["change"],
                    )
        with html.Div(classes="sam-row"):
            _check(html, "fill_holes", "Fill holes", (actions["cleanup"], "['fill_holes', $event.target.checked]"))
            _check(html, "hover", "Preview under the mouse", (actions["hover"], "[$event.target.checked]"))
        names = [(name, name) for name in models]
        choice(html, state, "Model", names, "model", (actions["model"], "[$event.target.value]"))
        html.P(
            "{{ model }}{{ device ? ' on ' + device : '' }}{{ latency < 0 ? '' : ', last mask ' + latency + ' ms' }}",
            classes="sam-quiet",
        )


def _check(html: Any, name: str, text: str, changed: Any) -> None:
    with html.Label(classes="sam-check"):
        html.Input(
            type="checkbox",
            checked=(name,),
            change=changed,
            data_action=name,
            __properties=["type", "checked", *ARIA],
            __events=["change"],
        )
        html.Span(text)
