"""Markup from Python: every string is escaped unless it is markup already."""

from __future__ import annotations

import re
from html import escape as escape_text
from typing import Any

VOID_ELEMENTS = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "wbr"})
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class Html(str):
    """Markup that may stand in the page as it is."""

    __slots__ = ()


def escape(text: Any) -> Html:
    """Text as markup; characters that HTML forbids become the replacement character."""
    return text if isinstance(text, Html) else Html(escape_text(_FORBIDDEN.sub("\ufffd", str(text))))


def join(parts: Any, between: str = "") -> Html:
    """Several parts one after the other, each escaped unless it is markup; None is left out."""
    return Html(escape(between).join(escape(part) for part in parts if part is not None))


def element(name: str, /, *children: Any, **attributes: Any) -> Html:
    """One element.

    Args:
        name: of the element.
        children: text, which is escaped, or markup; None is left out.
        attributes: `class_` and `for_` lose their underscore, other underscores become hyphens. True gives the bare
            name, None and False leave the attribute out.
    """
    opening = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    if name in VOID_ELEMENTS:
        return Html(opening)
    return Html(f"{opening}{join(children)}</{name}>")


def paragraph(*children: Any, **attributes: Any) -> Html:
    """A `<p>`."""
    return element("p", *children, **attributes)


def bullets(items: Any) -> Html:
    """A `<ul>` with one entry per item."""
    return element("ul", *(element("li", item) for item in items))


def section(identifier: str, heading: str, *children: Any) -> Html:
    """A part of the page with a heading of the second level, to which `#identifier` leads."""
    title = element("h2", heading, id=f"{identifier}-heading")
    return element("section", title, *children, id=identifier, aria_labelledby=f"{identifier}-heading")


def details(summary: Any, *children: Any, is_open: bool = False) -> Html:
    """A part that the reader opens; printing opens it, too."""
    return element("details", element("summary", summary), *children, open=is_open)


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    key = name.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(value)}"'
