"""How much is kept on disk, and deleting it: on a worker, because there may be many thousand files."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from SAMSegmenterLib.core.progress import OnProgress, ShouldStop
from SAMSegmenterLib.desktop.shared_service import cache_worker
from SAMSegmenterLib.desktop.texts import error_text, size_text
from SAMSegmenterLib.desktop.tick import JobTick
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.session.worker import Job, Worker

logger = logging.getLogger(__name__)


class CacheSection:
    """Connects label and button with the cache on disk.

    Args:
        ui: widgets by name: cacheLabel, purgeButton.
        dialogs: asks, see `Dialogs`.
        say: shows a message.
        parent: widget that owns timers.
        worker: looks and deletes; the one for kept slices when None.
    """

    def __init__(
        self, ui: Any, dialogs: Any, say: Callable[[str], None], parent: Any, worker: Worker | None = None
    ) -> None:
        self.ui, self._dialogs, self._say, self._parent = ui, dialogs, say, parent
        self._worker = worker if worker is not None else cache_worker()
        self._folder, self._size = Path(), 0
        self._tick: JobTick | None = None
        self._deletes = False
        ui.purgeButton.connect("clicked()", self.onPurgeClicked)
        ui.purgeButton.setEnabled(False)

    @property
    def is_busy(self) -> bool:
        """Whether the worker is looking or deleting."""
        return self._tick is not None

    def cleanup(self) -> None:
        """Let go of everything; deleting under way goes on."""
        self.ui.purgeButton.disconnect("clicked()", self.onPurgeClicked)
        self._follow_no_longer()

    def show(self, folder: Path) -> None:
        """Look how much there is in a folder, and say it when it is known."""
        self._folder = folder
        if not self._deletes:
            self._begin(_size_of, self._measured)

    def onPurgeClicked(self) -> None:
        """Delete what is kept on disk, after asking."""
        question = _("Delete the prepared slices on disk ({size})?").format(size=size_text(self._size))
        details = _("Images and segmentations are not touched. {folder}").format(folder=self._folder)
        if self._deletes or not self._dialogs.confirm(_("Delete kept slices"), question, details, _("Delete")):
            return
        self._deletes = True
        self.ui.purgeButton.setEnabled(False)
        self._say(_("Deleting ..."))
        self._begin(_clear, self._cleared)

    def _begin(self, work: Callable[[Path, OnProgress, ShouldStop], int], done: Callable[[int], None]) -> None:
        self._follow_no_longer()
        job = self._worker.submit(functools.partial(work, self._folder))
        self._tick = JobTick(job, lambda _event: None, functools.partial(self._ended, done), self._parent)

    def _follow_no_longer(self) -> None:
        if self._tick is not None:
            self._tick.stop()
            self._tick = None

    def _ended(self, done: Callable[[int], None], job: Job[int]) -> None:
        self._tick, self._deletes = None, False
        try:
            size = job.result()
        except Exception as error:  # whatever it is, the user must read about it here
            logger.error("The kept slices could not be looked at.", exc_info=error)
            self._say(error_text(error))
            return
        done(size)

    def _measured(self, size: int) -> None:
        self._size = size
        self.ui.cacheLabel.setText(_("Kept on disk: {size}").format(size=size_text(size)))
        self.ui.purgeButton.setEnabled(size > 0)

    def _cleared(self, left: int) -> None:
        if left:
            self._say(_("{size} are in use by another program and could not be deleted.").format(size=size_text(left)))
        else:
            self._say(_("Deleted: {size}.").format(size=size_text(self._size)))
        self._measured(left)


def _size_of(folder: Path, _on_progress: OnProgress, _should_stop: ShouldStop) -> int:
    return EmbeddingCache(folder).size_bytes()


def _clear(folder: Path, _on_progress: OnProgress, _should_stop: ShouldStop) -> int:
    cache = EmbeddingCache(folder)
    cache.clear()
    return cache.size_bytes()
