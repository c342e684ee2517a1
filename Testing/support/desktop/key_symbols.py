"""Stands for the part of VTK's Qt adapter that names keys as X does."""

from __future__ import annotations

from PySide6.QtCore import Qt

_KEYS = {
    Qt.Key_Escape: "Escape",
    Qt.Key_Return: "Return",
    Qt.Key_Enter: "KP_Enter",
    Qt.Key_Tab: "Tab",
    Qt.Key_Backtab: "Tab",
    Qt.Key_Backspace: "BackSpace",
    Qt.Key_Delete: "Delete",
    Qt.Key_Insert: "Insert",
    Qt.Key_Home: "Home",
    Qt.Key_End: "End",
    Qt.Key_PageUp: "Prior",
    Qt.Key_PageDown: "Next",
    Qt.Key_Left: "Left",
    Qt.Key_Right: "Right",
    Qt.Key_Up: "Up",
    Qt.Key_Down: "Down",
    Qt.Key_Shift: "Shift_L",
    Qt.Key_Control: "Control_L",
    Qt.Key_Alt: "Alt_L",
    Qt.Key_Space: "space",
    **{getattr(Qt, f"Key_F{number}"): f"F{number}" for number in range(1, 13)},
}
_CHARACTERS = {
    **{"+": "plus", "-": "minus", "*": "asterisk", "/": "slash", ",": "comma", ".": "period", " ": "space"},
    **{"<": "less", ">": "greater", "=": "equal", "[": "bracketleft", "]": "bracketright", "_": "underscore"},
    **{"#": "numbersign", "'": "apostrophe", ";": "semicolon", ":": "colon", "?": "question", "!": "exclam"},
}


def key_symbol(key: int, character: str) -> str:
    """The symbol of a key: "Escape", "Left", "plus", "a"."""
    if key in _KEYS:
        return _KEYS[key]
    if character and character.isprintable():
        return _CHARACTERS.get(character, character)
    if 0x20 < key < 0x7F:  # with Ctrl there is no text
        return _CHARACTERS.get(chr(key).lower(), chr(key).lower())
    return "None"
