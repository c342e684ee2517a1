"""Models come with consent and a checksum, and go after a question; every failure is said on the page."""

from __future__ import annotations

import errno
import hashlib
import os
import pickle
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import SAMError, StoreError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.models import known_models, registry
from SAMSegmenterLib.session.worker import Worker
from support.module_page import AnsweringUser, load_page
from support.weights_server import serving

CONTENT = bytes(range(256)) * 4000


@pytest.fixture
def a_server():
    with serving(CONTENT, "sam_vit_b_01ec64.pth") as server:
        yield server


@pytest.fixture
def models_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SAM_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def open_panel(a_desktop, models_folder):
    """`open_panel(user)`: the section with its own worker, as (panel, widgets)."""
    from SAMSegmenterLib.desktop.model_manager import ModelManager
    from SAMSegmenterLib.desktop.models_panel import ModelsPanel

    opened = []

    def make(user=None, changes=None):
        widget, ui = load_page()
        worker = Worker("test")
        changed = changes.append if changes is not None else (lambda _none: None)
        panel = ModelsPanel(ui, ModelManager(worker=worker), user or AnsweringUser(), widget, lambda: changed(1))
        opened.append((panel, widget, worker))
        return panel, ui

    yield make
    for panel, _widget, worker in opened:
        panel.cleanup()
        worker.close(10)


@pytest.fixture
def vit_b_at(a_server, monkeypatch):
    """The official ViT-B, as if the test's server were its address."""
    spec = replace(
        known_models.OFFICIAL["vit_b"],
        url=a_server.url,
        bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
    )
    monkeypatch.setitem(known_models.OFFICIAL, "vit_b", spec)
    assert registry.find("vit_b").url == a_server.url
    return spec


def idle(panel):
    return lambda: panel._tick is None


def lines(ui):
    table = ui.modelsTable
    return [[table.topLevelItem(row).text(column) for column in range(4)] for row in range(table.topLevelItemCount)]


def message(ui):
    return ui.modelsMessageLabel.text


def test_models_are_listed_with_what_is_installed(a_desktop):
    from SAMSegmenterLib.desktop.models_panel import ModelsPanel

    specs = [
        ModelSpec("small", "small", "", bytes=9_000_000, licence="Apache-2.0", card="Fast.", path="small.safetensors"),
        ModelSpec("vit_b", "vit_b", "", licence="Apache-2.0"),
    ]
    widget, ui = load_page()
    panel = ModelsPanel(ui, SimpleNamespace(specs=lambda: specs), AnsweringUser(), widget)
    assert lines(ui) == [["small", "yes", "9.0 MB", "Apache-2.0"], ["vit_b", "no", "", "Apache-2.0"]]
    assert ui.modelLabel.text == "Fast."
    specs.clear()
    panel.refresh()
    assert lines(ui) == [] and not ui.verifyButton.enabled and not ui.cardButton.enabled
    panel.cleanup()


def test_buttons_offer_what_the_chosen_model_allows(open_panel):
    panel, ui = open_panel()
    panel.choose("vit_b")
    assert [ui.downloadButton.enabled, ui.verifyButton.enabled, ui.removeButton.enabled] == [True, False, False]
    panel.choose("sam-small")
    assert [ui.downloadButton.enabled, ui.verifyButton.enabled, ui.removeButton.enabled] == [False, True, False]
    panel.choose("medsam")
    assert not ui.downloadButton.enabled and ui.importButton.enabled


def test_the_licence_is_shown_and_accepted_before_anything_is_fetched(open_panel, vit_b_at, a_server):
    user = AnsweringUser(agrees=False)
    panel, ui = open_panel(user)
    panel.choose("vit_b")
    ui.downloadButton.click()
    (_title, text, details, accept) = user.asked[0]
    assert "accept its licence" in text and accept == "Accept and download"
    assert "Apache-2.0 (https://www.apache.org/licenses/LICENSE-2.0)" in details and a_server.url in details
    assert a_server.requests == [] and message(ui) == "Nothing was downloaded."


def test_a_download_ends_verified_and_in_the_table(open_panel, vit_b_at, wait_until, models_folder):
    changes = []
    panel, ui = open_panel(changes=changes)
    panel.choose("vit_b")
    ui.downloadButton.click()
    assert not ui.importButton.enabled and not ui.modelsCancelButton.isHidden()
    wait_until(idle(panel))
    assert message(ui) == "'vit_b' is installed and verified."
    assert (models_folder / "sam_vit_b_01ec64.pth").read_bytes() == CONTENT
    assert {line[0]: line[1] for line in lines(ui)}["vit_b"] == "yes"
    assert panel.chosen().name == "vit_b" and changes == [1]
    assert ui.modelsCancelButton.isHidden() and ui.removeButton.enabled


