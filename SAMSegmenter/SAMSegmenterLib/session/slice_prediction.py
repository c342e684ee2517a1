"""From marks on a slice to masks: the one function behind previews, whole stacks of slices and replays.

It depends on nothing but its arguments, so that a replay gives the same masks as the session did, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from SAMSegmenterLib.core.cleanup import CleanUp, clean
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.mask_box import Box, box_of
from SAMSegmenterLib.core.predictor import Candidates, Embedding, ModelSpec, Predictor
from SAMSegmenterLib.core.progress import ShouldStop, never_stop
from SAMSegmenterLib.core.prompt_marks import MarkSet, notices_of, prompts_of
from SAMSegmenterLib.core.promptless import segment_slice
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.slicing import SliceImage
from SAMSegmenterLib.core.windowing import Window
from SAMSegmenterLib.core.windows_choice import DISPLAYED, best_window, frozen, window_text, windows_to_try
from SAMSegmenterLib.models.cached_encoder import CachedEncoder
from SAMSegmenterLib.session.prepared_slice import PreparedSlice

_CELLS_TO_RESOLVE = 2


@dataclass(frozen=True)
class WindowChoice:
    """Which intensities the model is shown.

    Args:
        text: "displayed", "auto", or what `parse_window` reads.
        displayed: the viewer's window at the moment of the choice, None where there is none.
        hounsfield: True for CT numbers, None when unknown; matters to "auto" alone.
    """

    text: str = DISPLAYED
    displayed: Window | None = None
    hounsfield: bool | None = None

    def texts(self, image: SliceImage) -> tuple[str, ...]:
        """Texts of the windows to try on a slice, with limits that no longer depend on anything."""
        named = windows_to_try(self.text, image.pixels, self.displayed, self.hounsfield)
        return tuple(window_text(frozen(one.window, image.pixels)) for one in named)


@dataclass(frozen=True, eq=False)
class SliceRequest:
    """Everything that decides the masks of a slice.

    Args:
        prepared: the slice.
        marks: of one segment on it; empty for a model that takes none.
        window: what the model is shown.
        cleanup: what is done to every mask.
    """

    prepared: PreparedSlice
    marks: MarkSet = field(default_factory=MarkSet)
    window: WindowChoice = WindowChoice()
    cleanup: CleanUp = CleanUp()  # noqa: RUF009 - frozen


@dataclass(frozen=True)
class MadeWith:
    """What a mask was made with, as far as it decides its bits; `refiner` is the SHA-256 of one, empty without."""

    model: str
    sha256: str
    engine: str
    precision: str
    device: str
    threads: int
    refiner: str = ""

    @classmethod
    def of(cls, predictor: Predictor) -> MadeWith:
        """Of a predictor."""
        spec = predictor.spec
        arithmetic = (predictor.engine, predictor.precision, predictor.device, predictor.threads)
        return cls(spec.name, spec.sha256, *arithmetic, spec.refiner_sha256)

    def to_json(self) -> dict[str, Any]:
        """As the parameters of a prompt file."""
        return dict(vars(self))


@dataclass(frozen=True, eq=False)
class SliceAnswer:
    """What the model found.

    Args:
        image: the slice.
        prompts: what the model was told.
        candidates: masks as the model gave them, with scores.
        masks: (N, H, W) bool, the same after clean-up.
        boxes: around each of them; to look for it in a very large one takes a while.
        window: text of the window that was used.
        made_with: model and arithmetic.
        notices: what the user should know.
    """

    image: SliceImage
    prompts: Prompts
    candidates: Candidates
    masks: np.ndarray
    boxes: tuple[Box, ...]
    window: str
    made_with: MadeWith
    notices: tuple[str, ...] = ()


def predict_slice(request: SliceRequest, predictor: Predictor, should_stop: ShouldStop = never_stop) -> SliceAnswer:
    """Masks for the marks on a slice.

    Raises:
        InputError: the marks do not suit the model, or none of them lies on the slice.
        ModelError: the model fails.
        Cancelled: `should_stop` said so.
    """
    image, marks = request.prepared.image, request.marks
    prompts = prompts_of(marks, image.shape)
    if prompts.is_empty and len(marks):
        raise InputError("None of the prompts lies on this slice.", "Put them on the structure.")
    texts = request.window.texts(image)
    answers = []
    for text in texts:
        _check(should_stop)
        answers.append(_ask(predictor, request.prepared.embedding(text, predictor), prompts))
    _check(should_stop)
    best = best_window(answers) if len(answers) > 1 else 0
    candidates, spec = answers[best], predictor.spec
    masks = _cleaned(candidates.masks, positive_points(prompts), request.cleanup, image)
    boxes = tuple(box_of(mask) for mask in masks)
    notices = (*notices_of(marks, image.shape), *_resolution(boxes[candidates.best], image.shape, spec))
    return SliceAnswer(image, prompts, candidates, masks, boxes, texts[best], MadeWith.of(predictor), notices)


def encode_slice(request: SliceRequest, predictor: Predictor, should_stop: ShouldStop = never_stop) -> None:
    """Have the embeddings in the cache that a prediction will ask for.

    Raises:
        Cancelled: `should_stop` said so.
    """
    for text in request.window.texts(request.prepared.image):
        _check(should_stop)
        request.prepared.embedding(text, predictor)


def is_encoded(request: SliceRequest, predictor: CachedEncoder) -> bool:
    """Whether a prediction would find all embeddings in the cache."""
    texts = request.window.texts(request.prepared.image)
    return all(request.prepared.is_encoded(text, predictor) for text in texts)


def positive_points(prompts: Prompts) -> np.ndarray:
    """(N, 2) points inside the structure that the model is told: clicks, and points along scribbles."""
    return prompts.points[prompts.labels == 1]


def _ask(predictor: Predictor, embedding: Embedding, prompts: Prompts) -> Candidates:
    if prompts.is_empty:
        return segment_slice(predictor, embedding)
    return predictor.decode(embedding, [prompts])[0]


def _cleaned(masks: np.ndarray, clicks: np.ndarray, cleanup: CleanUp, image: SliceImage) -> np.ndarray:
    """Every mask after clean-up; the very same ones when there is nothing to do, which spares memory."""
    if cleanup == CleanUp():
        return masks
    return np.stack([clean(mask, clicks, cleanup, image.spacing_yx) for mask in masks])


def _resolution(box: Box, shape: tuple[int, int], spec: ModelSpec) -> tuple[str, ...]:
    """A warning when a structure is narrower than what the model's mask can tell apart."""
    x0, y0, x1, y1 = box
    width = min(x1 - x0, y1 - y0)
    cell = max(shape) / spec.mask_size
    if not width or width >= _CELLS_TO_RESOLVE * cell:
        return ()
    return (
        f"The structure is {width} pixels wide; on a slice of this size '{spec.name}' tells apart "
        f"{_CELLS_TO_RESOLVE * cell:.0f} pixels. Check the outline.",
    )


def _check(should_stop: ShouldStop) -> None:
    if should_stop():
        raise Cancelled
