"""How much a mask depends on the exact place of its prompts: several prompts, slightly moved, and their disagreement.

Source: Deng et al. 2023, SAM-U, arXiv:2307.04973.
"""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.prompts import Prompts

JITTERED_PROMPTS = 8
BOX_SHARE = 0.1


def jittered_prompts(
    prompts: Prompts, shape: tuple[int, int], count: int, rng: np.random.Generator
) -> tuple[Prompts, ...]:
    """Copies of prompts, each moved a little; all of them stay on the slice.

    Args:
        prompts: not empty.
        shape: (H, W) of the slice.
        count: number of copies, 2 or more.
        rng: source of the moves.
    """
    raise NotImplementedError


def disagreement(masks: np.ndarray) -> np.ndarray:
    """Entropy of the masks' mean in bits.

    Args:
        masks: (M, H, W) bool, or probabilities 0 to 1.

    Returns:
        (H, W) float32, 0 where all agree, 1 where half of them say inside.
    """
    raise NotImplementedError