def test_another_file_than_announced_is_deleted_and_said(open_panel, vit_b_at, a_server, wait_until, models_folder):
    a_server.content = bytes(len(CONTENT))
    panel, ui = open_panel()
    panel.choose("vit_b")
    ui.downloadButton.click()
    wait_until(idle(panel))
    assert "is not the weights of 'vit_b'" in message(ui) and "sam-models" not in message(ui)
    assert list(models_folder.iterdir()) == []
    assert ui.downloadButton.enabled


def test_without_a_network_the_page_says_what_to_do(open_panel, vit_b_at, monkeypatch, wait_until):
    gone = replace(vit_b_at, url="http://127.0.0.1:9/sam_vit_b_01ec64.pth")
    monkeypatch.setitem(known_models.OFFICIAL, "vit_b", gone)
    panel, ui = open_panel()
    panel.choose("vit_b")
    ui.downloadButton.click()
    wait_until(idle(panel))
    assert "cannot be reached" in message(ui) and "press Import file" in message(ui)


def test_a_full_disk_is_said(open_panel, vit_b_at, monkeypatch, wait_until):
    from SAMSegmenterLib.models import download

    monkeypatch.setattr(download.shutil, "disk_usage", lambda folder: SimpleNamespace(free=10))
    panel, ui = open_panel()
    panel.choose("vit_b")
    ui.downloadButton.click()
    wait_until(idle(panel))
    assert "The disk is full" in message(ui)


def test_a_cancelled_download_says_that_it_goes_on_later(open_panel, vit_b_at, wait_until):
    panel, ui = open_panel()
    panel.choose("vit_b")
    ui.downloadButton.click()
    ui.modelsCancelButton.click()
    assert message(ui) == "Stopping ..." and not ui.modelsCancelButton.enabled
    wait_until(idle(panel))
    assert "goes on from there" in message(ui) and ui.downloadButton.enabled


def test_a_checkpoint_with_code_in_it_is_refused_and_not_run(open_panel, tmp_path, wait_until):
    proof = tmp_path / "proof"

    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(proof),)

    file = tmp_path / "trap.pth"
    file.write_bytes(pickle.dumps({"weights": Trap()}))
    panel, ui = open_panel(AnsweringUser(file=str(file)))
    ui.importButton.click()
    wait_until(idle(panel))
    assert not proof.exists()
    assert message(ui) and "Something unexpected" not in message(ui)


def test_weights_of_an_unknown_architecture_are_refused(open_panel, tmp_path, wait_until, models_folder):
    import torch
    from safetensors.torch import save_file

    file = tmp_path / "other.safetensors"
    save_file({"layer.weight": torch.zeros(2, 2)}, file)
    panel, ui = open_panel(AnsweringUser(file=str(file)))
    ui.importButton.click()
    wait_until(idle(panel))
    assert message(ui) and "Something unexpected" not in message(ui)
    assert not models_folder.exists() or list(models_folder.iterdir()) == []


def test_an_imported_model_can_be_verified_and_removed(open_panel, tmp_path, wait_until, models_folder):
    file = a_copy(tmp_path)
    user = AnsweringUser(file=str(file))
    panel, ui = open_panel(user)
    ui.importButton.click()
    wait_until(idle(panel))
    assert "'mine' is installed" in message(ui)
    panel.choose("mine")
    ui.verifyButton.click()
    wait_until(idle(panel))
    assert message(ui) == "'mine' is as it should be."
    (models_folder / "mine.safetensors").write_bytes(file.read_bytes()[:-1] + b"?")
    ui.verifyButton.click()
    wait_until(idle(panel))
    assert "damaged" in message(ui) and "press Remove" in message(ui)
    user.agrees = False
    ui.removeButton.click()
    assert (models_folder / "mine.safetensors").exists()
    user.agrees = True
    ui.removeButton.click()
    assert message(ui) == "'mine' was removed." and list(models_folder.iterdir()) == []


def test_choosing_no_file_does_nothing(open_panel):
    panel, ui = open_panel(AnsweringUser(file=""))
    ui.importButton.click()
    assert panel._tick is None and message(ui) == ""


def test_a_file_in_use_is_said_when_it_cannot_be_removed(open_panel, vit_b_at, monkeypatch, models_folder):
    models_folder.mkdir()
    (models_folder / "sam_vit_b_01ec64.pth").write_bytes(CONTENT)
    panel, ui = open_panel()
    panel.choose("vit_b")

    def refuse(name):
        raise StoreError("The file is in use.", "Close other programs.")

    monkeypatch.setattr(registry, "remove", refuse)
    ui.removeButton.click()
    assert message(ui) == "The file is in use.\nClose other programs."


