"""The questions that panels ask; tests answer them by an object with the same methods."""

from __future__ import annotations

from typing import Any

import qt
from slicer.i18n import tr as _


class Dialogs:
    """Message boxes and file choosers over a widget."""

    def __init__(self, parent: Any = None) -> None:
        self._parent = parent

    def confirm(self, title: str, text: str, details: str, accept: str) -> bool:
        """Ask for consent; closing the box declines.

        Args:
            title: of the window.
            text: the question.
            details: shown below it, plain text.
            accept: what the button says that consents.
        """
        box = qt.QMessageBox(self._parent)
        box.setWindowTitle(title)
        box.setTextFormat(qt.Qt.PlainText)  # not of the informative text, which may hold what looks like markup
        box.setText("\n\n".join(filter(None, (text, details))))
        consent = box.addButton(accept, qt.QMessageBox.AcceptRole)
        box.setDefaultButton(box.addButton(qt.QMessageBox.Cancel))
        box.exec_()
        accepted = box.clickedButton() == consent  # not by its text: some desktops put a shortcut's mark into it
        box.deleteLater()
        return accepted

    def show_text(self, title: str, text: str) -> None:
        """Show a long text, in Markdown where Qt can."""
        dialog = qt.QDialog(self._parent)
        dialog.setWindowTitle(title)
        dialog.resize(640, 520)
        layout = qt.QVBoxLayout(dialog)
        browser = qt.QTextBrowser()
        browser.setOpenExternalLinks(True)
        if hasattr(browser, "setMarkdown"):
            browser.setMarkdown(text)
        else:
            browser.setPlainText(text)
        close = qt.QPushButton(_("Close"))
        close.connect("clicked()", dialog.accept)
        layout.addWidget(browser)
        layout.addWidget(close)
        dialog.exec_()
        dialog.deleteLater()

    def choose_file(self, title: str, pattern: str) -> str:
        """Path of an existing file, empty when the user changed their mind."""
        chosen = qt.QFileDialog.getOpenFileName(self._parent, title, "", pattern)
        return _path(chosen)

    def choose_folder(self, title: str, start: str) -> str:
        """Path of a folder, empty when the user changed their mind."""
        return _path(qt.QFileDialog.getExistingDirectory(self._parent, title, start))


def _path(chosen: Any) -> str:
    """PythonQt gives the path alone, other bindings the path and the pattern."""
    if isinstance(chosen, str):
        return chosen
    return str(chosen[0]) if chosen else ""
