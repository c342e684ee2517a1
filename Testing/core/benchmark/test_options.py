"""Options: presets, ranges, and the hash that keeps different rows apart."""

import json
from dataclasses import fields, replace

import pytest

from SAMBenchmarkLib.core.classical import CLASSICAL
from SAMBenchmarkLib.core.options import (
    ALL_STRATEGIES,
    PRESETS,
    STRATEGIES,
    STRATEGY_TITLES,
    TABLE_ORDER,
    Arithmetic,
    BenchmarkOptions,
    option_hash,
    suiting_strategies,
)
from SAMBenchmarkLib.core.protocols.settings import ProtocolSettings
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import ModelSpec

ARITHMETIC = Arithmetic("sam-small", "ab" * 32, "torch", "float32", "cpu", 2)
ORDINARY = ModelSpec("sam-small", "small", "ab" * 32)
PROMPTLESS = replace(ORDINARY, name="vessels", promptless=True)
OTHERS = {
    "strategies": ("S5",),
    "selections": ("first",),
    "preset": "authors_code",
    "plane": "coronal",
    "stride": 2,
    "max_slices": 3,
    "min_object_pixels": 10,
    "slice_filter": "value_sum",
    "window": "percentile:1,99",
    "minmax_scope": "volume",
    "encode_clip": True,
    "com_must_be_inside": False,
    "s2_outside": "first",
    "hd_empty": "diagonal",
    "points_per_side": 8,
    "surface_tolerance_mm": 2.0,
    "seed": 7,
    "structures": ("liver",),
    "baselines": ("GrabCut",),
    "correction_effort": True,
    "fourier_patience": 2,
}


def test_every_option_but_the_timing_changes_the_hash():
    others = {"timing_repeats", "protocols", "protocol_settings"}
    assert set(OTHERS) | others == {field.name for field in fields(BenchmarkOptions)}
    default = option_hash(BenchmarkOptions(), ARITHMETIC)
    hashes = {option_hash(BenchmarkOptions(**{name: value}), ARITHMETIC) for name, value in OTHERS.items()}
    assert len(hashes | {default}) == len(OTHERS) + 1
    assert option_hash(BenchmarkOptions(timing_repeats=0), ARITHMETIC) == default


def test_settings_of_protocols_change_the_hash_only_where_there_is_a_protocol():
    settings = ProtocolSettings(click_rounds=3)
    default, chosen = BenchmarkOptions(), BenchmarkOptions(protocols=("huang-rounds",))
    assert option_hash(replace(default, protocol_settings=settings), ARITHMETIC) == option_hash(default, ARITHMETIC)
    hashes = {option_hash(o, ARITHMETIC) for o in (default, chosen, replace(chosen, protocol_settings=settings))}
    assert len(hashes) == 3


def test_the_hash_of_the_default_options_changes_with_the_version_of_the_rules_alone():
    assert option_hash(BenchmarkOptions(), ARITHMETIC) == "f120523459de85a0"


def test_protocols_have_one_order_whatever_the_user_wrote():
    one, other = ("shi-contours", "huang-rounds"), ("huang-rounds", "shi-contours")
    hashes = {option_hash(BenchmarkOptions(protocols=names), ARITHMETIC) for names in (one, other)}
    assert len(hashes) == 1


def test_options_with_protocols_survive_the_way_through_json():
    settings = ProtocolSettings(grid_sizes=(8, 16), relative_jitter=(0.1,), modes=(5,))
    options = BenchmarkOptions(protocols=("huang-grid",), protocol_settings=settings, preset="authors_code").resolved()
    assert BenchmarkOptions.from_json(json.loads(json.dumps(options.to_json()))) == options
    assert (options.protocol_settings.distance, options.protocol_settings.label_source) == ("cv2_5x5", "any")


@pytest.mark.parametrize("names", [("huang",), ("roi-crop", "roi-crop")])
def test_protocols_that_do_not_exist_or_come_twice_are_refused(names):
    with pytest.raises(InputError):
        BenchmarkOptions(protocols=names)


def test_a_protocol_that_varies_a_strategy_needs_it():
    with pytest.raises(InputError, match="sam-md-jitter is measured against S5"):
        BenchmarkOptions(strategies=("S2",), protocols=("sam-md-jitter",)).for_model(ORDINARY)
    with pytest.raises(InputError, match="takes no prompts"):
        BenchmarkOptions(protocols=("huang-rounds",)).for_model(PROMPTLESS)


CHANGES_OF_ARITHMETIC = {
    "model_sha256": "cd" * 32,
    "engine": "x",
    "precision": "bf16",
    "device": "cuda",
    "threads": 1,
    "normalisation": "mean 0.0 0.0 0.0, standard deviation 255.0 255.0 255.0",
    "mask_threshold": 0.5,
    "s1_thresholds": "predicted IoU > 0.5",
    "refiner_sha256": "ab" * 32,
}


@pytest.mark.parametrize(("name", "value"), CHANGES_OF_ARITHMETIC.items())
def test_arithmetic_changes_the_hash(name, value):
    changed = replace(ARITHMETIC, **{name: value})
    assert option_hash(BenchmarkOptions(), changed) != option_hash(BenchmarkOptions(), ARITHMETIC)


def test_every_part_of_the_arithmetic_but_the_name_is_tried_above():
    assert {field.name for field in fields(Arithmetic)} - {"model"} == set(CHANGES_OF_ARITHMETIC)


