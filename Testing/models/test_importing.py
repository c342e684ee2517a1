"""Imported files are recognised, checked and copied; a refused file leaves nothing behind."""

import hashlib
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from SAMSegmenterLib.core.errors import Cancelled, InputError, ModelError
from SAMSegmenterLib.core.promptless import segment_slice
from SAMSegmenterLib.models import importing
from SAMSegmenterLib.models.architectures import build
from SAMSegmenterLib.models.known_models import MEDSAM_SPEC, OFFICIAL
from SAMSegmenterLib.models.registry import find, import_file, load, registry, remove, resolve, verify
from support.sam_reference import assert_same, reference_predictor


def files_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_file_is_copied_under_a_name_made_from_its_own(models_folder, a_weights_file):
    events = []
    spec = import_file(a_weights_file, on_progress=events.append)
    assert (spec.name, spec.architecture, spec.licence, spec.mask_threshold) == ("My-Model-1", "small", "CC0", 0.25)
    assert spec.sha256 == hashlib.sha256(a_weights_file.read_bytes()).hexdigest()
    assert spec.path == models_folder / "My-Model-1.safetensors"
    assert spec.path.read_bytes() == a_weights_file.read_bytes()
    assert registry()["My-Model-1"] == resolve("My-Model-1") == spec
    verify(spec)
    assert {event.stage for event in events} == {"Checking", "Copying"}
    remove("My-Model-1")
    assert files_in(models_folder) == []


def test_a_pytorch_checkpoint_is_imported_under_a_chosen_name(models_folder, a_small_network, tmp_path):
    torch.save({"model": a_small_network.state_dict()}, tmp_path / "checkpoint.pt")
    spec = import_file(tmp_path / "checkpoint.pt", "mine")
    assert spec.path == models_folder / "mine.pth"
    assert (spec.licence, spec.card) == ("unknown", "Imported from checkpoint.pt.")
    assert files_in(models_folder) == ["mine.json", "mine.pth"]


def test_a_promptless_model_is_known_as_one_and_answers_as_sam_does(models_folder, a_promptless_file, an_image):
    spec = import_file(a_promptless_file)
    assert spec.promptless and "Promptless" in spec.card and registry()["vessels"] == spec
    network, image = build("small"), an_image(90, 140)
    network.load_state_dict(load_file(a_promptless_file))
    predictor = load("vessels", "cpu", "torch")
    candidates = segment_slice(predictor, predictor.encode([image])[0])
    assert_same(candidates, reference_predictor(network, image).predict(multimask_output=False))
    assert candidates.masks.shape == (1, 90, 140) and 0 < candidates.masks.mean() < 1


def test_importing_twice_is_once(models_folder, a_weights_file):
    assert import_file(a_weights_file, "mine") == import_file(a_weights_file, "mine")
    assert files_in(models_folder) == ["mine.json", "mine.safetensors"]


def test_a_taken_name_is_refused(models_folder, a_weights_file, a_small_network, tmp_path):
    import_file(a_weights_file, "mine")
    torch.save(a_small_network.state_dict(), tmp_path / "other.pth")
    with pytest.raises(InputError, match="already a model 'mine'"):
        import_file(tmp_path / "other.pth", "mine")
    for name in ("sam-small", "vit_b"):
        with pytest.raises(InputError, match="another model's name"):
            import_file(a_weights_file, name)
    with pytest.raises(InputError, match="cannot be a model's name"):
        import_file(a_weights_file, "../mine")
    assert files_in(models_folder) == ["mine.json", "mine.safetensors"]


def test_an_official_file_takes_its_models_place(models_folder, a_weights_file, monkeypatch):
    content = a_weights_file.read_bytes()
    official = replace(OFFICIAL["vit_b"], sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    monkeypatch.setitem(OFFICIAL, "vit_b", official)
    spec = import_file(a_weights_file)
    assert spec.name == "vit_b" and find("vit_b") == spec
    assert files_in(models_folder) == ["sam_vit_b_01ec64.pth"]
    assert import_file(spec.path) == spec


def test_medsam_keeps_its_own_normalisation(models_folder, a_weights_file, monkeypatch, tmp_path):
    monkeypatch.setattr(importing, "MEDSAM_SPEC", replace(MEDSAM_SPEC, architecture="small"))
    path = tmp_path / "medsam_vit_b.safetensors"
    path.write_bytes(a_weights_file.read_bytes())
    spec = import_file(path)
    assert spec.name == "medsam" and spec.normalisation == ((0, 0, 0), (255, 255, 255))
    assert resolve("medsam") == spec and list(registry())[:5] == ["sam-small", "vit_b", "vit_l", "vit_h", "medsam"]


@pytest.mark.usefixtures("models_folder")
def test_another_architecture_is_not_medsam(a_weights_file):
    with pytest.raises(InputError, match="MedSAM is a ViT-B, this file a small"):
        import_file(a_weights_file, "medsam")


def _without_a_tensor(tensors):
    del tensors["mask_decoder.iou_token.weight"]


def _with_another_tensor(tensors):
    tensors["extra.weight"] = torch.zeros(3)


def _with_another_shape(tensors):
    tensors["mask_decoder.iou_token.weight"] = torch.zeros(2, 128)


def _with_nan(tensors):
    tensors["mask_decoder.iou_token.weight"][0, 5] = float("nan")


def _of_another_network(tensors):
    tensors.clear()
    tensors["fc.weight"] = torch.zeros(2, 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_without_a_tensor, "1 tensors are missing and 0"),
        (_with_another_tensor, r"0 tensors are missing and 1 .*'extra\.weight'"),
        (_with_another_shape, r"shape \(2, 128\) instead of \(1, 128\)"),
        (_with_nan, "not finite"),
        (_of_another_network, "not those of a SAM network"),
    ],
)
def test_weights_that_do_not_fit_are_refused(models_folder, a_weights_file, tmp_path, change, words):
    tensors = load_file(a_weights_file)
    change(tensors)
    save_file(tensors, tmp_path / "odd.safetensors")
    with pytest.raises(ModelError, match=words) as caught:
        import_file(tmp_path / "odd.safetensors")
    assert caught.value.hint and files_in(models_folder) == []


def test_stopping_leaves_nothing(models_folder, a_weights_file):
    chunks = -(-a_weights_file.stat().st_size // (4 << 20))
    answers = iter([False] * chunks + [True])  # while it is hashed, then when it is copied
    with pytest.raises(Cancelled):
        import_file(a_weights_file, should_stop=lambda: next(answers))
    assert files_in(models_folder) == []


def test_a_file_that_changes_while_it_is_copied_is_refused(models_folder, a_weights_file, monkeypatch):
    monkeypatch.setattr(importing, "_copy", lambda source, target, *rest: target.write_bytes(b"half"))
    with pytest.raises(ModelError, match="changed while"):
        import_file(a_weights_file)
    assert files_in(models_folder) == []
