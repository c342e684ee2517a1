"""Imports what the effect needs bit by bit while nothing else happens, so that the Segment Editor opens without a wait.

Together the parts take a quarter of a second on a fast computer and more on a slow one. PyTorch is none of them: the
worker imports it when the effect becomes active.
"""

from __future__ import annotations

import importlib
import logging

import qt

logger = logging.getLogger(__name__)

PARTS = (
    "core.prompt_file",
    "core.prompt_marks",
    "session.model_service",
    "session.prompt_book",
    "core.propagation",
    "session.propagation_run",
    "session.editing_session",
    "scene.edit_rules",
    "scene.logic_provider",
    "scene.editing_nodes",
    "desktop.effect_session",
    "desktop.view_overlays",
    "desktop.effect_panel",
    "desktop.effect_controller",
)
"""Modules of the library, each after those that it imports, so that each is little work."""

DELAY_MS, PAUSE_MS = 500, 20


def warm_up() -> None:
    """Begin soon; returns at once."""
    qt.QTimer.singleShot(DELAY_MS, lambda: import_part(0))


def import_part(number: int) -> None:
    """Import one of `PARTS`, and the next one a little later."""
    try:
        importlib.import_module(f"SAMSegmenterLib.{PARTS[number]}")
    except Exception as error:  # noqa: BLE001 - the effect says what is wrong when it is used
        logger.debug("%s cannot be imported: %s", PARTS[number], error)
        return
    if number + 1 < len(PARTS):
        qt.QTimer.singleShot(PAUSE_MS, lambda: import_part(number + 1))
