"""Stands for the user at Slicer's message boxes, which stop everything until they are answered."""

from __future__ import annotations

from support.desktop.complaints import log

_answers: list[str] = []
asked: list[str] = []
"""Titles of the questions so far; tests may clear it."""


def answer(*texts: str) -> None:
    """Say beforehand what the user will answer to the next questions: "yes", "no" or "cancel"."""
    _answers.extend(texts)


def ask(title: str, choices: tuple[str, ...]) -> str:
    """A message box.

    Returns:
        The next answer; without one the last of the choices, and a complaint.
    """
    asked.append(title)
    if not _answers:
        log.add("dialog", f"nobody answers: {title}")
        return choices[-1]
    given = _answers.pop(0)
    if given not in choices:
        raise ValueError(f"{title!r} cannot be answered with {given!r}")
    return given


def forget() -> None:
    """Forget answers that were not used, and what was asked."""
    _answers.clear()
    asked.clear()
