from __future__ import annotations

import pytest


@pytest.fixture
def answer(a_stand_in):
    """`answer(text)`: press the button with this text, or close the box, as soon as a box is open."""
    import qt

    def later(text):
        def press():
            box = next(window for window in qt.QApplication.topLevelWidgets() if type(window) is qt.QMessageBox)
            buttons = [button for button in box.buttons() if button.text == text]
            seen.append((box.text, box.textFormat == qt.Qt.PlainText))
            if buttons:
                buttons[0].click()
            else:
                box.reject()

        qt.QTimer.singleShot(50, press)

    seen = later.seen = []
    return later


def test_only_the_button_that_consents_consents(answer):
    from SAMSegmenterLib.desktop.dialogs import Dialogs

    dialogs = Dialogs()
    answer("Install")
    assert dialogs.confirm("Title", "Question?", "Details <b>as they are</b>", "Install") is True
    answer("Cancel")
    assert dialogs.confirm("Title", "Question?", "", "Install") is False
    answer("nothing: the box is closed")
    assert dialogs.confirm("Title", "Question?", "", "Install") is False
    assert answer.seen[:2] == [("Question?\n\nDetails <b>as they are</b>", True), ("Question?", True)]


def test_a_desktop_may_mark_a_shortcut_in_the_buttons_text(answer, monkeypatch):
    import qt

    from SAMSegmenterLib.desktop.dialogs import Dialogs

    add = qt.QMessageBox.addButton

    def add_marked(self, first, *role):
        button = add(self, first, *role)
        button.text = f"&{button.text}"
        return button

    monkeypatch.setattr(qt.QMessageBox, "addButton", add_marked)
    answer("&Install")
    assert Dialogs().confirm("Title", "Question?", "", "Install") is True


def test_chosen_paths_are_texts_whatever_the_binding_gives(a_desktop, monkeypatch):
    import qt

    from SAMSegmenterLib.desktop.dialogs import Dialogs

    for given, path in (("/a", "/a"), (("/a", "*.pth"), "/a"), ("", ""), (("", ""), "")):
        monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", lambda *_, given=given: given)
        assert Dialogs().choose_file("Title", "*.pth") == path
