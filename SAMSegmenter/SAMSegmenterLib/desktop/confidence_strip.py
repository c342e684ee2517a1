"""A strip with a bar per slice: how far propagation trusts each, which one is shown, and which are chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from SAMSegmenterLib.session.strip_layout import Slice, StripContent, StripLayout, confidence_colour

_HEIGHT, _ABOVE, _BELOW = 72, 12, 12
"""Pixels: of the strip, of its marks above the bars, and of those below."""

_KEYS = ("Left", "Right", "Home", "End", "W", "Escape")
"""Keys of the strip; the Segment Editor has some of them for itself while the strip has not the focus."""


class ConfidenceStrip(qt.QWidget):
    """Slices from left to right.

    A bar's height and colour say how far a slice is trusted; a bar that is only outlined was rejected. A diamond above
    a bar in the colour of text is a keyframe, a hammer from top to bottom a stop mark, an arrow above the slice with
    the least confidence, a line below what is in the segment already, and a frame with a triangle the slice shown.

    A click goes to a slice, a drag chooses a range. Left, Right, Home and End go on, with Shift they choose, W goes to
    the worst slice, and Escape chooses nothing.

    Args:
        on_go: called with the number of the slice to show.
        on_range: called with the first and the last slice when the user chose some, and with None for none.
        words: says in words what is known of a slice.
    """

    def __init__(
        self,
        on_go: Callable[[int], None],
        on_range: Callable[[tuple[int, int] | None], None],
        words: Callable[[StripContent, int], str],
    ) -> None:
        qt.QWidget.__init__(self)
        self._on_go, self._on_range, self._words = on_go, on_range, words
        self.content = StripContent()
        self.chosen: tuple[int, int] | None = None
        self._pressed_at: int | None = None
        self._anchor: int | None = None
        self._is_drag = False
        self._told: int | None = None
        self.setMinimumSize(120, _HEIGHT)
        self.setMaximumHeight(_HEIGHT)
        self.setFocusPolicy(qt.Qt.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Confidence per slice"))
        self.setToolTip(_help_text())
        self.installEventFilter(self)  # the window's shortcuts come before `keyPressEvent`

    def show_content(self, content: StripContent) -> None:
        """Show other slices; the range chosen stays as far as they reach."""
        if content == self.content:
            return
        self.content = content
        ends = content.ends
        if self.chosen is not None and (ends is None or self.chosen[0] > ends[1] or self.chosen[1] < ends[0]):
            self.choose(None)
        self._told = None
        self.setAccessibleDescription("" if content.shown is None else self._words(content, content.shown))
        self.update()

    def choose(self, chosen: tuple[int, int] | None) -> None:
        """Choose a range of slices, None for none, and tell."""
        if chosen != self.chosen:
            self.chosen = chosen
            self._on_range(chosen)
            self.update()

    def let_go(self) -> None:
        """Tell nobody any more."""
        self._on_go = self._on_range = lambda _one: None
        self.removeEventFilter(self)

    def eventFilter(self, _watched: Any, event: Any) -> bool:
        """Keep keys of the strip from the window's shortcuts while the strip has the focus."""
        if event.type() == qt.QEvent.ShortcutOverride and self._key(event):
            event.accept()
            return True
        return False

    def keyPressEvent(self, event: Any) -> None:
        """Go on, or choose."""
        key, ends = self._key(event), self.content.ends
        if not key:
            event.ignore()
            return
        if key == "Escape":
            self.choose(None)
        elif key == "W":
            self._go(self.content.worst)
        else:
            self._step(key, ends, bool(event.modifiers() & qt.Qt.ShiftModifier))

    def mousePressEvent(self, event: Any) -> None:
        """Begin a click or a drag."""
        if event.button() == qt.Qt.LeftButton and self.content.ends is not None:
            self._pressed_at, self._is_drag = self._places().index_at(_x_of(event)), False

    def mouseMoveEvent(self, event: Any) -> None:
        """Choose, or say what the mouse is over."""
        if self.content.ends is None:
            return
        index = self._places().index_at(_x_of(event))
        if self._pressed_at is not None and (self._is_drag or index != self._pressed_at):
            self._is_drag = True
            self.choose((min(index, self._pressed_at), max(index, self._pressed_at)))
        if index != self._told:
            self._told = index
            self.setToolTip(f"{self._words(self.content, index)}\n{_help_text()}")

    def mouseReleaseEvent(self, event: Any) -> None:
        """Go to the slice that was clicked."""
        if event.button() != qt.Qt.LeftButton:
            return
        index, self._pressed_at = self._pressed_at, None
        if index is not None and not self._is_drag:
            self._anchor = None
            self._go(index)

    def leaveEvent(self, _event: Any) -> None:
        """The mouse is gone."""
        self._told = None

    def paintEvent(self, _event: Any) -> None:
        """Draw everything."""
        painter = qt.QPainter(self)
        try:
            self._paint(painter)
        finally:
            painter.end()  # Qt complains of a painter that outlives the event, which Python's garbage may

    def _paint(self, painter: Any) -> None:
        width, height, palette = self.width, self.height, self.palette
        background, text = palette.color(qt.QPalette.Base), palette.color(qt.QPalette.Text)
        painter.fillRect(0, 0, width, height, qt.QBrush(background))
        highlight = palette.color(qt.QPalette.Highlight)
        if self.content.ends is not None:
            places = self._places()
            self._paint_chosen(painter, places, highlight)
            on_dark = background.lightness() < 128
            for one in places.one_per_place(self.content.slices):
                self._paint_bar(painter, places, one, on_dark, text)
            self._paint_marks(painter, places, on_dark, text)
            self._paint_shown(painter, places, text)
        edge = highlight if self.hasFocus() else palette.color(qt.QPalette.Mid)
        _outline(painter, (0, 0, width, height), edge)

    def _paint_chosen(self, painter: Any, places: StripLayout, highlight: Any) -> None:
        if self.chosen is None:
            return
        first, last = max(self.chosen[0], places.first), min(self.chosen[1], places.last)
        left, right = places.left(first), places.left(last) + places.size(last)
        shade = qt.QColor(highlight.red(), highlight.green(), highlight.blue(), 70)
        painter.fillRect(left, 0, right - left, self.height, qt.QBrush(shade))
        for x in (left, right - 2):
            painter.fillRect(x, 0, 2, self.height, qt.QBrush(highlight))

    def _paint_bar(self, painter: Any, places: StripLayout, one: Slice, on_dark: bool, text: Any) -> None:
        room = self.height - _ABOVE - _BELOW
        tall = max(3, round(min(1.0, max(0.0, one.confidence)) * room))
        left, wide = places.left(one.index), places.size(one.index)
        wide -= 1 if wide > 3 else 0
        is_keyframe = one.index in self.content.keyframes
        colour = text if is_keyframe else qt.QColor(*confidence_colour(one.confidence, on_dark))
        bar = (left, self.height - _BELOW - tall, wide, tall)
        if one.final:
            painter.fillRect(*bar, qt.QBrush(colour))
        else:
            _outline(painter, bar, colour)
        if one.is_accepted or is_keyframe:
            painter.fillRect(left, self.height - _BELOW + 1, wide, 2, qt.QBrush(text))

    def _paint_marks(self, painter: Any, places: StripLayout, on_dark: bool, text: Any) -> None:
        for index in self.content.keyframes:
            _diamond(painter, places.middle(index), _ABOVE // 2, text)
        for index in self.content.stop_marks:
            middle = places.middle(index)
            painter.fillRect(middle - 1, 2, 2, self.height - _BELOW - 2, qt.QBrush(text))
            painter.fillRect(middle - 4, 1, 8, 4, qt.QBrush(text))
        worst = self.content.worst
        if worst is not None and places.first <= worst <= places.last:
            colour = qt.QColor(*confidence_colour(0.0, on_dark))
            _triangle(painter, places.middle(worst), _ABOVE - 3, 6, -1, colour)

    def _paint_shown(self, painter: Any, places: StripLayout, text: Any) -> None:
        shown = self.content.shown
        if shown is None or not places.first <= shown <= places.last:
            return
        left, wide = places.left(shown), max(3, places.size(shown))
        _outline(painter, (left, _ABOVE - 1, wide, self.height - _ABOVE - _BELOW + 2), text)
        _triangle(painter, places.middle(shown), self.height - _BELOW + 4, 6, 1, text)

    def _places(self) -> StripLayout:
        return StripLayout(*self.content.ends, max(1, self.width))

    def _go(self, index: int | None) -> None:
        if index is not None:
            self._on_go(index)

    def _step(self, key: str, ends: tuple[int, int], choosing: bool) -> None:
        first, last = ends
        shown = self.content.shown
        start = shown if shown is not None and first <= shown <= last else first
        index = {"Home": first, "End": last, "Left": start - 1, "Right": start + 1}[key]
        index = min(max(index, first), last)
        if choosing:
            self._anchor = start if self._anchor is None else self._anchor
            self.choose((min(self._anchor, index), max(self._anchor, index)))
        else:
            self._anchor = None
        self._go(index)

    def _key(self, event: Any) -> str:
        """Which key of the strip it is, empty for none of them, and while it has nothing to do."""
        modifiers = event.modifiers()
        if self.content.ends is None or (event.key() == qt.Qt.Key_Escape and self.chosen is None):
            return ""
        if modifiers & qt.Qt.ControlModifier or modifiers & qt.Qt.AltModifier:
            return ""
        return next((name for name in _KEYS if event.key() == getattr(qt.Qt, f"Key_{name}")), "")


def _help_text() -> str:
    return (
        _("Click to go to a slice, drag to choose some. Arrow keys, Home and End go on; W goes to the worst slice.")
        + "\n"
        + _("Outlined: rejected. Line below: in the segment. Diamond: keyframe. Hammer: stop mark. Arrow: worst slice.")
    )


def _x_of(event: Any) -> int:
    place = event.position() if hasattr(event, "position") else event.pos()  # Qt 6, Qt 5
    return int(place.x())


def _outline(painter: Any, box: tuple[int, int, int, int], colour: Any) -> None:
    """A rectangle a pixel thick, within (left, top, width, height)."""
    left, top, wide, tall = box
    brush = qt.QBrush(colour)
    painter.fillRect(left, top, wide, 1, brush)
    painter.fillRect(left, top + tall - 1, wide, 1, brush)
    painter.fillRect(left, top, 1, tall, brush)
    painter.fillRect(left + wide - 1, top, 1, tall, brush)


def _triangle(painter: Any, x: int, y: int, size: int, way: int, colour: Any) -> None:
    """A triangle with its tip at a place, growing downwards for 1 and upwards for -1."""
    for row in range(size):
        painter.fillRect(x - row, y + way * row, 2 * row + 1, 1, qt.QBrush(colour))


def _diamond(painter: Any, x: int, y: int, colour: Any) -> None:
    for row in range(-4, 5):
        half = 4 - abs(row)
        painter.fillRect(x - half, y + row, 2 * half + 1, 1, qt.QBrush(colour))
