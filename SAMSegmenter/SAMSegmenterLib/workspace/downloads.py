"""The segmentation as a file that the browser saves."""

from __future__ import annotations

import asyncio
import tempfile
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from SAMSegmenterLib.core.errors import SAMError, StoreError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.files.writing import write_labels
from SAMSegmenterLib.scene.case_scene import write_case_scene
from SAMSegmenterLib.session.notices import Notice
from SAMSegmenterLib.workspace.case_keeper import CaseKeeper
from SAMSegmenterLib.workspace.own_process import own_process
from SAMSegmenterLib.workspace.pictures import Colour

SCENE = ".mrb"
ENDINGS = (".seg.nrrd", ".nii.gz", SCENE)


def add_downloads(app: Any, keeper: CaseKeeper) -> None:
    """Have an aiohttp application answer `save/segmentation.seg.nrrd`, `.nii.gz` and `.mrb`."""
    from aiohttp import web

    async def save(request: Any) -> Any:
        ending = request.match_info["ending"]
        if ending not in ENDINGS:
            raise web.HTTPNotFound(text="There is no such file.")
        case = keeper.controller.case
        try:
            state, copy = case.state(), case.copy()
            colours = {row.name: row.colour for row in case.segments()}
            content = await asyncio.to_thread(lambda: file_of(ending, copy.segmentation(), case.volume, colours))
        except (SAMError, OSError) as error:
            notice = Notice.of(error)
            keeper.controller.session.tell(notice)
            raise web.HTTPConflict(text=str(notice)) from error
        if request.method == "GET":  # HEAD asks how large it is, and saves nothing
            keeper.was_saved(state)
        disposition = f'attachment; filename="segmentation{ending}"'
        return web.Response(
            body=content, content_type="application/octet-stream", headers={"Content-Disposition": disposition}
        )

    app.router.add_get("/save/segmentation{ending}", save)


def file_of(ending: str, segmentation: Segmentation, volume: Volume, colours: dict[str, Colour]) -> bytes:
    """Contents of a file.

    Args:
        ending: one of `ENDINGS`.

    Raises:
        InputError: the format cannot hold the segmentation, such as structures that overlap.
        StoreError: there is no room for it.

    Thread: any.
    """
    with tempfile.TemporaryDirectory(prefix="sam-workspace-") as folder:
        path = Path(folder, f"segmentation{ending}")
        if ending == SCENE:
            _write_scene(path, volume, segmentation, colours)
        else:
            write_labels(path, segmentation)
        return path.read_bytes()


def _write_scene(path: Path, volume: Volume, segmentation: Segmentation, colours: dict[str, Colour]) -> None:
    """In a process of its own: Slicer would hold up everything else of this one until it has packed the scene."""
    try:
        with own_process() as other:
            other.submit(write_case_scene, path, volume, segmentation, colours).result()
    except BrokenProcessPool as error:
        raise StoreError("The scene could not be written: the program that does it ended.", "Try again.") from error
