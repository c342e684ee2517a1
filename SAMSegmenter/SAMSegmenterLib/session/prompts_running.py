"""A prompt file done at once, for scripts: nobody looks at previews, and what is found is written in one step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, unpacked
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.progress import OnProgress, ShouldStop
from SAMSegmenterLib.core.prompt_file import PromptFile, SlicePromptRecord, VolumeIdentity, identity_of
from SAMSegmenterLib.core.slicing import SliceImage
from SAMSegmenterLib.session.accepting import NOTHING
from SAMSegmenterLib.session.model_service import REQUEST
from SAMSegmenterLib.session.preview import AcceptResult
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts
from SAMSegmenterLib.session.propagated_records import PROPAGATED
from SAMSegmenterLib.session.replay import mask_of, request_of, steps_of
from SAMSegmenterLib.session.served_model import ServedPredictor
from SAMSegmenterLib.session.slice_edits import slice_edit
from SAMSegmenterLib.session.slice_prediction import MadeWith, WindowChoice
from SAMSegmenterLib.session.stacking import Stacking

_WAIT_SECONDS = 0.05


@dataclass(frozen=True, eq=False)
class _Made:
    """One mask, kept in an eighth of its size, and where it goes."""

    segment_id: str
    record: SlicePromptRecord
    grid: SliceImage
    packed: np.ndarray
    window: str
    made_with: MadeWith

    @property
    def mask(self) -> Mask:
        return unpacked(self.packed, self.grid.shape)


class PromptsRunning(Stacking):
    """Runs prompts that come from a file or a script, without a view."""

    def run_prompts(self, prompts: PromptFile) -> AcceptResult:
        """Make the masks of a prompt file with the model at hand and write them, as one undo step; waits for the model.

        Accepted slices are done again; where the file has none, all of its slices are done. Segments are found by their
        ids; those of a file with a single one go to the selected segment when it has no segment of that id.

        Returns:
            How many voxels changed, and what there is to say; with 0 voxels nothing was written.
        """
        result = NOTHING
        with self._action():
            self._check_file(prompts)
            targets = self._targets(prompts)
            made = [self._make(prompts, targets[name], record) for name, record in steps_of(prompts)]
            result = self._write_made(prompts, made)
            self.log.add("prompts run", slices=len(made), changed=result.changed)
            self._tell(result.message)
        return result

    def _check_file(self, prompts: PromptFile) -> None:
        self._refresh_source()
        if self._source is None:
            raise InputError(self._source_error or "There is no volume to segment.", "Choose a source volume.")
        volume = self._source.volume
        with_voxels = bool(prompts.volume.sha256)
        here = identity_of(volume) if with_voxels else VolumeIdentity(volume.shape_kji, volume.ijk_to_ras)
        difference = prompts.volume.difference(here)
        if difference is not None:
            raise InputError(
                f"These prompts belong to another volume. {difference}", "Choose the volume they were made on."
            )
        if not steps_of(prompts):
            raise InputError("The prompt file holds no prompts.", "Choose another file.")

    def _targets(self, prompts: PromptFile) -> dict[str, str]:
        """Segment in the file to segment of the segmentation."""
        asked = {segment.id: segment.name for segment in prompts.segments if segment.slices}
        missing = [name for name in asked if self._writers.segment_name(name) is None]
        if missing and len(asked) == 1 and self._segment_id is not None:
            return {missing[0]: self._segment_id}
        if missing:
            names = ", ".join(f"'{asked[name]}' ({name})" for name in missing)
            raise InputError(
                f"The segmentation has no segments {names}.", "Add segments with these ids, or change the prompt file."
            )
        return {name: name for name in asked}

    def _make(self, prompts: PromptFile, segment_id: str, record: SlicePromptRecord) -> _Made:
        """Slice by slice: the worker gets no more than a copy of one slice at a time."""
        request = request_of(prompts, record, self._source)
        outcome: list[Any] = []

        def task(
            predictor: ServedPredictor, on_progress: OnProgress, should_stop: ShouldStop
        ) -> tuple[Mask, tuple[str, ...], str, MadeWith]:
            mask, notices = mask_of(request, prompts, record, predictor, should_stop)
            windows = request.window.texts(request.prepared.image)
            window = windows[0] if len(windows) == 1 else request.window.text
            return mask, notices, window, MadeWith.of(predictor)

        self._board.start("prompts", task, REQUEST, outcome.append, outcome.append)
        while self._board.is_running("prompts"):
            self._board.wait(_WAIT_SECONDS)
            self.service.tick()
            self._board.publish()
        self._changed.add("status")
        if isinstance(outcome[0], BaseException):
            raise outcome[0]
        mask, notices, window, made_with = outcome[0]
        for notice in notices:
            self._tell(notice)
        return _Made(segment_id, record, request.prepared.grid, np.packbits(mask), window, made_with)

    def _write_made(self, prompts: PromptFile, made: list[_Made]) -> AcceptResult:
        writer = self._writers.writer()
        edits, accepted = [], []
        for number, one in enumerate(made):
            mask = one.mask
            if not mask.any():
                continue
            edit = slice_edit(mask, one.grid, self._source, writer, one.segment_id, one.record.mode)
            if edit is not None:
                edits.append(edit)
                accepted.append(AcceptedPrompts(one.segment_id, self._record_of(prompts, one, mask, number)))
        if not edits:
            return AcceptResult(0, "The model found nothing at the prompts: nothing was written.")
        result = self._commit(edits, accepted, writer)
        for one in accepted if result.changed else ():
            self._show_done(one)
        self._marks_changed()
        return result

    def _show_done(self, one: AcceptedPrompts) -> None:
        """Marks that set a slice appear there, to be refined, where there were none."""
        prompts, record = self.book.slice(one.segment_id, one.record.plane), one.record
        if record.mode == "set" and not len(prompts.marks):
            self.book.keep_ids_above(record.marks)
            prompts.change(record.marks, WindowChoice(record.window or self._window))
        self.book.settle(one.segment_id, record.plane)

    def _record_of(self, prompts: PromptFile, one: _Made, mask: Mask, number: int) -> SlicePromptRecord:
        """As an acceptance by hand is noted, so that it can be done again elsewhere."""
        own = {**prompts.parameters, **one.record.parameters}
        parameters = {
            **self._parameters(one.made_with),
            **{n: own[n] for n in ("cleanup", "proposal", PROPAGATED) if n in own},
        }
        parameters["order"] = int(parameters["order"]) + number
        if "cleanup" not in own:
            parameters["cleanup"] = {}
        return replace(one.record, accepted=True, window=one.window, parameters=parameters, mask=mask)
