"""What is missing is installed after a question, and nothing that is there is replaced."""

from __future__ import annotations

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.desktop.installation import Installation, NotInstalledError, changed
from support.module_page import NotingInstaller

ALL = {"torch": "2.8.0+cu126", "segment-anything": "1.0", "safetensors": "0.6.2"}
PLENTY = 100 * 10**9


def installation_with(installer, free=PLENTY):
    return Installation(installer, installer.version_of, lambda: dict(installer.versions), lambda: free, lambda: False)


def run(installation, agrees=True):
    plans, ends = [], []

    def consent(plan):
        plans.append(plan)
        return agrees

    installation.run(consent, lambda error, touched: ends.append((error, touched)))
    (end,) = ends
    return plans, *end


def test_nothing_is_touched_when_the_user_declines():
    installer = NotingInstaller({})
    plans, error, touched = run(installation_with(installer), agrees=False)
    assert len(plans) == 1 and installer.calls == [] and touched == ()
    assert isinstance(error, Cancelled)


def test_nobody_is_asked_when_there_is_nothing_to_do_or_something_in_the_way():
    plans, error, _touched = run(installation_with(NotingInstaller(dict(ALL))))
    assert plans == [] and error is None
    plans, error, _touched = run(installation_with(NotingInstaller({}, extension=False)))
    assert plans == [] and isinstance(error, NotInstalledError)


def test_pytorch_comes_first_and_from_its_extension():
    installer = NotingInstaller({"numpy": "2.0.2"})
    _plans, error, touched = run(installation_with(installer))
    assert error is None and touched == ()
    assert installer.calls == [("torch", ">=2.4", ">=0.19"), ("segment-anything==1.0", "safetensors>=0.4")]


def test_packages_of_others_that_changed_are_reported():
    installer = NotingInstaller({"numpy": "2.0.2"}, damage={"numpy": "2.4.0"})
    _plans, error, touched = run(installation_with(installer))
    assert error is None and touched == ("numpy 2.0.2 -> 2.4.0",)
    assert changed({"a": "1", "b": "1"}, {"b": "1", "c": "1"}) == ("a 1 -> removed",)


def test_declining_pytorch_in_its_own_dialog_ends_the_installation():
    installer = NotingInstaller({}, declines_torch=True)
    installation = installation_with(installer)
    _plans, error, _touched = run(installation)
    assert isinstance(error, Cancelled) and installer.calls == [("torch", ">=2.4", ">=0.19")]
    assert not installation.is_running


def test_a_failing_network_is_said_in_words():
    installer = NotingInstaller({"torch": "2.8.0"}, failure=RuntimeError("No matching distribution found"))
    installation = installation_with(installer)
    _plans, error, _touched = run(installation)
    assert isinstance(error, NotInstalledError) and error.reason == "No matching distribution found"
    assert error.missing == ("segment-anything", "safetensors") and not installation.is_running


def test_an_installer_that_did_nothing_is_found_out():
    installer = NotingInstaller({"torch": "2.8.0"})
    installer.install_packages = lambda requirements, on_done: on_done(None)
    _plans, error, _touched = run(installation_with(installer))
    assert (error.missing, error.reason) == (("segment-anything", "safetensors"), "")
    assert str(error) == "segment-anything, safetensors could not be installed"


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
