"""Options of `sam-benchmark propagate`: their defaults, and numbers that are refused."""

import argparse

import pytest

from SAMBenchmarkLib.cli.benchmark_propagate_arguments import add_arguments, at_least
from SAMBenchmarkLib.cli.run_arguments import add_run_arguments


def parser_with(add):
    parser = argparse.ArgumentParser()
    add(parser)
    return parser


def test_model_device_and_engine_are_chosen_as_by_run():
    propagate = parser_with(add_arguments).parse_args([])
    run = parser_with(add_run_arguments).parse_args(["--output", "out"])
    for name in ("model", "device", "engine", "threads"):
        assert getattr(propagate, name) == getattr(run, name)
    assert propagate.engine == "auto"


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "", "²"])
def test_what_is_no_whole_number_of_one_or_more_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="whole number of 1 or more"):
        at_least(1)(text)


def test_a_seed_below_zero_is_refused(capsys):
    with pytest.raises(SystemExit):
        parser_with(add_arguments).parse_args(["--seed", "-1"])
    assert "whole number of 0 or more" in capsys.readouterr().err


def test_whole_numbers_are_taken():
    assert at_least(1)("12") == 12 and at_least(0)("0") == 0
