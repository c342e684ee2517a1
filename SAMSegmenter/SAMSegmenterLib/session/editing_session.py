"""An editing session: the controller that the Segment Editor's effect and the browser drive alike.

It knows nothing of Qt, MRML or VTK. Volumes and segmentations come through `SourceProvider` and `WriterProvider`, the
model through a `ModelService`, which does its work on a thread of its own. Everything here is called on the main
thread, and nothing here waits for the model: masks appear with a later `tick`.

A face does four things. It tells the session what is shown (`show`, `select_segment`) and what the user did (`add_...`,
`accept`, ...). It calls `tick(0.015)` from a timer every 20 ms, and once right after a click. It draws what the session
holds (`marks`, `preview`, `propagation`, `notices`, ...) whenever a listener (`on_change`) is called. It calls `close`
at the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import PromptFile, VolumeIdentity, identity_of, voxel_probe
from SAMSegmenterLib.session.autosave import PROBE, Autosave, Recovery, forget
from SAMSegmenterLib.session.event_log import EventLog
from SAMSegmenterLib.session.model_service import ModelService
from SAMSegmenterLib.session.prompt_book import PromptBook
from SAMSegmenterLib.session.prompt_files import file_of, fill_book
from SAMSegmenterLib.session.propagating import Propagating
from SAMSegmenterLib.session.segment_writer import WriterProvider
from SAMSegmenterLib.session.source_provider import SourceProvider


class EditingSession(Propagating):
    """Prompts, previews and acceptances for one segmentation; another segmentation gets a session of its own.

    Args:
        service: the model, shared by all sessions.
        writers: the segmentation that is edited.
        sources: the volume that is segmented.
        log: gets an event for everything that the user does; one in memory when None.
        clock: seconds that never run backwards.
        autosave: keeps unaccepted prompts against a crash; None keeps none.
    """

    def __init__(
        self,
        service: ModelService,
        writers: WriterProvider,
        sources: SourceProvider,
        log: EventLog | None = None,
        clock: Callable[[], float] = time.monotonic,
        autosave: Autosave | None = None,
    ) -> None:
        super().__init__(service, writers, sources, log, clock)
        self._autosave = autosave
        self._is_closed = False
        self._offers: list[Recovery] = []
        self._offered_for: str | None = None
        self._seen: dict[str, tuple[VolumeIdentity, str]] = {}

    @property
    def recovery(self) -> Recovery | None:
        """Prompts that an earlier session left for this volume when it ended unexpectedly; None for none."""
        return self._offers[0] if self._offers else None

    def recover(self) -> int:
        """Take over what `recovery` offers.

        Returns:
            How many slices got prompts; 0 when they do not fit the volume any more, which a notice says: they stay on
            offer.
        """
        with self._action():
            self._refresh_source()
            recovery = self.recovery
            if recovery is None or self._source is None or self._source.volume_id != self._offered_for:
                return 0
            filled = self._fill(recovery.prompts, self._source.volume_id)
            self._offers.remove(recovery)
            forget(recovery)
            self._changed.add("recovery")
            return filled
        return 0

    def dismiss_recovery(self) -> None:
        """Remove what `recovery` offers."""
        with self._action(keep_notices=True):
            if self._offers:
                forget(self._offers.pop(0))
                self._changed.add("recovery")

    def prompt_file(self, with_checksum: bool = True) -> PromptFile | None:
        """Everything needed to make the accepted masks again, and the marks that are not accepted yet.

        Args:
            with_checksum: False leaves out the checksum of the volume, which takes a second for a large one.

        Returns:
            None when there is no volume.
        """
        self._refresh_source()
        if self._source is None:
            return None
        self._accepted_edits().follow(self._writers)
        return self._file(self.book, identity_of(self._source.volume) if with_checksum else self._identity())

    def prompt_files(self) -> dict[str, PromptFile]:
        """What `prompt_file` gives, without checksums, for every volume and frame that was worked on, by its id."""
        self._refresh_source()
        self._accepted_edits().follow(self._writers)
        return {
            volume_id: self._file(book, self._seen[volume_id][0])
            for volume_id, book in self._books.items()
            if volume_id in self._seen
        }

    def identity_of(self, volume_id: str) -> VolumeIdentity:
        """Shape and place of a volume that is or was at hand, without its voxels."""
        return self._seen[volume_id][0]

    def load_prompts(self, prompts: PromptFile, volume_id: str = "") -> int:
        """Show the marks of a prompt file, as saved with a scene; slices that have marks already keep them.

        Args:
            prompts: what was saved.
            volume_id: for which of the volumes that were at hand; the one at hand now when empty.

        Returns:
            How many slices got prompts; 0 when the file belongs to another volume, which a notice says.
        """
        with self._action(keep_notices=True):
            self._refresh_source()
            if self._source is not None:
                return self._fill(prompts, volume_id or self._source.volume_id)
        return 0

    def close(self) -> None:
        """Stop everything for good; the session ended as it should, so nothing is kept against a crash."""
        self._is_closed = True
        with self._action(keep_notices=True):
            self._drop_all()
            self.propagation.drop()
            self._board.stop()
            if self._autosave is not None:
                self._autosave.discard()
        self.service.leave()
        self._listeners.clear()

    def tick(self, wait_seconds: float = 0.0) -> bool:
        """As `Following.tick`; does nothing once the session is closed."""
        return False if self._is_closed else super().tick(wait_seconds)

    def _fill(self, prompts: PromptFile, volume_id: str) -> int:
        difference = prompts.volume.difference(self.identity_of(volume_id))
        if difference is not None:
            raise InputError(
                f"These prompts belong to another volume. {difference}", "Choose the volume they were made on."
            )
        filled = fill_book(self._books.setdefault(volume_id, PromptBook()), prompts)
        self._prompts_changed(volume_id)
        if self._source.volume_id == volume_id:
            self._marks_changed()
            self._request_preview()
        return filled

    def _identity(self) -> VolumeIdentity:
        """Of the volume at hand, without its voxels: quick."""
        return VolumeIdentity(self._source.volume.shape_kji, self._source.volume.ijk_to_ras)

    def _file(
        self, book: PromptBook, identity: VolumeIdentity, probe: str = "", with_accepted: bool = True
    ) -> PromptFile:
        return file_of(
            book,
            identity,
            self._writers.segment_name,
            self.service.model,
            self._window,
            {"cleanup": self._cleanup.to_json(), **({PROBE: probe} if probe else {})},
            self.seed,
            with_accepted,
        )

    def _unaccepted(self, volume_id: str) -> PromptFile | None:
        book = self._books.get(volume_id)
        if book is None or volume_id not in self._seen or not book.has_pending:
            return None
        return self._file(book, *self._seen[volume_id], with_accepted=False)

    def _volume_read(self) -> None:
        """Remember what tells the volume at hand from others, as its prompts are kept longer than it is shown."""
        self._seen[self._source.volume_id] = (self._identity(), voxel_probe(self._source.volume))

    def _marks_changed(self) -> None:
        super()._marks_changed()
        self._changed.add("marks")
        if self._source is not None:
            self._prompts_changed(self._source.volume_id)

    def _prompts_changed(self, volume_id: str) -> None:
        self._changed.add("kept prompts")
        if self._autosave is not None:
            self._autosave.note_change(volume_id)

    def _begin_what_is_due(self) -> None:
        super()._begin_what_is_due()
        if self._autosave is None:
            return
        self._autosave.save_if_due(self._unaccepted)
        volume_id = self._source.volume_id if self._source is not None else None
        if self._offered_for != volume_id:
            self._offered_for = volume_id
            self._offers = self._autosave.offers(*self._seen[volume_id]) if volume_id is not None else []
            self._changed.add("recovery")
