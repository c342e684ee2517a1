"""Weights on disk become a predictor on the device that was asked for."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.engine_records import read_records
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.loading import chosen_device, chosen_threads, network_with_weights
from SAMSegmenterLib.models.registry import import_file, load

NO_GPU = pytest.mark.skipif(torch.cuda.is_available(), reason="this computer has a GPU")


@pytest.mark.usefixtures("models_folder")
def test_a_loaded_model_answers_as_the_network_whose_weights_were_saved(
    a_small_network, a_small_predictor, tmp_path, an_image
):
    torch.save(a_small_network.state_dict(), tmp_path / "same.pth")
    import_file(tmp_path / "same.pth")
    predictor = load("same", device="cpu")
    assert (predictor.engine, predictor.precision, predictor.device) == ("fast", "float32", "cpu")
    assert predictor.spec.sha256 and predictor.threads == torch.get_num_threads()
    image, prompts = an_image(60, 100), [Prompts.of([[50, 30]])]
    (loaded,) = predictor.decode(predictor.encode([image])[0], prompts)
    (original,) = a_small_predictor.decode(a_small_predictor.encode([image])[0], prompts)
    np.testing.assert_array_equal(loaded.masks, original.masks)
    np.testing.assert_allclose(loaded.low_res, original.low_res, rtol=0, atol=1e-4)


def test_weights_in_16_bit_are_computed_in_32(a_weights_file):
    spec = replace(blank_spec("x", "small"), path=a_weights_file)
    network = load(spec, device="cpu")._sam
    assert {tensor.dtype for tensor in network.state_dict().values()} == {torch.float32, torch.int64}


def test_the_specs_normalisation_is_the_networks(a_small_network):
    spec = replace(blank_spec("x", "small"), normalisation=((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)))
    network = network_with_weights(spec, a_small_network.state_dict())
    assert network.pixel_mean.flatten().tolist() == [1, 2, 3] and network.pixel_std.flatten().tolist() == [4, 5, 6]


def test_no_random_numbers_are_drawn_for_weights_that_are_read_anyway(a_small_network):
    state = torch.random.get_rng_state()
    network = network_with_weights(blank_spec("x", "small"), a_small_network.state_dict())
    assert torch.equal(torch.random.get_rng_state(), state)
    given = a_small_network.state_dict()
    assert all(torch.equal(tensor, given[name]) for name, tensor in network.state_dict().items())
    assert not any(tensor.is_meta for tensor in (*network.parameters(), *network.buffers()))


def test_loading_does_not_import_pytorchs_compiler():
    code = "import sys; from SAMSegmenterLib.models.registry import load; load('sam-small', 'cpu'); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert "torch.nn" in ran.stdout.split()
    assert not {"torch._dynamo", "sympy"} & set(ran.stdout.split())


def test_weights_of_another_architecture_are_refused(a_weights_file):
    with pytest.raises(ModelError, match="holds weights of small, but 'x' is a vit_b"):
        load(replace(blank_spec("x", "vit_b"), path=a_weights_file), device="cpu")


@NO_GPU
def test_auto_is_the_cpu_where_there_is_no_gpu():
    assert chosen_device("auto") == "cpu"
    with pytest.raises(ModelError, match="'cuda' cannot be used") as caught:
        chosen_device("cuda")
    assert "'cpu'" in caught.value.hint


def test_auto_is_cuda_where_there_is_a_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert chosen_device("auto") == "cuda"
    assert chosen_device("cuda:1") == "cuda:1"
    with pytest.raises(ModelError, match="'cuda:2' cannot be used"):
        chosen_device("cuda:2")


@pytest.mark.parametrize("device", ["gpu", "", "cuda:x", "cpu:"])
def test_an_unknown_device_is_named(device):
    with pytest.raises(InputError, match=f"no device '{device}'"):
        chosen_device(device)


def test_the_thread_count_comes_from_the_argument_or_the_environment(monkeypatch):
    monkeypatch.delenv("SAM_THREADS", raising=False)
    assert chosen_threads(None) is None and chosen_threads(3) == 3
    monkeypatch.setenv("SAM_THREADS", " 2 ")
    assert chosen_threads(None) == 2 and chosen_threads(3) == 3
    for text in ("many", "²"):
        monkeypatch.setenv("SAM_THREADS", text)
        with pytest.raises(InputError, match=f"SAM_THREADS is '{text}'"):
            chosen_threads(None)
    with pytest.raises(InputError, match="at least 1 thread; got 0"):
        chosen_threads(0)


def test_openvino_is_compared_once_and_gives_the_masks_of_pytorch(models_folder, a_weights_file, an_image):
    pytest.importorskip("openvino", reason="the optional package openvino is not installed")
    spec = replace(blank_spec("mine", "small", "c" * 64), path=a_weights_file)
    image, prompts = an_image(90, 120), [Prompts.of([[40, 30]])]
    predictors = [load(spec, "cpu", engine) for engine in ("torch", "openvino", "openvino")]
    masks = [one.decode(one.encode([image])[0], prompts)[0].masks for one in predictors]
    assert [one.engine for one in predictors] == ["torch", "openvino", "openvino"]
    assert (masks[0] != masks[1]).mean() < 1e-3 and masks[0].any() and (masks[1] == masks[2]).all()
    assert [key.split("|")[:2] for key in read_records().checks] == [["openvino", "c" * 64]]
