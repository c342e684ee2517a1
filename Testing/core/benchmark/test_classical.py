"""Names of classical methods: as people write them, as tables show them, as the methods' own list has them."""

import pytest

from SAMBenchmarkLib.baselines.registry import BASELINES
from SAMBenchmarkLib.core.classical import CLASSICAL, methods_named, option_name
from SAMBenchmarkLib.core.options import STRATEGIES, STRATEGY_TITLES, BenchmarkOptions, option_hash
from SAMSegmenterLib.core.errors import InputError
from support.faulty_predictors import OPTIONS


def test_every_method_has_its_strategy_and_gets_the_kind_of_prompt_that_it_starts_from():
    prompts = {"box": "S5", "point": "S2", "points": "S4"}
    assert {baseline.title: prompts[baseline.prompt] for baseline in BASELINES} == CLASSICAL


def test_names_may_be_written_in_any_way_and_come_in_the_order_of_the_tables():
    assert methods_named(("random_walker", "GRABCUT", "region growing")) == (
        "GrabCut", "region growing", "random walker"
    )  # fmt: skip
    assert methods_named(("all",)) == tuple(CLASSICAL)
    assert option_name("region growing") == "region-growing"


@pytest.mark.parametrize(("words", "says"), [(("watershed",), "'watershed'"), (("otsu", "Otsu"), "twice")])
def test_unknown_methods_and_repetitions_are_refused(words, says):
    with pytest.raises(InputError, match=says) as caught:
        BenchmarkOptions(baselines=words)
    assert caught.value.hint


def test_titles_of_methods_say_the_prompt():
    assert STRATEGY_TITLES["GrabCut"] == STRATEGY_TITLES["S5"] == "box"
    assert not set(CLASSICAL) & set(STRATEGIES)


def test_options_with_methods_have_a_hash_of_their_own_and_survive_being_written():
    from SAMBenchmarkLib.core.options import Arithmetic

    arithmetic = Arithmetic("m", "s", "e", "p", "d", 1)
    with_method = BenchmarkOptions(strategies=OPTIONS.strategies, baselines=("grabcut",), fourier_patience=2)
    assert BenchmarkOptions.from_json(with_method.to_json()).baselines == ("GrabCut",)
    assert option_hash(with_method, arithmetic) != option_hash(
        BenchmarkOptions(strategies=OPTIONS.strategies), arithmetic
    )
