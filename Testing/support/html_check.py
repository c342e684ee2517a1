"""A strict reader of HTML: every tag closed in order, ids unique, nothing fetched from elsewhere."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset({"br", "col", "hr", "img", "link", "meta", "wbr"})


class Page(HTMLParser):
    """A parsed page; an AssertionError tells where it is not well formed.

    Attributes:
        text: all text outside `<style>`.
        tags: (name, attributes) of every element, in order.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self._text: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        assert html.startswith("<!DOCTYPE html>")
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {self._open}"
        self.text = "".join(self._text)
        ids = [attributes["id"] for _, attributes in self.tags if "id" in attributes]
        assert len(ids) == len(set(ids)), sorted(name for name in set(ids) if ids.count(name) > 1)

    def all(self, name: str) -> list[dict[str, str | None]]:
        """Attributes of every element of a name."""
        return [attributes for tag, attributes in self.tags if tag == name]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"attribute twice in {tag} at {self.getpos()}"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        assert "svg" in self._open, f"<{tag}/> outside a drawing"

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, f"</{tag}> closes {self._open[-3:]} at {self.getpos()}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self._text.append(data)
