"""From a slice to the structures that everything mode finds on it; also behind replays."""

from __future__ import annotations

from dataclasses import dataclass

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.predictor import EverythingParameters, Predictor
from SAMSegmenterLib.core.progress import ShouldStop, never_stop
from SAMSegmenterLib.core.proposals import Proposals
from SAMSegmenterLib.core.slicing import SliceImage
from SAMSegmenterLib.session.slice_prediction import MadeWith, SliceRequest


@dataclass(frozen=True, eq=False)
class SliceProposals:
    """What everything mode found.

    Args:
        image: the slice.
        proposals: the structures.
        window: text of the window that was used.
        parameters: grid and thresholds that were used.
        made_with: model and arithmetic.
    """

    image: SliceImage
    proposals: Proposals
    window: str
    parameters: EverythingParameters
    made_with: MadeWith


def propose(
    request: SliceRequest,
    predictor: Predictor,
    parameters: EverythingParameters | None = None,
    should_stop: ShouldStop = never_stop,
) -> SliceProposals:
    """Everything that a model finds on a slice; of several windows the first is used.

    Args:
        request: slice and window; its marks do not count.
        parameters: grid and thresholds; the model's own when None.

    Raises:
        InputError: the model takes no prompts.
        Cancelled: `should_stop` said so.
    """
    image = request.prepared.image
    window = request.window.texts(image)[0]
    chosen = parameters if parameters is not None else predictor.spec.s1_thresholds
    if should_stop():
        raise Cancelled
    embedding = request.prepared.embedding(window, predictor)
    proposals = Proposals.of(predictor.everything(embedding, chosen))
    return SliceProposals(image, proposals, window, chosen, MadeWith.of(predictor))
