"""A model of the small architecture has the program's refiner; damaged files are told apart, never run."""

import hashlib
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.refining import files as module
from SAMSegmenterLib.models.refining.appearance import CHANNELS
from SAMSegmenterLib.models.refining.files import SCHEMA, open_refiner, refiner_path, with_refiner
from SAMSegmenterLib.models.refining.network import RefiningNetwork
from SAMSegmenterLib.models.refining.window import SIDE
from SAMSegmenterLib.models.registry import load, resolve

METADATA = {"schema": SCHEMA, "side": str(SIDE), "channels": str(CHANNELS), "widths": "[4, 8, 8, 8]"}
SMALL = replace(blank_spec("mine", "small"), path="installed")


@pytest.fixture
def weights():
    return RefiningNetwork((4, 8, 8, 8)).state_dict()


@pytest.fixture
def refiner_file(tmp_path, weights):
    save_file(weights, tmp_path / "refiner.safetensors", METADATA)
    return tmp_path / "refiner.safetensors"


def test_the_programs_refiner_belongs_to_every_small_model():
    spec = with_refiner(SMALL)
    assert spec.refiner == refiner_path()
    assert spec.refiner_sha256 == hashlib.sha256(refiner_path().read_bytes()).hexdigest()
    for other in (blank_spec("big", "vit_b"), blank_spec("absent", "small"), replace(SMALL, promptless=True)):
        assert with_refiner(other) == other
    open_refiner(spec.refiner, 256)


def test_without_its_file_there_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "refiner_path", lambda: tmp_path / "absent")
    assert with_refiner(SMALL) == SMALL
    assert with_refiner(replace(SMALL, refiner=tmp_path / "old", refiner_sha256="ab")) == SMALL


def test_another_can_be_named(refiner_file, tmp_path):
    assert with_refiner(SMALL, refiner_file).refiner == refiner_file
    with pytest.raises(ModelError, match="cannot be read"):
        with_refiner(SMALL, tmp_path / "absent")


def test_the_file_is_hashed_once_for_each_state(monkeypatch, refiner_file, weights):
    before = with_refiner(SMALL, refiner_file).refiner_sha256
    with monkeypatch.context() as patched:
        patched.setattr(module, "file_sha256", lambda path: pytest.fail("hashed again"))
        assert with_refiner(SMALL, refiner_file).refiner_sha256 == before
    save_file(weights, refiner_file, METADATA | {"card": "Another."})
    assert with_refiner(SMALL, refiner_file).refiner_sha256 != before


@pytest.mark.parametrize("change", [{"schema": "sam-refiner/0"}, {"side": "7"}, {"channels": "3"}])
def test_a_refiner_of_another_version_is_refused(tmp_path, weights, change):
    save_file(weights, tmp_path / "other.safetensors", METADATA | change)
    with pytest.raises(ModelError, match="not a refiner that this version") as caught:
        open_refiner(tmp_path / "other.safetensors", 256)
    assert "sam-train refine" in caught.value.hint


@pytest.mark.parametrize("widths", ["[4, 8, 8]", "[4, 8, 8, 16]", "x", "[4, 8, 8, -8]", "7"])
def test_weights_that_do_not_fit_are_damaged(tmp_path, weights, widths):
    save_file(weights, tmp_path / "other.safetensors", METADATA | {"widths": widths})
    with pytest.raises(ModelError, match="damaged"):
        open_refiner(tmp_path / "other.safetensors", 256)


def test_values_that_are_not_finite_are_refused(tmp_path, weights):
    weights["output.bias"] = torch.tensor([float("nan")])
    save_file(weights, tmp_path / "other.safetensors", METADATA)
    with pytest.raises(ModelError, match="not finite"):
        open_refiner(tmp_path / "other.safetensors", 256)


def test_other_files_are_no_refiners(tmp_path):
    (tmp_path / "text").write_text("no weights")
    with pytest.raises(ModelError, match=r"The refiner .* cannot be read") as caught:
        open_refiner(tmp_path / "text", 256)
    assert "sam-train refine" in caught.value.hint


def test_a_damaged_refiner_is_not_blamed_on_the_engine(tmp_path, caplog):
    (tmp_path / "text").write_text("no weights")
    with pytest.raises(ModelError, match="The refiner"):
        load(replace(resolve("sam-small"), refiner=tmp_path / "text"), "cpu")
    assert "engine" not in caplog.text
