"""Keys of the effect."""

from __future__ import annotations

import pytest

from support.phantoms import two_boxes_volume


@pytest.fixture
def editing(start_editing):
    return start_editing(two_boxes_volume()[0])


@pytest.fixture
def heard():
    return []


@pytest.fixture
def shortcuts(editing, heard):
    from SAMSegmenterLib.desktop.shortcuts import KEYS, Shortcuts

    made = Shortcuts({name: lambda name=name: heard.append(name) for name in KEYS.values()})
    yield made
    made.remove()


PRESSES = {
    "accept": ("Return", ["control"]),
    "reject": ("Backspace", ["control"]),
    "next": ("Right", ["control"]),
    "previous": ("Left", ["control"]),
    "propagate_up": ("Up", ["control"]),
    "propagate_down": ("Down", ["control"]),
    "undo": ("Z", ["control", "alt"]),
    "redo": ("Y", ["control", "alt"]),
}


@pytest.mark.parametrize("name", PRESSES)
def test_each_key_does_its_action_beside_the_editors_own(editing, shortcuts, heard, name):
    editing.editor.installKeyboardShortcuts()
    shortcuts.install()
    editing.views["Red"].type(*PRESSES[name])
    assert heard == [name]


def test_every_key_is_pressed_here():
    from SAMSegmenterLib.desktop.shortcuts import KEYS

    assert set(KEYS.values()) == set(PRESSES)


def test_keys_do_nothing_before_and_after(editing, shortcuts, heard):
    red = editing.views["Red"]
    red.type("Return", ["control"])
    shortcuts.install()
    shortcuts.remove()
    red.type("Return", ["control"])
    assert heard == []
    shortcuts.remove()


def test_installing_twice_leaves_each_key_once(editing, shortcuts, heard):
    shortcuts.install()
    shortcuts.install()
    editing.views["Red"].type("Return", ["control"])
    assert heard == ["accept"]


def test_no_key_is_one_of_the_editors(editing, shortcuts):
    import qt

    from SAMSegmenterLib.desktop.shortcuts import KEYS

    editing.editor.installKeyboardShortcuts()
    taken = {shortcut.key.toString() for shortcut in editing.editor._shortcuts._shortcuts}
    assert taken and not taken & {qt.QKeySequence(key).toString() for key in KEYS}


def test_without_a_main_window_there_are_no_keys(start_editing, heard):
    from SAMSegmenterLib.desktop.shortcuts import KEYS, Shortcuts

    start_editing(two_boxes_volume()[0], views=False)
    made = Shortcuts(dict.fromkeys(KEYS.values(), lambda: None))
    made.install()
    assert made._shortcuts == []
