"""The state on disk comes back as it was, is never half written, and knows what it belongs to."""

import pytest
import torch

from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.models.training.fine_tuning.state import (
    Progress,
    check_identity,
    load_state,
    save_state,
)
from SAMSegmenterLib.models.training.state_file import STATE_FILE

IDENTITY = {"model_sha256": "ab", "epochs": 20, "learning_rate": 1e-4, "images": "plane auto", "data": "12"}


def progress_of(*scores):
    return Progress(2, 8, epoch=len(scores), history=[{"epoch": n + 1, "validation": s} for n, s in enumerate(scores)])


def save(folder, **changes):
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))], lr=0.5)
    given = {"weights": {"a": torch.arange(3.0)}, "best": {"a": torch.ones(3)}, "optimizer": optimizer.state_dict()}
    save_state(folder, IDENTITY, progress_of(0.5, None), **{**given, **changes})


def test_what_is_saved_comes_back(tmp_path):
    save(tmp_path)
    state = load_state(tmp_path)
    assert state.identity == IDENTITY and state.progress == progress_of(0.5, None)
    assert state.weights["a"].tolist() == [0, 1, 2] and state.best["a"].tolist() == [1, 1, 1]
    assert state.optimizer["param_groups"][0]["lr"] == 0.5


def test_a_state_of_another_kind_is_refused(tmp_path):
    torch.save({"described": '{"schema": "sam-training/1"}'}, tmp_path / STATE_FILE)
    with pytest.raises(ModelError, match="not the state of a fine-tuning run: its schema"):
        load_state(tmp_path)


def test_the_best_epoch_is_the_first_of_the_highest_validation():
    assert progress_of(0.4, 0.7, 0.7, 0.5).best_epoch == 2
    assert progress_of(None, None, None).best_epoch == 3
    assert progress_of().best_epoch == 0


def test_the_same_identity_may_go_on_and_also_without_the_data():
    check_identity(IDENTITY, dict(IDENTITY))
    check_identity(IDENTITY, {name: value for name, value in IDENTITY.items() if name != "data"})


def test_everything_that_differs_is_named():
    with pytest.raises(InputError) as error:
        check_identity(IDENTITY, {**IDENTITY, "epochs": 5, "learning_rate": 1.0, "model_sha256": "cd", "data": "34"})
    text = error.value.message
    assert "epochs 20, now 5" in text and "learning rate 0.0001, now 1.0" in text
    assert "other base model" in text and "other images and labels" in text
    assert "ab" not in text.split("differently: ")[1].replace("labels", "")
