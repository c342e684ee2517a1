"""Which structures are measured."""

import pytest

from SAMBenchmarkLib.propagation.cases import catalogue_cases
from SAMBenchmarkLib.propagation.choosing import Choice, choose_parts
from SAMSegmenterLib.core.errors import Cancelled, InputError
from support.propagation_files import write_cylinders


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    return catalogue_cases(write_cylinders(tmp_path_factory.mktemp("choosing") / "data", 4))


def test_every_case_gives_one_before_any_gives_two(cases):
    chosen = choose_parts(cases, Choice("all", most=3))
    assert [one.case.name for one in chosen] == ["rods/0", "rods/1", "rods/2", "rods/3", "rods/3", "rods/3"]
    assert sorted(one.axis for one in chosen[3:]) == [0, 1, 2]


def test_no_more_cases_are_read_than_needed(cases):
    read = []
    choose_parts(cases, Choice(most=1), lambda event: read.append(event.message))
    assert len(read) == 2  # one of each dataset


def test_the_seed_decides(cases):
    draws = {seed: [one.case.name for one in choose_parts(cases, Choice(most=1, seed=seed))] for seed in range(6)}
    assert choose_parts(cases, Choice(most=1, seed=0))[0].case.name == draws[0][0]
    assert len({names[0] for names in draws.values()}) > 1


def test_a_user_who_stops_is_heard(cases):
    with pytest.raises(Cancelled):
        choose_parts(cases, Choice(), should_stop=lambda: True)


def test_nothing_long_enough_is_said(cases):
    with pytest.raises(InputError, match="No structure"):
        choose_parts(cases, Choice(every=3))