def test_the_card_can_be_read_with_its_licence(open_panel):
    user = AnsweringUser()
    panel, ui = open_panel(user)
    panel.choose("sam-small")
    ui.cardButton.click()
    ((title, text),) = user.read
    assert title == "sam-small" and "Licence: CC BY-SA 4.0" in text
    assert registry.bundled_path().with_suffix(".md").read_text(encoding="utf-8") in text


def test_leaving_in_the_middle_of_a_download_stops_it(open_panel, vit_b_at, a_desktop):
    panel, ui = open_panel()
    panel.choose("vit_b")
    ui.downloadButton.click()
    job = panel._job
    panel.cleanup()
    assert job.should_stop() and panel._tick is None
    a_desktop.processEvents()


def a_copy(folder):
    """The bundled weights under another name."""
    return Path(shutil.copy(registry.bundled_path(), folder / "mine.safetensors"))


def write_sparse(path, start, size):
    """A file that is long without taking room: a beginning, then zeros."""
    with path.open("wb") as file:
        file.write(start)
        file.truncate(size)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("image.pth", b"\x89PNG\r\n\x1a\n"),
        ("zeros.pt", b""),
        ("header.safetensors", (1 << 62).to_bytes(8, "little")),
        ("archive.pth", b"PK\x03\x04"),
    ],
)
def test_a_huge_file_that_is_no_checkpoint_is_refused_without_being_read(
    open_panel, tmp_path, wait_until, models_folder, name, start
):
    file = tmp_path / name
    write_sparse(file, start, 40 << 30)
    panel, ui = open_panel(AnsweringUser(file=str(file)))
    ui.importButton.click()
    wait_until(idle(panel))
    assert name in message(ui) and "Something unexpected" not in message(ui)
    assert not models_folder.exists() or list(models_folder.iterdir()) == []
    assert ui.importButton.enabled


@pytest.mark.parametrize("kept", [0, 7, 1000, 1_000_000])
def test_a_file_that_was_cut_off_is_refused(open_panel, tmp_path, wait_until, models_folder, kept):
    file = tmp_path / "cut.safetensors"
    file.write_bytes(registry.bundled_path().read_bytes()[:kept])
    panel, ui = open_panel(AnsweringUser(file=str(file)))
    ui.importButton.click()
    wait_until(idle(panel))
    assert "cut.safetensors" in message(ui) and "Something unexpected" not in message(ui)
    assert not models_folder.exists() or list(models_folder.iterdir()) == []


def test_a_file_that_went_away_is_called_so(open_panel, tmp_path, wait_until):
    panel, ui = open_panel(AnsweringUser(file=str(tmp_path / "gone.pth")))
    ui.importButton.click()
    wait_until(idle(panel))
    assert "gone.pth" in message(ui) and "Something unexpected" not in message(ui)


@pytest.mark.parametrize("action", ["download", "import"])
def test_a_models_folder_that_cannot_be_written_is_said(
    open_panel, vit_b_at, tmp_path, monkeypatch, wait_until, action
):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("SAM_MODELS_DIR", str(tmp_path / "file" / "models"))
    panel, ui = open_panel(AnsweringUser(file=str(a_copy(tmp_path))))
    panel.choose("vit_b")
    (ui.downloadButton if action == "download" else ui.importButton).click()
    wait_until(idle(panel))
    assert "could not be written" in message(ui) and "Something unexpected" not in message(ui)
    assert ui.importButton.enabled


def test_a_disk_that_fills_up_during_an_import_is_said_and_leaves_nothing(
    open_panel, tmp_path, monkeypatch, wait_until, models_folder
):
    from SAMSegmenterLib.models import importing

    def full(*_given):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(importing, "_copy", full)
    panel, ui = open_panel(AnsweringUser(file=str(a_copy(tmp_path))))
    ui.importButton.click()
    wait_until(idle(panel))
    assert "The disk is full" in message(ui) and list(models_folder.iterdir()) == []


def test_the_model_in_use_can_be_removed_and_says_so_when_it_is_wanted_again(
    open_panel, tmp_path, wait_until, models_folder
):
    panel, ui = open_panel(AnsweringUser(file=str(a_copy(tmp_path))))
    ui.importButton.click()
    wait_until(idle(panel))
    predictor = registry.load("mine", "cpu")
    panel.choose("mine")
    ui.removeButton.click()
    if (models_folder / "mine.safetensors").exists():  # Windows does not delete what is in use
        assert os.name == "nt" and message(ui)
        return
    assert message(ui) == "'mine' was removed."
    assert len(predictor.encode([np.zeros((32, 32, 3), np.uint8)])) == 1, "what is loaded goes on working"
    with pytest.raises(SAMError, match="There is no model 'mine'"):
        registry.load("mine", "cpu")
