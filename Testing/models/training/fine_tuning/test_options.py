"""Options take a recipe's values where none are given, and refuse what makes no sense."""

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.training.fine_tuning.recipes import SHI


def test_what_is_not_given_is_the_recipes():
    options = FineTuningOptions.of("shi", epochs=None, learning_rate=None)
    assert (options.epochs, options.learning_rate, options.batch_size) == (20, 2e-4, 1)
    assert options.rules is SHI


def test_what_is_given_takes_the_place_of_the_recipes_value():
    given = {"epochs": 3, "learning_rate": 0.5, "batch_size": 7, "seed": 9, "lora_rank": 4}
    options = FineTuningOptions.of("huang", **given)
    assert {name: getattr(options, name) for name in given} == given
    assert options.weight_decay == 0.01


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"epochs": 0}, "Epochs is 1 or more; got 0"),
        ({"batch_size": 0}, "Batch size is 1 or more"),
        ({"lora_rank": -1}, "LoRA rank is 0 or more"),
        ({"seed": -1}, "Seed is 0 or more"),
        ({"holdout": 0.0}, "Holdout is a share between 0 and 1; got 0"),
        ({"holdout": 1.0}, "Holdout is a share"),
        ({"validation": float("nan")}, "Validation is a share"),
        ({"learning_rate": 0.0}, "learning rate is above 0; got 0"),
        ({"learning_rate": float("inf")}, "learning rate is above 0; got inf"),
        ({"weight_decay": -1.0}, "weight decay is 0 or more"),
        ({"split": "volumes"}, "no split by 'volumes'"),
    ],
)
def test_values_out_of_range_are_refused_in_words(given, words):
    with pytest.raises(InputError, match=words):
        FineTuningOptions.of("huang", **given)


def test_json_holds_every_value():
    options = FineTuningOptions.of("huang", epochs=3)
    assert FineTuningOptions(**options.to_json()) == options