def test_the_same_weights_under_another_name_keep_the_hash():
    renamed = replace(ARITHMETIC, model="copy")
    assert option_hash(BenchmarkOptions(), renamed) == option_hash(BenchmarkOptions(), ARITHMETIC)


def test_a_preset_written_out_has_the_hash_of_the_preset():
    written = BenchmarkOptions(**PRESETS["paper"])
    assert option_hash(written, ARITHMETIC) == option_hash(BenchmarkOptions(), ARITHMETIC)


def test_a_single_choice_overrides_the_preset():
    resolved = BenchmarkOptions(preset="authors_code", hd_empty="nan").resolved()
    assert (resolved.hd_empty, resolved.encode_clip, resolved.com_must_be_inside) == ("nan", True, False)


def test_options_survive_json():
    options = BenchmarkOptions(**OTHERS)
    assert BenchmarkOptions.from_json(options.to_json()) == options


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"strategies": ("S7",)}, "no strategy 'S7'"),
        ({"strategies": ()}, "Neither a strategy nor a protocol"),
        ({"strategies": ("S1", "S1")}, "once"),
        ({"selections": ("luck",)}, "no mask selection 'luck'"),
        ({"plane": "slanted"}, "'plane' has no choice 'slanted'"),
        ({"preset": "mine"}, "'preset' has no choice 'mine'"),
        ({"stride": 0}, "stride"),
        ({"max_slices": -1}, "max_slices"),
        ({"points_per_side": 0}, "points_per_side"),
        ({"points_per_side": 257}, "points_per_side"),
        ({"window": "stained-glass"}, "no window 'stained-glass'"),
        ({"surface_tolerance_mm": float("nan")}, "surface_tolerance_mm"),
        ({"structures": ("liver", " + ")}, "no name"),
    ],
)
def test_impossible_options_are_input_errors_that_name_the_choice(wrong, message):
    with pytest.raises(InputError, match=message):
        BenchmarkOptions(**wrong)


def test_strategies_that_are_not_named_are_those_that_suit_the_model():
    assert BenchmarkOptions().for_model(ORDINARY).strategies == STRATEGIES
    assert BenchmarkOptions().for_model(PROMPTLESS).strategies == ("S0",)
    assert BenchmarkOptions().resolved().strategies == STRATEGIES
    assert set(suiting_strategies(ORDINARY)) | set(suiting_strategies(PROMPTLESS)) == set(ALL_STRATEGIES)
    assert set(STRATEGY_TITLES) == {*ALL_STRATEGIES, *CLASSICAL}


def test_options_for_a_model_are_resolved_and_stay_as_they_are():
    options = BenchmarkOptions(preset="authors_code", strategies=("S5", "S2")).for_model(ORDINARY)
    assert (options.strategies, options.encode_clip, options.s2_outside) == (("S5", "S2"), True, "first")
    assert options.for_model(ORDINARY) == options == options.resolved()


@pytest.mark.parametrize("strategy", ["S1", "S2", "S3", "S4", "S5", "S6"])
def test_a_promptless_model_is_evaluated_without_prompts_alone(strategy):
    with pytest.raises(InputError, match=f"'vessels' was trained without prompts.* {strategy}") as caught:
        BenchmarkOptions(strategies=("S0", strategy)).for_model(PROMPTLESS)
    assert caught.value.hint == "Choose from S0, or choose another model."


def test_a_model_that_needs_prompts_is_not_evaluated_without():
    with pytest.raises(InputError, match=r"'sam-small' needs prompts, so strategy S0 \(no prompt\)") as caught:
        BenchmarkOptions(strategies=("S5", "S0")).for_model(ORDINARY)
    assert caught.value.hint == "Choose from S1, S2, S3, S4, S5, S6, or choose another model."


def test_strategies_written_out_have_the_hash_of_those_that_suit():
    written = BenchmarkOptions(strategies=STRATEGIES)
    assert option_hash(written, ARITHMETIC) == option_hash(BenchmarkOptions(), ARITHMETIC)
    silent = BenchmarkOptions().for_model(PROMPTLESS)
    assert option_hash(silent, ARITHMETIC) == option_hash(BenchmarkOptions(strategies=("S0",)), ARITHMETIC)
    assert option_hash(silent, ARITHMETIC) != option_hash(BenchmarkOptions(), ARITHMETIC)


def test_the_hash_of_the_defaults_stays_so_that_older_results_are_found_again():
    assert option_hash(BenchmarkOptions(), ARITHMETIC) == "f120523459de85a0"


def test_options_stored_before_structures_could_be_named_are_read():
    stored = BenchmarkOptions().to_json()
    del stored["structures"]
    assert BenchmarkOptions.from_json(stored) == BenchmarkOptions().resolved()


def test_unknown_names_from_a_file_are_input_errors():
    with pytest.raises(InputError, match="Unknown options: colour"):
        BenchmarkOptions.from_json({"colour": "blue"})


def test_tables_list_strategies_first_and_then_classical_methods_in_their_order():
    from SAMBenchmarkLib.core.figure_groups import in_order
    from SAMBenchmarkLib.core.object_tables import strategies_of

    named = ["random walker", "another", "S5", "ellipse", "S0", "GrabCut", "S10"]
    expected = ["S0", "S5", "ellipse", "GrabCut", "random walker", "S10", "another"]
    assert in_order(named, TABLE_ORDER) == strategies_of([named]) == expected
    assert set(CLASSICAL) < set(TABLE_ORDER)
