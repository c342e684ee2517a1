"""The published recipes of fine-tuning, as far as their authors state them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from SAMSegmenterLib.core.errors import InputError


@dataclass(frozen=True)
class Recipe:
    """How a checkpoint is adapted.

    Args:
        name: how the user calls it.
        prompts: what the model is asked with: one box per object, or nothing at all.
        learning_rate, weight_decay: of AdamW; the rate stays the same from the first step to the last.
        batch_size: slices per step.
        epochs: how often every training slice is seen.
        exact_boxes: share of boxes that fit tightly; the others are jittered, as boxes drawn by hand are.
        source: publication, and what this project adds to it.
    """

    name: str
    prompts: Literal["box", "none"]
    learning_rate: float
    weight_decay: float
    batch_size: int
    epochs: int
    exact_boxes: float
    source: str

    @property
    def promptless(self) -> bool:
        """True when the model answers without being asked."""
        return self.prompts == "none"


HUANG = Recipe(
    "huang",
    "box",
    learning_rate=1e-4,
    weight_decay=0.01,
    batch_size=2,
    epochs=20,
    exact_boxes=0.5,
    source="Huang et al. 2024, doi:10.1016/j.media.2023.103061: encoders frozen, mask decoder trained with boxes. "
    "Added here: half of the boxes are jittered, and beside the single mask the three candidates and their predicted "
    "IoU are trained, so that the model can be used as before.",
)
SHI = Recipe(
    "shi",
    "none",
    learning_rate=2e-4,
    weight_decay=0.01,
    batch_size=1,
    epochs=20,
    exact_boxes=1.0,
    source="Shi et al. 2023, doi:10.3390/diagnostics13111947: mask decoder trained without prompts. Loss and weight "
    "decay are not stated there; those of the recipe huang are used.",
)
RECIPES = {recipe.name: recipe for recipe in (HUANG, SHI)}


def find_recipe(name: str) -> Recipe:
    """A recipe by its name.

    Raises:
        InputError: there is none of that name.
    """
    if name not in RECIPES:
        raise InputError(f"There is no recipe '{name}'.", f"Choose one of: {', '.join(RECIPES)}.")
    return RECIPES[name]
