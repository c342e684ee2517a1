"""Models that were trained to find one structure without prompts, and what may be asked of which model.

Such a model's mask decoder was trained with no point, box or mask prompt and a single mask output, so it has one answer
for each slice. Source: Shi et al. 2023, doi:10.3390/diagnostics13111947.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import Candidates, Embedding, ModelSpec, Predictor
from SAMSegmenterLib.core.prompts import Prompts


def segment_slice(predictor: Predictor, embedding: Embedding) -> Candidates:
    """What a promptless model finds in a slice.

    Args:
        predictor: a model whose `spec.promptless` is True.
        embedding: of the slice, made by the same model.

    Returns:
        One candidate with its predicted IoU; its mask is empty where the model finds nothing.

    Raises:
        InputError: the model needs prompts.
        ModelError: the device fails, or runs out of memory.
    """
    nothing = [Prompts()]
    check_prompts(predictor.spec, nothing)
    return predictor.decode(embedding, nothing, multimask=False)[0]


def check_prompts(spec: ModelSpec, prompts: Sequence[Prompts], previous: Sequence[Any] | None = None) -> None:
    """Check that prompts suit a model.

    Args:
        prompts: sets of prompts.
        previous: per set, logits of an earlier answer, which are a prompt, too, or None.

    Raises:
        InputError: a promptless model got a prompt, or another model got a set without any.
    """
    for number, one in enumerate(prompts):
        empty = one.is_empty and (previous is None or previous[number] is None)
        if not empty:
            check_takes_prompts(spec)
        elif not spec.promptless:
            raise InputError(
                f"Model '{spec.name}' was asked without a prompt.",
                "Give a point, a box or a mask, or choose a model that was trained without prompts.",
            )


def check_takes_prompts(spec: ModelSpec) -> None:
    """Check that a model takes points, boxes and masks, those of everything mode included.

    Raises:
        InputError: the model is promptless.
    """
    if spec.promptless:
        raise InputError(
            f"Model '{spec.name}' takes no prompts: it was trained to find one structure without them.",
            "Segment the whole slice with it, or choose another model for points, boxes and everything mode.",
        )
