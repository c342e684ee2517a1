"""The options of a fine-tuning run: defaults by recipe, ranges, and what must stay the same when it is resumed."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.fine_tuning.recipes import Recipe, find_recipe

SPLITS = ("patients", "slices")


@dataclass(frozen=True)
class FineTuningOptions:
    """What, besides the data and the model, decides the weights. `of` fills in a recipe's values.

    Args:
        recipe: name of a recipe.
        epochs: how often every training slice is seen.
        learning_rate, weight_decay: of AdamW.
        batch_size: slices per step; halved during the run when memory does not suffice.
        lora_rank: rank of the adapters on the encoder's attention; 0 leaves the encoder as it is.
        holdout: share of the patients that is measured before and after and never trained on.
        validation: share of the other patients that chooses the best epoch.
        split: "patients", or "slices" for contiguous blocks of slices of the same patient.
        objects_per_slice: at most so many objects of a slice per step, drawn anew each time.
        seed: of everything random.
    """

    recipe: str
    epochs: int
    learning_rate: float
    weight_decay: float
    batch_size: int
    lora_rank: int = 0
    holdout: float = 0.2
    validation: float = 0.2
    split: str = "patients"
    objects_per_slice: int = 8
    seed: int = 1

    def __post_init__(self) -> None:
        find_recipe(self.recipe)
        least = {"epochs": 1, "batch_size": 1, "lora_rank": 0, "objects_per_slice": 1, "seed": 0}
        for name, lowest in least.items():
            if getattr(self, name) < lowest:
                raise InputError(f"{_words(name)} is {lowest} or more; got {getattr(self, name)}.")
        for name in ("holdout", "validation"):
            if not 0 < getattr(self, name) < 1:
                raise InputError(
                    f"{_words(name)} is a share between 0 and 1; got {getattr(self, name):g}.", "0.2 is usual."
                )
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise InputError(f"The learning rate is above 0; got {self.learning_rate:g}.", "0.0001 is usual.")
        if not (math.isfinite(self.weight_decay) and self.weight_decay >= 0):
            raise InputError(f"The weight decay is 0 or more; got {self.weight_decay:g}.")
        if self.split not in SPLITS:
            raise InputError(f"There is no split by '{self.split}'.", f"Choose one of: {', '.join(SPLITS)}.")

    @classmethod
    def of(cls, recipe: str, **given: Any) -> FineTuningOptions:
        """Options of a recipe; what is given and not None takes the place of the recipe's value.

        Raises:
            InputError: no such recipe, or a value out of range.
        """
        chosen = find_recipe(recipe)
        names = ("epochs", "learning_rate", "weight_decay", "batch_size")
        defaults = {name: getattr(chosen, name) for name in names}
        return cls(recipe=recipe, **{**defaults, **{name: v for name, v in given.items() if v is not None}})

    @property
    def rules(self) -> Recipe:
        """The recipe itself."""
        return find_recipe(self.recipe)

    def to_json(self) -> dict[str, Any]:
        """All values, ready for JSON."""
        return asdict(self)


def _words(name: str) -> str:
    return name.replace("_", " ").replace("lora", "LoRA").capitalize() if "lora" not in name else "The LoRA rank"
