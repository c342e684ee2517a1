from __future__ import annotations

import pytest

from SAMSegmenterLib.desktop.installation_plan import (
    PACKAGES,
    TORCH,
    Needed,
    inspect_packages,
    installed_version,
    make_plan,
)
from SAMSegmenterLib.desktop.torchvision_fit import Torchvision

ALL = {"torch": "2.8.0+cu126", "segment-anything": "1.0", "safetensors": "0.6.2"}
PLENTY = 100 * 10**9


def found_with(versions):
    return inspect_packages(lambda needed: versions.get(needed.distribution, ""))


def test_nothing_is_planned_when_everything_is_here():
    plan = make_plan(found_with(ALL), True, PLENTY)
    assert not plan.is_needed and not plan.is_possible
    assert dict(plan.keep) == ALL


def test_only_what_is_missing_is_planned():
    plan = make_plan(found_with({"torch": "2.8.0"}), False, PLENTY)
    assert plan.requirements == ("segment-anything==1.0", "safetensors>=0.4")
    assert plan.is_possible and not plan.with_torch


@pytest.mark.parametrize(
    ("version", "enough"),
    [("2.4.0", True), ("2.10.1+cpu", True), ("2.4.0a0+git1", True), ("2.3.9", False), ("1.13.1", False)],
)
def test_versions_are_compared_by_their_numbers(version, enough):
    assert found_with({"torch": version})[0].is_enough is enough


def test_a_package_that_is_too_old_is_never_replaced():
    plan = make_plan(found_with(ALL | {"torch": "1.13.1"}), True, PLENTY)
    assert plan.install == () and not plan.is_possible and plan.is_needed
    assert [package.needed for package in plan.too_old] == [TORCH] and plan.missing == ("torch",)


def test_without_the_extension_pytorch_nothing_can_be_installed():
    plan = make_plan(found_with({}), False, PLENTY)
    assert plan.needs_extension and not plan.is_possible


def test_pytorch_that_was_removed_while_in_use_needs_a_restart_first():
    plan = make_plan(found_with({}), True, PLENTY, is_torch_imported=True)
    assert plan.needs_restart and not plan.is_possible
    assert not make_plan(found_with(ALL), True, PLENTY, is_torch_imported=True).needs_restart


def test_a_disk_without_room_is_in_the_way_and_a_small_one_is_tight():
    full, small = (make_plan(found_with({}), True, free) for free in (10**6, 2 * 10**9))
    assert full.lacks_room and not full.is_tight and not full.is_possible
    assert small.is_tight and not small.lacks_room and small.is_possible


def test_a_copy_of_the_package_that_says_no_version_counts_as_here():
    assert installed_version(Needed("json", "no-such-distribution", "1", "", (1, 1))) == "unknown"
    assert installed_version(Needed("no_such_module", "no-such-distribution", "1", "", (1, 1))) == ""
    assert found_with({"segment-anything": "unknown"})[1].is_enough


def test_pytorch_is_asked_for_with_a_torchvision_that_belongs_to_it():
    assert make_plan(found_with({}), True, PLENTY).torch_requirements == (">=2.4", ">=0.19")


def test_a_torchvision_that_is_here_chooses_pytorch_and_stays():
    plan = make_plan(found_with({}), True, PLENTY, torchvision=Torchvision("0.23.0", "2.8.0"))
    assert plan.torch_requirements == ("==2.8.0", "==0.23.0")
    assert dict(plan.keep) == {"torchvision": "0.23.0"} and plan.is_possible
    unknown = make_plan(found_with({}), True, PLENTY, torchvision=Torchvision("0.23.0"))
    assert unknown.torch_requirements == (">=2.4", "==0.23.0")


def test_a_torchvision_for_an_old_pytorch_is_not_replaced_either():
    old = Torchvision("0.14.1", "1.13.1")
    plan = make_plan(found_with({}), True, PLENTY, torchvision=old)
    assert plan.torchvision_forbids and not plan.is_possible
    assert not make_plan(found_with(ALL), True, PLENTY, torchvision=old).is_needed


def test_the_real_environment_can_be_inspected():
    assert [package.needed for package in inspect_packages()] == list(PACKAGES)
    assert PACKAGES[0] is TORCH
