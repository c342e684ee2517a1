"""The user's preferences in the application's settings, as `SAMSegmenter/<field>`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import qt

from SAMSegmenterLib.session.preferences import Preferences, preferences_from

GROUP = "SAMSegmenter"


def read_preferences(settings: Any = None) -> Preferences:
    """What the user chose; the rest is as by default.

    Args:
        settings: a `QSettings`; the application's own when None.
    """
    store = settings if settings is not None else qt.QSettings()
    return preferences_from(lambda name: store.value(f"{GROUP}/{name}"))


def write_preferences(preferences: Preferences, settings: Any = None) -> None:
    """Keep the user's choices."""
    store = settings if settings is not None else qt.QSettings()
    for name, value in asdict(preferences).items():
        store.setValue(f"{GROUP}/{name}", value)
