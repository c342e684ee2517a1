"""The recipes are those of the publications."""

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.fine_tuning.recipes import HUANG, SHI, find_recipe


def test_huangs_recipe_trains_with_boxes_for_20_epochs():
    assert (HUANG.prompts, HUANG.learning_rate, HUANG.weight_decay) == ("box", 1e-4, 0.01)
    assert (HUANG.batch_size, HUANG.epochs, HUANG.promptless) == (2, 20, False)


def test_shis_recipe_trains_without_prompts():
    assert (SHI.prompts, SHI.learning_rate, SHI.batch_size, SHI.epochs) == ("none", 2e-4, 1, 20)
    assert SHI.promptless


def test_a_recipe_is_found_by_its_name():
    assert find_recipe("huang") is HUANG and find_recipe("shi") is SHI


def test_an_unknown_recipe_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="haung") as error:
        find_recipe("haung")
    assert "huang, shi" in error.value.hint
