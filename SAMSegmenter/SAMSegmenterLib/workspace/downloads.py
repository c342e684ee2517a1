"""The segmentation as a file that the browser saves."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from SAMSegmenterLib.core.errors import SAMError
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.files.writing import write_labels
from SAMSegmenterLib.session.notices import Notice
from SAMSegmenterLib.workspace.controller import WorkspaceController

ENDINGS = (".seg.nrrd", ".nii.gz")


def add_downloads(app: Any, controller: WorkspaceController) -> None:
    """Have an aiohttp application answer `save/segmentation.seg.nrrd` and `save/segmentation.nii.gz`."""
    from aiohttp import web

    async def save(request: Any) -> Any:
        ending = request.match_info["ending"]
        if ending not in ENDINGS:
            raise web.HTTPNotFound(text="There is no such file.")
        try:
            segmentation = controller.case.segmentation()
            content = await asyncio.to_thread(label_file, segmentation, ending)
        except (SAMError, OSError) as error:
            notice = Notice.of(error)
            controller.session.tell(notice)
            raise web.HTTPConflict(text=str(notice)) from error
        disposition = f'attachment; filename="segmentation{ending}"'
        return web.Response(
            body=content, content_type="application/octet-stream", headers={"Content-Disposition": disposition}
        )

    app.router.add_get("/save/segmentation{ending}", save)


def label_file(segmentation: Segmentation, ending: str) -> bytes:
    """Contents of a label file.

    Args:
        ending: one of `ENDINGS`.

    Raises:
        InputError: the format cannot hold the segmentation, such as structures that overlap.
    """
    with tempfile.TemporaryDirectory(prefix="sam-workspace-") as folder:
        path = Path(folder, f"segmentation{ending}")
        write_labels(path, segmentation)
        return path.read_bytes()
