"""What all parts of the page share: the page's own elements and the attributes that assistive technology reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Actions = dict[str, Callable[..., None]]
"""What the page can ask for, by name: see `actions.PageActions`."""

ARIA = [("aria_label", "aria-label"), ("data_action", "data-action"), "title"]
"""Attributes that trame's widgets do not know by themselves."""


def elements(server: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The page's own elements, see `client/slice_view.js`."""
    from trame_client.widgets.core import AbstractElement

    def slice_view(**bindings: Any) -> Any:
        return AbstractElement("sam-slice", __properties=["view", "tool"], __events=["act"], **bindings)

    def keys(**bindings: Any) -> Any:
        return AbstractElement("sam-keys", __properties=["keys"], __events=[("key_pressed", "key")], **bindings)

    return slice_view, keys
