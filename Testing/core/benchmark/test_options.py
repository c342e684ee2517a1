"""Options: presets, ranges, and the hash that keeps different rows apart."""

from dataclasses import fields, replace

import pytest

from SAMBenchmarkLib.core.options import PRESETS, Arithmetic, BenchmarkOptions, option_hash
from SAMSegmenterLib.core.errors import InputError

ARITHMETIC = Arithmetic("sam-small", "ab" * 32, "torch", "float32", "cpu", 2)
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
}


def test_every_option_but_the_timing_changes_the_hash():
    assert set(OTHERS) | {"timing_repeats"} == {field.name for field in fields(BenchmarkOptions)}
    default = option_hash(BenchmarkOptions(), ARITHMETIC)
    hashes = {option_hash(BenchmarkOptions(**{name: value}), ARITHMETIC) for name, value in OTHERS.items()}
    assert len(hashes | {default}) == len(OTHERS) + 1
    assert option_hash(BenchmarkOptions(timing_repeats=0), ARITHMETIC) == default


CHANGES_OF_ARITHMETIC = {
    "model_sha256": "cd" * 32,
    "engine": "x",
    "precision": "bf16",
    "device": "cuda",
    "threads": 1,
    "normalisation": "mean 0.0 0.0 0.0, standard deviation 255.0 255.0 255.0",
    "mask_threshold": 0.5,
    "s1_thresholds": "predicted IoU > 0.5",
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
        ({"strategies": ()}, "at least one"),
        ({"strategies": ("S1", "S1")}, "once"),
        ({"selections": ("luck",)}, "no mask selection 'luck'"),
        ({"plane": "slanted"}, "no plane 'slanted'"),
        ({"preset": "mine"}, "no preset 'mine'"),
        ({"stride": 0}, "stride"),
        ({"max_slices": -1}, "max_slices"),
        ({"points_per_side": 0}, "points_per_side"),
        ({"points_per_side": 257}, "points_per_side"),
        ({"window": "stained-glass"}, "no window 'stained-glass'"),
        ({"surface_tolerance_mm": float("nan")}, "surface_tolerance_mm"),
    ],
)
def test_impossible_options_are_input_errors_that_name_the_choice(wrong, message):
    with pytest.raises(InputError, match=message):
        BenchmarkOptions(**wrong)


def test_unknown_names_from_a_file_are_input_errors():
    with pytest.raises(InputError, match="Unknown options: colour"):
        BenchmarkOptions.from_json({"colour": "blue"})
