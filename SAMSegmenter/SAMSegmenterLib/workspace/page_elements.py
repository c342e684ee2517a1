"""What all parts of the page share: the page's own elements, buttons, headings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Actions = dict[str, Callable[..., None]]
"""What the page can ask for, by name: see `actions.PageActions`."""

ARIA = [
    ("aria_label", "aria-label"),
    ("aria_pressed", "aria-pressed"),
    ("aria_live", "aria-live"),
    ("data_action", "data-action"),
    "title",
    "download",
]
"""Attributes that trame's widgets do not know by themselves."""

_ELEMENTS = {
    "sam-slice": (("view", "image", "overlay", "tool", "label", "hover", "big"), ("act", "grow")),
    "sam-strip": (("strip", "range"), ("go", "choose")),
    "sam-surface": (("meshes", "state", "big", "theme"), ("make", "grow")),
    "sam-keys": (("keys",), (("key_pressed", "key"), "help")),
}
"""Properties and events of the elements in `client`."""


def element(name: str, **bindings: Any) -> Any:
    """One of the page's own elements."""
    from trame_client.widgets.core import AbstractElement

    properties, events = _ELEMENTS[name]
    return AbstractElement(name, __properties=[*properties, "style"], __events=list(events), **bindings)


def icon_button(v3: Any, icon: str, title: str, name: str, actions: Actions, **more: Any) -> Any:
    """A button with a picture; its title is read aloud, and says the key.

    Args:
        name: of the action of "key", and how the button is found on the page.
    """
    return v3.VBtn(
        icon=icon,
        title=title,
        aria_label=title,
        data_action=name,
        **{"click": (actions["key"], f"['{name}']"), "density": "comfortable", "__properties": ARIA, **more},
    )


def text_button(v3: Any, text: str, title: str, name: str, actions: Actions, **more: Any) -> Any:
    """A button with words."""
    return v3.VBtn(
        text,
        title=title,
        data_action=name,
        **{
            "click": (actions["key"], f"['{name}']"),
            "size": "small",
            "variant": "tonal",
            "__properties": ARIA,
            **more,
        },
    )


def section(html: Any, title: str, is_open: bool = True, **more: Any) -> Any:
    """A heading that opens and closes what is laid out within it."""
    found = html.Details(classes="sam-section", raw_attrs=["open"] if is_open else [], **more)
    with found:
        html.Summary(title)
    return found


def choice(html: Any, state: Any, label: str, items: Any, value: str, changed: Any) -> None:
    """A list to choose from; `items` are (value, name) pairs.

    Args:
        state: of trame; it gets the list.
        value: the variable, and how the list is found on the page.
        changed: what is done with `$event.target.value`.
    """
    state[f"choices_{value}"] = [list(item) for item in items]
    with html.Label(classes="sam-choice"):
        html.Span(label)
        with html.Select(
            classes="sam-text",
            value=(value,),
            change=changed,
            data_action=value,
            __properties=["value", *ARIA],
            __events=["change"],
        ):
            html.Option(
                "{{ item[1] }}",
                v_for=f"item in choices_{value}",
                key=("item[0]",),
                value=("item[0]",),
                selected=(f"item[0] === {value}",),
                __properties=["value", "selected"],
            )
