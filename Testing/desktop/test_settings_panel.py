from __future__ import annotations

import pytest

from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.session.worker import Worker
from support.module_page import AnsweringUser, load_page

SPECS = [
    ModelSpec("sam-small", "small", "", path="a"),
    ModelSpec("vit_b", "vit_b", "", path="b"),
    ModelSpec("vit_h", "vit_h", ""),
]


@pytest.fixture
def cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SAM_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def open_panel(a_desktop, cache_folder, wait_until):
    """`open_panel(user)`: the section, as (panel, widgets), when it knows how much is on disk."""
    from SAMSegmenterLib.desktop.settings_panel import SettingsPanel

    opened = []

    def make(user=None, specs=SPECS, on_changed=lambda preferences: None):
        widget, ui = load_page()
        panel = SettingsPanel(ui, lambda: specs, user or AnsweringUser(), widget, on_changed, worker)
        opened.append((panel, widget))
        wait_until(lambda: not panel.cache.is_busy)
        return panel, ui

    worker = Worker("test")
    yield make
    for panel, _widget in opened:
        panel.cleanup()
    worker.close(10)


def kept():
    from SAMSegmenterLib.desktop.settings_store import read_preferences

    return read_preferences()


def test_at_first_everything_is_as_by_default(open_panel, cache_folder):
    _panel, ui = open_panel()
    assert ui.defaultModelSelector.currentData == "sam-small"
    assert ui.deviceSelector.currentText == "automatic"
    assert ui.threadsSpinBox.text == "automatic" and not ui.diskCheckBox.isChecked()
    assert not ui.diskSpinBox.enabled and not ui.purgeButton.enabled
    assert ui.folderEdit.text == str(cache_folder)


def test_only_models_that_are_here_are_offered(open_panel):
    _panel, ui = open_panel()
    names = [ui.defaultModelSelector.itemData(row) for row in range(ui.defaultModelSelector.count)]
    assert names == ["sam-small", "vit_b"]


def test_every_change_is_kept_at_once(open_panel):
    told = []
    _panel, ui = open_panel(on_changed=told.append)
    ui.defaultModelSelector.setCurrentIndex(1)
    ui.deviceSelector.setCurrentIndex(1)
    ui.threadsSpinBox.setValue(3)
    ui.memorySpinBox.setValue(256)
    ui.diskCheckBox.setChecked(True)
    ui.diskSpinBox.setValue(1000)
    now = kept()
    assert (now.model, now.device, now.threads, now.memory_megabytes) == ("vit_b", "cpu", 3, 256)
    assert now.keep_on_disk and now.disk_megabytes == 1000 and ui.diskSpinBox.enabled
    assert told[-1] == now
    _again, other = open_panel()
    assert other.defaultModelSelector.currentData == "vit_b" and other.threadsSpinBox.value == 3


def test_a_model_that_was_removed_stays_chosen_and_says_so(open_panel):
    _panel, ui = open_panel()
    ui.defaultModelSelector.setCurrentIndex(1)
    _panel, ui = open_panel(specs=SPECS[:1])
    assert ui.defaultModelSelector.currentText == "vit_b (not installed)"
    assert kept().model == "vit_b"


def test_another_folder_is_made_and_kept(open_panel, tmp_path):
    _panel, ui = open_panel(AnsweringUser(folder=str(tmp_path / "other")))
    ui.folderButton.click()
    assert kept().folder() == tmp_path / "other" and (tmp_path / "other").is_dir()
    assert ui.folderEdit.text == str(tmp_path / "other")


def test_a_folder_that_cannot_be_made_is_refused(open_panel, cache_folder, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    panel, ui = open_panel()
    ui.folderEdit.setText(str(tmp_path / "file" / "below"))
    panel.onFolderEdited()
    assert "could not be written" in ui.settingsMessageLabel.text
    assert kept().folder() == cache_folder and ui.folderEdit.text == str(cache_folder)


def test_an_empty_line_is_the_usual_folder_again(open_panel, cache_folder, tmp_path):
    panel, ui = open_panel(AnsweringUser(folder=str(tmp_path / "other")))
    ui.folderButton.click()
    ui.folderEdit.setText("")
    panel.onFolderEdited()
    assert kept().folder() == cache_folder
