"""A scene as one file that Slicer opens."""

from __future__ import annotations

import logging
import shutil
import tempfile
from pathlib import Path
from typing import Any

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import StoreError
from SAMSegmenterLib.scene.native_output import native_output

logger = logging.getLogger(__name__)


def write_scene_file(scene: Any, path: Path) -> None:
    """Write a `vtkMRMLScene` with all its data as an .mrb file, which appears whole or not at all.

    Slicer packs into a folder beside the file and names the scene after it, so it works in a folder of its own.

    Raises:
        StoreError: the file cannot be written.

    Thread: main.
    """
    with tempfile.TemporaryDirectory(prefix="sam-scene-") as folder, atomic_path(path) as temporary:
        packed = Path(folder, f"{path.stem or 'scene'}.mrb")
        if not _pack(scene, packed):
            hint = f"A disk may be full, this one or that of {tempfile.gettempdir()}: free some space and try again."
            raise StoreError(f"Slicer could not write {path}.", hint)
        shutil.copyfile(packed, temporary)


def _pack(scene: Any, packed: Path) -> bool:
    scene.SetRootDirectory(str(packed.parent))
    scene.SetURL(str(packed))
    with native_output() as said:  # Slicer tells of every file that it packs, and at length of those that it cannot
        done = bool(scene.WriteToMRB(str(packed)))
    logger.debug("%s", said[0])
    return done
