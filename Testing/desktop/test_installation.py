"""What installing would do is known beforehand, asked, and never replaces what is there."""

from __future__ import annotations

import pytest

from SAMSegmenterLib.core.errors import Cancelled, DependencyError
from SAMSegmenterLib.desktop.installation import (
    PACKAGES,
    TORCH,
    Installation,
    Needed,
    changed,
    inspect_packages,
    installed_version,
    make_plan,
    plan_text,
)
from support.module_page import NotingInstaller

ALL = {"torch": "2.8.0+cu126", "segment-anything": "1.0", "safetensors": "0.6.2"}
PLENTY = 100 * 10**9


def found_with(versions):
    return inspect_packages(lambda needed: versions.get(needed.distribution, ""))


def installation_with(installer, free=PLENTY):
    return Installation(installer, installer.version_of, lambda: dict(installer.versions), lambda: free)


def run(installation, agrees=True):
    plans, ends = [], []

    def consent(plan):
        plans.append(plan)
        return agrees

    installation.run(consent, lambda error, touched: ends.append((error, touched)))
    (end,) = ends
    return plans, *end


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
    assert "torch 1.13.1 is installed" in plan.obstacles[0] and "not replaced" in plan.obstacles[0]


def test_without_the_extension_pytorch_the_user_is_sent_there():
    plan = make_plan(found_with({}), False, PLENTY)
    assert not plan.is_possible
    assert "Extensions Manager" in plan.obstacles[0]


def test_a_disk_without_room_is_an_obstacle_and_a_small_one_a_warning():
    assert "MB free" in make_plan(found_with({}), True, 10**6).obstacles[0]
    plan = make_plan(found_with({}), True, 2 * 10**9)
    assert plan.is_possible and "NVIDIA" in plan.warnings[0]


def test_a_copy_of_the_package_that_says_no_version_counts_as_here():
    assert installed_version(Needed("json", "no-such-distribution", "1", "", "", (1, 1))) == "unknown"
    assert installed_version(Needed("no_such_module", "no-such-distribution", "1", "", "", (1, 1))) == ""
    assert found_with({"segment-anything": "unknown"})[1].is_enough


def test_the_question_names_what_comes_and_what_stays():
    text = plan_text(make_plan(found_with({"safetensors": "0.6.2"}), True, PLENTY))
    assert "PyTorch 2.4 or newer" in text and "segment-anything==1.0" in text
    assert "safetensors 0.6.2" in text.partition("Stays as it is")[2]
    assert "does not respond" in text


def test_nothing_is_touched_when_the_user_declines():
    installer = NotingInstaller({})
    plans, error, touched = run(installation_with(installer), agrees=False)
    assert len(plans) == 1 and installer.calls == [] and touched == ()
    assert isinstance(error, Cancelled)


def test_nobody_is_asked_when_there_is_nothing_to_do_or_something_in_the_way():
    plans, error, _touched = run(installation_with(NotingInstaller(dict(ALL))))
    assert plans == [] and error is None
    plans, error, _touched = run(installation_with(NotingInstaller({}, extension=False)))
    assert plans == [] and isinstance(error, DependencyError)


def test_pytorch_comes_first_and_from_its_extension():
    installer = NotingInstaller({"numpy": "2.0.2"})
    _plans, error, touched = run(installation_with(installer))
    assert error is None and touched == ()
    assert installer.calls == [("torch", ">=2.4"), ("segment-anything==1.0", "safetensors>=0.4")]


def test_packages_of_others_that_changed_are_reported():
    installer = NotingInstaller({"numpy": "2.0.2"}, damage={"numpy": "2.4.0"})
    _plans, error, touched = run(installation_with(installer))
    assert error is None and touched == ("numpy 2.0.2 -> 2.4.0",)
    assert changed({"a": "1", "b": "1"}, {"b": "1", "c": "1"}) == ("a 1 -> removed",)


def test_declining_pytorch_in_its_own_dialog_ends_the_installation():
    installer = NotingInstaller({}, declines_torch=True)
    installation = installation_with(installer)
    _plans, error, _touched = run(installation)
    assert isinstance(error, Cancelled) and installer.calls == [("torch", ">=2.4")]
    assert not installation.is_running


def test_a_failing_network_is_said_in_words():
    installer = NotingInstaller({"torch": "2.8.0"}, failure=RuntimeError("No matching distribution found"))
    installation = installation_with(installer)
    _plans, error, _touched = run(installation)
    assert isinstance(error, DependencyError) and "No matching distribution" in error.message
    assert "network" in error.hint and not installation.is_running


def test_an_installer_that_did_nothing_is_found_out():
    installer = NotingInstaller({"torch": "2.8.0"})
    installer.install_packages = lambda requirements, on_done: on_done(None)
    _plans, error, _touched = run(installation_with(installer))
    assert "segment-anything, safetensors could not be installed" in error.message


def test_a_second_installation_waits_for_the_first():
    installer = NotingInstaller({"torch": "2.8.0"})
    waiting = []
    installer.install_packages = lambda requirements, on_done: waiting.append(on_done)
    installation = installation_with(installer)
    installation.run(lambda plan: True, lambda error, touched: None)
    installation.run(lambda plan: True, lambda error, touched: None)
    assert len(waiting) == 1 and installation.is_running
    installer.versions.update(ALL)
    waiting[0](None)
    assert not installation.is_running


def test_the_real_environment_can_be_inspected():
    assert [package.needed for package in inspect_packages()] == list(PACKAGES)
    assert PACKAGES[0] is TORCH
