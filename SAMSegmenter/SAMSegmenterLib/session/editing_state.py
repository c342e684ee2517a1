"""What an editing session knows at any moment, and how it tells others that something changed."""

from __future__ import annotations

import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.slicing import SliceImage, SlicePlane
from SAMSegmenterLib.core.windows_choice import DISPLAYED
from SAMSegmenterLib.session.event_log import EventLog
from SAMSegmenterLib.session.job_board import JobBoard
from SAMSegmenterLib.session.model_service import ModelService
from SAMSegmenterLib.session.notices import INFO, Notice
from SAMSegmenterLib.session.prepared_slice import PreparedSlice
from SAMSegmenterLib.session.preview import Preview
from SAMSegmenterLib.session.prompt_book import PromptBook, SlicePrompts
from SAMSegmenterLib.session.segment_writer import WriterProvider
from SAMSegmenterLib.session.slice_prediction import WindowChoice
from SAMSegmenterLib.session.source_provider import Source, SourceProvider

logger = logging.getLogger(__name__)

OnChange = Callable[[frozenset[str]], None]

_MANY_SLICES = 12
_MANY_BYTES = 128 << 20


class SessionState:
    """The state of an editing session, without what can be done with it: see `editing_session.EditingSession`.

    Everything is called on the main thread.
    """

    def __init__(
        self,
        service: ModelService,
        writers: WriterProvider,
        sources: SourceProvider,
        log: EventLog | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service, self.log = service, log if log is not None else EventLog()
        self._writers, self._sources, self._clock = writers, sources, clock
        self._board = JobBoard(service)
        self._books: dict[str, PromptBook] = {}
        self._orders_before = 0
        self._prepared: OrderedDict[tuple[Any, SlicePlane], PreparedSlice] = OrderedDict()
        self._source: Source | None = None
        self._source_error = ""
        self._plane: SlicePlane | None = None
        self._segment_id: str | None = None
        self._mode, self._cleanup, self._window = "set", CleanUp(), DISPLAYED
        self._preview: Preview | None = None
        self._notices: list[Notice] = []
        self._notices_seen = service.notices_since(0)[0]
        self._changed: set[str] = set()
        self._listeners: list[OnChange] = []
        self._depth = 0
        self.tool = "point"

    @property
    def source(self) -> Source | None:
        """The volume that is segmented, as it was at the last tick or action; None when there is none."""
        return self._source

    @property
    def plane(self) -> SlicePlane | None:
        """The slice that is shown."""
        return self._plane

    @property
    def grid(self) -> SliceImage | None:
        """Where the pixels of the slice shown lie: a slice image with zeros for intensities; None without a slice."""
        if self._source is None or self._plane is None:
            return None
        return self._slice_at(self._plane).grid

    @property
    def segment_id(self) -> str | None:
        """The segment that is edited."""
        return self._segment_id

    def segment_name(self, segment_id: str) -> str | None:
        """Name of a segment, None when there is none of that id."""
        return self._writers.segment_name(segment_id)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What there is to tell since the user's last action, the latest last, then how the volume is shown now."""
        remarks = self._source.remarks if self._source is not None else ()
        return (*self._notices, *(Notice(INFO, remark) for remark in remarks))

    @property
    def book(self) -> PromptBook:
        """All marks on the volume at hand; an empty one that is not kept when there is no volume."""
        return self._books.setdefault(self._source.volume_id, PromptBook()) if self._source else PromptBook()

    @property
    def prompts(self) -> SlicePrompts | None:
        """The marks of the segment on the slice, None when there is no segment, slice or volume."""
        if self._source is None or self._plane is None or self._segment_id is None:
            return None
        return self.book.slice(self._segment_id, self._plane)

    @property
    def next_order(self) -> int:
        """Number of the next acceptance, counted over all volumes: they share the segments."""
        return 1 + max([self._orders_before, *(book.last_order for book in self._books.values())])

    def count_orders_from(self, last: int) -> None:
        """Give acceptances higher numbers than this one, which others have that are not loaded."""
        self._orders_before = max(self._orders_before, last)

    def on_change(self, listener: OnChange) -> Callable[[], None]:
        """Have a function called after actions and ticks with the names of what changed.

        Names are "source", "plane", "segment", "settings", "marks", "preview", "hover", "proposals", "uncertainty",
        "stack", "propagation", "progress", "status", "notices", "recovery" and "kept prompts" (of any volume: they are
        to be kept).

        Returns:
            A function that ends this; the listener is kept alive until then.
        """
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def tell(self, notice: Notice) -> None:
        """Show what a face found out by itself; what was shown since the last action stays."""
        with self._action(keep_notices=True):
            self._tell(notice.message, notice.hint, notice.kind)

    @contextlib.contextmanager
    def _action(self, keep_notices: bool = False) -> Iterator[None]:
        """A thing that the user does: its failure becomes a notice, and listeners hear what changed when it is over."""
        if not self._depth and not keep_notices and self._notices:
            self._notices.clear()
            self._changed.add("notices")
        self._depth += 1
        try:
            yield
        except Cancelled:
            pass
        except Exception as error:  # noqa: BLE001 - the user gets a message instead of a traceback
            self._tell_error(error)
        finally:
            self._depth -= 1
            if not self._depth:
                self._announce()

    def _announce(self) -> bool:
        """Call the listeners; what they change is announced, too."""
        announced = False
        for _ in range(10):  # listeners that answer every change with another one do not hang the application
            changed, self._changed = frozenset(self._changed), set()
            if not changed:
                break
            announced = True
            self._depth += 1
            for listener in tuple(self._listeners):
                try:
                    listener(changed)
                except Exception:
                    logger.exception("A listener of the session failed.")
            self._depth -= 1
        return announced

    def _tell(self, message: str, hint: str = "", kind: str = INFO) -> None:
        notice = Notice(kind, message, hint)
        if notice not in self._notices:
            self._notices.append(notice)
            self._changed.add("notices")

    def _tell_error(self, error: BaseException) -> None:
        notice = Notice.of(error)
        self.log.add("error", type=type(error).__name__)  # messages may name volumes, and those patients
        self._tell(notice.message, notice.hint, notice.kind)

    def _required(self) -> tuple[Source, PreparedSlice, SlicePrompts]:
        """Volume, slice and marks that an action on the shown slice needs.

        Raises:
            InputError: one of them is missing; the message says which.
        """
        self._refresh_source()
        if self._source is None:
            raise InputError(self._source_error or "There is no volume to segment.", "Choose a source volume.")
        if self._plane is None:
            raise InputError("No slice of the volume is shown.", "Scroll a slice view to a slice of the volume.")
        if self._segment_id is None:
            raise InputError("No segment is selected.", "Add a segment, or select one.")
        if self._writers.segment_name(self._segment_id) is None:
            self._forget_segment()
            raise InputError("The segment is not there any more.", "Add a segment, or select one.")
        return self._source, self._slice_at(self._plane), self.book.slice(self._segment_id, self._plane)

    def _slice_at(self, plane: SlicePlane) -> PreparedSlice:
        """A copy of a slice of the volume at hand, made once.

        Raises:
            InputError: the slice lies outside the volume.
        """
        key = (self._source.token, plane)
        if key not in self._prepared:
            self._prepared[key] = PreparedSlice.of(self._source, plane)
            kept = self._prepared.values()
            while len(kept) > _MANY_SLICES or (len(kept) > 1 and sum(one.nbytes for one in kept) > _MANY_BYTES):
                self._prepared.popitem(last=False)
        self._prepared.move_to_end(key)
        return self._prepared[key]

    def _window_now(self) -> WindowChoice:
        """What the model is shown where no window is frozen yet."""
        return WindowChoice(self._window, self._source.displayed, self._source.hounsfield)

    def _refresh_source(self) -> None:
        raise NotImplementedError

    def _forget_segment(self) -> None:
        raise NotImplementedError
