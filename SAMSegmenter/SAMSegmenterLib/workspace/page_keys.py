"""Keys of the page."""

KEYS = {
    "p": "positive",
    "n": "negative",
    "b": "box",
    "a": "accept",
    "Enter": "accept",
    "Escape": "reject",
    "]": "next",
    "[": "previous",
    "Ctrl+z": "undo",
    "Ctrl+y": "redo",
    "Delete": "clear",
}
"""Key to action; arrows, + and - move and zoom the slice that has the focus."""
