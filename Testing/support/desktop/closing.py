"""Ends what tests of the Segment Editor leave behind: editors, registered effects, views, answers, settings."""

from __future__ import annotations

import slicer
from PySide6.QtCore import QSettings

from support.desktop import questions, subject_hierarchy
from support.desktop.editor_widget import live_editors
from support.desktop.effect_factory import qSlicerSegmentEditorEffectFactory


def close_editing() -> None:
    """As if Slicer ended; cheap when nothing was used."""
    slicer.modules.segmenteditor._forget()
    for editor in list(live_editors):
        editor._destroy()
    qSlicerSegmentEditorEffectFactory.instance()._forget_all()
    slicer.app._close_window()
    subject_hierarchy.stop()
    questions.forget()
    QSettings().clear()
