"""What a user may ask about a slice: which structures there are to choose from, and how sure a mask is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from SAMSegmenterLib.core.cleanup import clean
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.core.progress import ShouldStop
from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.prompt_marks import MarkSet, PointMark
from SAMSegmenterLib.core.proposals import Proposals
from SAMSegmenterLib.core.uncertainty import JITTERED_PROMPTS, disagreement, jittered_prompts
from SAMSegmenterLib.session.accepting import NOTHING, Accepting
from SAMSegmenterLib.session.model_service import REQUEST
from SAMSegmenterLib.session.preview import AcceptResult, Preview, Uncertainty
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts
from SAMSegmenterLib.session.served_model import ServedPredictor
from SAMSegmenterLib.session.slice_edits import slice_edit
from SAMSegmenterLib.session.slice_prediction import SliceRequest
from SAMSegmenterLib.session.slice_proposals import SliceProposals, propose


class Analysing(Accepting):
    """Proposals by everything mode, and disagreement of varied prompts, both for the slice that is shown."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._found: SliceProposals | None = None
        self._uncertainty: Uncertainty | None = None
        self.seed = 0

    @property
    def proposals(self) -> Proposals | None:
        """Structures to choose from on this slice; None before they were asked for and found."""
        return self._found.proposals if self._found is not None else None

    @property
    def uncertainty(self) -> Uncertainty | None:
        """How sure the previewed mask is; None before it was asked for and found."""
        return self._uncertainty

    def find_proposals(self, parameters: EverythingParameters | None = None) -> None:
        """Ask for everything that the model finds on this slice; may take long, and can be cancelled.

        Args:
            parameters: grid and thresholds; the model's own when None.
        """
        with self._action():
            _source, prepared, prompts = self._required()
            request = SliceRequest(prepared, window=self._window_of(prompts.plane))
            self._drop_proposals()
            self._board.start(
                "proposals",
                lambda predictor, on_progress, should_stop: propose(request, predictor, parameters, should_stop),
                REQUEST,
                self._show_proposals,
                self._analysis_failed,
            )
            self._changed.add("progress")

    def reject(self) -> bool:
        """As `Accepting.reject`; proposals go as well."""
        with self._action():
            had_proposals = self._found is not None
            self._drop_proposals()
            return super().reject() or had_proposals
        return False

    def proposal_under(self, xy: Sequence[float]) -> int | None:
        """Index of the smallest proposal under the mouse, None for none; microseconds."""
        return self._found.proposals.under(xy) if self._found is not None else None

    def assign_proposal(
        self, xy: Sequence[float], segment_id: str | None = None, new_name: str | None = None
    ) -> AcceptResult:
        """Add the proposal at a place to a segment, as one undo step.

        Args:
            xy: a place on the proposal.
            segment_id: the segment; the selected one when None.
            new_name: name of a new segment that takes it instead.
        """
        result = NOTHING
        with self._action():
            self._required()
            found, index = self._found, self.proposal_under(xy)
            if found is None or index is None:
                raise InputError("There is no proposal at this place.", "Click into one of the outlines.")
            result = (
                self._write_to_new_segment(found, index, xy, new_name)
                if new_name
                else self._write_proposal(found, index, xy, segment_id or self._segment_id)
            )
            self.log.add("assigned", xy=[round(float(value), 2) for value in xy], changed=result.changed)
            self._tell(result.message)
        return result

    def find_uncertainty(self, count: int = JITTERED_PROMPTS) -> None:
        """Ask how much the previewed mask depends on the exact place of the prompts.

        Args:
            count: how many varied prompts are compared.
        """
        with self._action():
            self._required()
            preview, prompts = self._preview, self.prompts
            if preview is None or self._board.is_running("preview") or preview.prompts.is_empty:
                raise InputError("There is no preview to examine.", "Mark the structure first.")
            request = SliceRequest(self._slice_at(preview.plane), preview.marks, prompts.window, self._cleanup)
            seed = self.seed
            self._board.start(
                "uncertainty",
                lambda predictor, on_progress, should_stop: _uncertainty(
                    request, preview, count, seed, predictor, should_stop
                ),
                REQUEST,
                self._show_uncertainty,
                self._analysis_failed,
            )
            self._changed.add("progress")

    def _show_proposals(self, found: SliceProposals) -> None:
        self._found = found
        self._changed |= {"proposals", "progress", "status"}
        self.log.add("proposals", count=len(found.proposals))
        if not len(found.proposals):
            self._tell("The model proposes nothing on this slice.", "Mark the structure with a point or a box.")

    def _show_uncertainty(self, uncertainty: Uncertainty) -> None:
        self._uncertainty = uncertainty
        self._changed |= {"uncertainty", "progress", "status"}
        self.log.add("uncertainty", count=uncertainty.count)

    def _analysis_failed(self, error: BaseException) -> None:
        if not isinstance(error, Cancelled):
            self._tell_error(error)
        self._changed |= {"progress", "status"}

    def _write_to_new_segment(self, found: SliceProposals, index: int, xy: Sequence[float], name: str) -> AcceptResult:
        """The segment is there only if something was written into it."""
        target, result = self._writers.add_segment(name), NOTHING
        try:
            result = self._write_proposal(found, index, xy, target)
        finally:
            if not result.changed:
                self._writers.remove_segment(target)
        return replace(result, message=f"New segment '{name}': {result.message}") if result.changed else result

    def _write_proposal(self, found: SliceProposals, index: int, xy: Sequence[float], target: str) -> AcceptResult:
        mask = clean(found.proposals.mask(index), np.array([xy]), self._cleanup, found.image.spacing_yx)
        writer = self._writers.writer()
        edit = slice_edit(mask, found.image, self._source, writer, target, "add")
        if edit is None:
            return AcceptResult(0, "The proposal covers no voxel of the segmentation: nothing was written.")
        record = SlicePromptRecord(
            found.image.plane,
            MarkSet((PointMark(self.book.new_id("q"), np.asarray(xy, np.float64)),)),
            mode="add",
            accepted=True,
            window=found.window,
            parameters={**self._parameters(found.made_with), "proposal": asdict(found.parameters)},
            mask=mask,
        )
        return self._commit([edit], [AcceptedPrompts(target, record)], writer)

    def _drop_proposals(self) -> None:
        self._board.stop("proposals")
        if self._found is not None:
            self._found = None
            self._changed.add("proposals")

    def _drop_uncertainty(self) -> None:
        self._board.stop("uncertainty")
        if self._uncertainty is not None:
            self._uncertainty = None
            self._changed.add("uncertainty")

    def _request_preview(self) -> None:
        self._drop_uncertainty()
        self._board.stop("proposals")  # a click is waited for, proposals that are still being made are not
        super()._request_preview()

    def _renew_preview(self) -> None:
        self._drop_uncertainty()
        super()._renew_preview()

    def _drop_preview(self) -> None:
        self._drop_uncertainty()
        super()._drop_preview()

    def _step_candidate(self, step: int) -> None:
        self._drop_uncertainty()
        super()._step_candidate(step)

    def _leave_analyses(self) -> None:
        self._drop_proposals()
        self._drop_uncertainty()


def _uncertainty(
    request: SliceRequest, preview: Preview, count: int, seed: int, predictor: ServedPredictor, should_stop: ShouldStop
) -> Uncertainty:
    """On the worker: the same candidate for each of the varied prompts."""
    image = preview.image
    embedding = request.prepared.embedding(preview.window, predictor)
    masks = []
    for varied in jittered_prompts(preview.prompts, image.shape, count, np.random.default_rng(seed)):
        if should_stop():
            raise Cancelled
        masks.append(predictor.decode(embedding, [varied])[0].masks[preview.chosen])
    return Uncertainty(image, disagreement(np.stack(masks)), count)
