"""Weights are written in 16 bit with what the registry needs to know."""

import json

import pytest
import torch
from safetensors.torch import load_file

from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.models.known_models import blank_spec, with_metadata
from SAMSegmenterLib.models.safetensors_header import read_metadata
from SAMSegmenterLib.models.training.export import WeightsDescription, record_thresholds, save_weights

STATE = {
    "a.weight": torch.tensor([[1.0, 2.5]]),
    "bn.running_var": torch.tensor([100_000.0]),
    "bn.num_batches_tracked": torch.tensor(7),
}


def test_weights_keep_names_and_values_in_16_bit(tmp_path):
    save_weights(STATE, WeightsDescription(), tmp_path / "w.safetensors")
    loaded = load_file(tmp_path / "w.safetensors")
    assert loaded["a.weight"].dtype == torch.float16 and loaded["a.weight"].tolist() == [[1.0, 2.5]]
    assert loaded["bn.running_var"].item() == 100_000.0
    assert loaded["bn.num_batches_tracked"].item() == 7


def test_the_registry_reads_the_description(tmp_path):
    thresholds = EverythingParameters(points_per_side=16, pred_iou_thresh=0.6, stability_score_thresh=0.7)
    description = WeightsDescription("CC BY-SA 4.0", "A small model.", 0.25, thresholds, {"steps": 5})
    save_weights(STATE, description, tmp_path / "w.safetensors")
    metadata = read_metadata(tmp_path / "w.safetensors")
    spec = with_metadata(blank_spec("mine", metadata["architecture"]), metadata)
    assert spec.licence == "CC BY-SA 4.0" and spec.card == "A small model." and spec.mask_threshold == 0.25
    assert spec.s1_thresholds == thresholds
    assert spec.normalisation == ((127.5, 127.5, 127.5), (60.0, 60.0, 60.0))
    assert json.loads(metadata["training"]) == {"steps": 5}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e6])
def test_values_that_do_not_fit_are_refused_and_leave_no_file(tmp_path, value):
    with pytest.raises(ModelError, match=r"a\.weight"):
        save_weights({"a.weight": torch.tensor([[value]])}, WeightsDescription(), tmp_path / "w.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_thresholds_are_recorded_without_touching_the_weights(tmp_path):
    path = tmp_path / "w.safetensors"
    save_weights(STATE, WeightsDescription(card="A small model."), path)
    before = load_file(path)
    record_thresholds(path, EverythingParameters(points_per_side=8, pred_iou_thresh=0.4))
    spec = with_metadata(blank_spec("mine", "small"), read_metadata(path))
    assert spec.s1_thresholds.points_per_side == 8 and spec.s1_thresholds.pred_iou_thresh == 0.4
    assert spec.card == "A small model."
    assert all(torch.equal(before[name], value) for name, value in load_file(path).items())
