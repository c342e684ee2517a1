from __future__ import annotations

import pytest

from SAMSegmenterLib.core.errors import DependencyError
from SAMSegmenterLib.desktop.torchvision_fit import NO_TORCHVISION, Torchvision
from SAMSegmenterLib.session.worker import Worker
from support.module_page import AnsweringUser, NotingInstaller, load_page

ALL = {"torch": "2.8.0", "segment-anything": "1.0", "safetensors": "0.6.2"}


@pytest.fixture
def open_panel(a_desktop):
    """`open_panel(installer, user)`: the section, as (panel, widgets)."""
    from SAMSegmenterLib.desktop.installation import Installation
    from SAMSegmenterLib.desktop.installation_panel import InstallationPanel

    opened = []

    def make(installer, user=None, torchvision=NO_TORCHVISION):
        widget, ui = load_page()
        worker = Worker("test")
        installation = Installation(
            installer,
            installer.version_of,
            lambda: dict(installer.versions),
            lambda: 100 * 10**9,
            lambda: False,
            lambda: torchvision,
        )
        panel = InstallationPanel(ui, installation, user or AnsweringUser(), widget, worker)
        opened.append((panel, widget, worker))
        return panel, ui

    yield make
    for panel, _widget, worker in opened:
        panel.cleanup()
        worker.close(30)


def versions(ui):
    table = ui.packagesTable
    return [table.topLevelItem(row).text(1) for row in range(table.topLevelItemCount)]


def test_a_complete_installation_offers_only_the_test(open_panel):
    _panel, ui = open_panel(NotingInstaller(dict(ALL)))
    assert versions(ui) == ["2.8.0", "1.0", "0.6.2", "no"]
    assert not ui.installButton.enabled and ui.tryButton.enabled
    assert ui.installationLabel.text == "Everything that the models need is installed."


def test_what_is_missing_is_installed_after_the_question(open_panel):
    user = AnsweringUser()
    installer = NotingInstaller({})
    _panel, ui = open_panel(installer, user)
    assert versions(ui) == ["no", "no", "no", "no"] and not ui.tryButton.enabled
    ui.installButton.click()
    assert "Will be installed" in user.asked[0][2]
    assert versions(ui) == ["2.8.0", "1.0", "0.6.2", "no"]
    assert ui.installationLabel.text.startswith("Installed.") and ui.tryButton.enabled


def test_declining_leaves_everything_as_it_was(open_panel):
    installer = NotingInstaller({})
    _panel, ui = open_panel(installer, AnsweringUser(agrees=False))
    ui.installButton.click()
    assert installer.calls == [] and ui.installationLabel.text == "Nothing was installed."
    assert ui.installButton.enabled


def test_an_obstacle_is_named_and_install_is_not_offered(open_panel):
    _panel, ui = open_panel(NotingInstaller({}, extension=False))
    assert "Extensions Manager" in ui.installationLabel.text and not ui.installButton.enabled
    _panel, ui = open_panel(NotingInstaller(ALL | {"torch": "1.10"}))
    assert versions(ui)[0] == "1.10, too old" and not ui.installButton.enabled and not ui.tryButton.enabled


def test_a_failure_is_said_and_can_be_tried_again(open_panel):
    _panel, ui = open_panel(NotingInstaller({"torch": "2.8.0"}, failure=RuntimeError("no network")))
    ui.installButton.click()
    assert "no network" in ui.installationLabel.text and ui.installButton.enabled


def test_a_torchvision_that_does_not_fit_is_said_and_is_not_in_the_way(open_panel):
    _panel, ui = open_panel(NotingInstaller(dict(ALL)), torchvision=Torchvision("0.22.0", "2.7.0"))
    assert versions(ui)[3] == "0.22.0, for PyTorch 2.7.0"
    assert "it is not replaced" in ui.installationLabel.text and ui.tryButton.enabled


def test_a_disk_that_fills_up_while_installing_is_said_with_what_is_missing(open_panel):
    full = OSError(28, "No space left on device")
    _panel, ui = open_panel(NotingInstaller({"torch": "2.8.0"}, failure=full))
    ui.installButton.click()
    assert "segment-anything, safetensors could not be installed" in ui.installationLabel.text
    assert "No space left on device" in ui.installationLabel.text and "free disk space" in ui.installationLabel.text


def test_changes_to_packages_of_others_ask_for_a_restart(open_panel):
    _panel, ui = open_panel(NotingInstaller({"numpy": "2.0.2"}, damage={"numpy": "2.4.0"}))
    ui.installButton.click()
    assert "numpy 2.0.2 -> 2.4.0" in ui.installationLabel.text and "Restart" in ui.installationLabel.text


def test_the_test_loads_the_bundled_model_and_segments(open_panel, wait_until):
    panel, ui = open_panel(NotingInstaller(dict(ALL)))
    ui.tryButton.click()
    assert not ui.tryButton.enabled
    wait_until(lambda: panel._tick is None)
    assert ui.installationLabel.text.startswith("sam-small works on ")
    assert "did not find" not in ui.installationLabel.text
    assert ui.tryButton.enabled


def test_a_broken_package_is_said_by_the_test(open_panel, wait_until, monkeypatch):
    from SAMSegmenterLib.session.preferences import Preferences

    def broken(*_given):
        raise DependencyError("The package 'torch' cannot be imported: no DLL", "Install PyTorch again.")

    monkeypatch.setattr(Preferences, "load", broken)
    panel, ui = open_panel(NotingInstaller(dict(ALL)))
    ui.tryButton.click()
    wait_until(lambda: panel._tick is None)
    assert ui.installationLabel.text == "The package 'torch' cannot be imported: no DLL\nInstall PyTorch again."
