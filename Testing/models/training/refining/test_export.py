"""The refiner's file says what it refines, and can be used."""

import json

import torch

from SAMSegmenterLib.models.refining.files import open_refiner
from SAMSegmenterLib.models.refining.network import RefiningNetwork
from SAMSegmenterLib.models.safetensors_header import read_header, read_metadata
from SAMSegmenterLib.models.training.export import save_weights
from SAMSegmenterLib.models.training.refining.export import RefinerDescription

WIDTHS = (4, 4, 8, 8)


def saved(target):
    torch.manual_seed(1)
    description = RefinerDescription("ab" * 32, WIDTHS, "CC0", training={"steps": 7, "sources": ["disks"]})
    save_weights(RefiningNetwork(WIDTHS).state_dict(), description, target)
    return target


def test_the_file_names_form_model_licence_and_training(tmp_path):
    metadata = read_metadata(saved(tmp_path / "refiner.safetensors"))
    assert metadata["schema"] == "sam-refiner/1" and metadata["weights_sha256"] == "ab" * 32
    assert metadata["side"] == "112" and metadata["channels"] == "16" and metadata["finer"] == "2"
    assert json.loads(metadata["widths"]) == list(WIDTHS)
    assert metadata["licence"] == "CC0" and "Not a medical device" in metadata["card"]
    assert json.loads(metadata["training"]) == {"steps": 7, "sources": ["disks"]}


def test_matrices_are_in_16_bit_and_the_program_opens_the_file(tmp_path):
    path = saved(tmp_path / "refiner.safetensors")
    header = read_header(path)
    assert header["down1.0.weight"]["dtype"] == "F16" and header["down1.1.running_var"]["dtype"] == "F32"
    assert open_refiner(path, 256) is not None
    assert path.read_bytes() == saved(tmp_path / "again.safetensors").read_bytes()
