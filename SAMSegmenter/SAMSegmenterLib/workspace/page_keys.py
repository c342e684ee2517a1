"""Keys of the page, and what the help says of them."""

KEYS = {
    "p": "positive",
    "n": "negative",
    "o": "point",
    "b": "box",
    "s": "scribble",
    "l": "lasso",
    "k": "pick",
    "a": "accept",
    "Enter": "accept",
    "Escape": "reject",
    "]": "next",
    "[": "previous",
    "Ctrl+z": "undo",
    "Ctrl+y": "redo",
    "Ctrl+Shift+z": "redo",
    "Delete": "clear",
    "g": "propagate",
    "w": "worst",
    "x": "stop_mark",
    "e": "edit_carried",
    "Ctrl+ArrowUp": "carry_up",
    "Ctrl+ArrowDown": "carry_down",
    "Ctrl+Enter": "accept_carried",
    "Ctrl+Backspace": "reject_carried",
    ".": "cancel",
}
"""Key to action; arrows, + and - move and zoom the slice that has the focus."""

HELP = (
    (
        "Mark",
        (
            ("Click", "mark with the chosen tool"),
            ("Ctrl+click", "mark as outside"),
            ("Drag a mark", "move it; a box by its sides and corners"),
            ("Right click on a mark", "remove it"),
            ("P, N", "marks say inside, outside"),
            ("O, B, S, L", "point, box, scribble, lasso"),
            ("K", "propose structures, and pick one by a click"),
            ("Space on a view", "mark the place of the cross-hair"),
        ),
    ),
    (
        "Decide",
        (
            ("Enter", "accept the mask"),
            ("Escape", "reject it"),
            ("[ and ]", "other masks"),
            ("Ctrl+Z, Ctrl+Y", "undo, redo"),
            ("Delete", "remove the marks of the slice"),
            (".", "stop what is under way"),
        ),
    ),
    (
        "From slice to slice",
        (
            ("G", "propagate"),
            ("Ctrl+Up, Ctrl+Down", "one slice"),
            ("W", "go to the worst slice"),
            ("E", "edit the prompts that were carried here"),
            ("X", "stop mark"),
            ("Ctrl+Enter", "accept all"),
            ("Ctrl+Backspace", "reject all"),
            ("Left, Right on the strip", "slice by slice; with Shift choose a range"),
        ),
    ),
    (
        "Look",
        (
            ("Wheel, Up, Down", "scroll"),
            ("Page Up, Page Down", "five slices"),
            ("Ctrl+wheel, + and -", "zoom"),
            ("Alt+drag", "pan"),
            ("Right drag", "change the window"),
            ("Shift+drag, Shift+arrows", "move the cross-hair: other views follow"),
            ("Name below a view", "make it the large one"),
            ("?", "this help"),
        ),
    ),
)
"""Headings, each with keys and what they do."""
