"""Training repeats itself for a seed, resumes to the same weights, and stops on a loss that is no number."""

import json

import numpy as np
import pytest
import torch

from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from SAMSegmenterLib.models.small_encoder import SmallImageEncoder
from SAMSegmenterLib.models.training.batches import Batch, BatchMaker, BatchOptions
from SAMSegmenterLib.models.training.loop import LOG_FILE, STATE_FILE, Trainer
from SAMSegmenterLib.models.training.options import Stage, TrainingOptions


def tiny_sam():
    """A network of the small kind that trains in milliseconds."""
    torch.manual_seed(0)
    modeling = load_segment_anything().modeling
    return modeling.Sam(
        image_encoder=SmallImageEncoder(64, 32, widths=(4, 8, 8, 16, 16), depths=(0, 0, 1)),
        prompt_encoder=modeling.PromptEncoder(32, (8, 8), (64, 64), 16),
        mask_decoder=modeling.MaskDecoder(
            transformer_dim=32, transformer=modeling.TwoWayTransformer(1, 32, 4, 32), iou_head_hidden_dim=32
        ),
    )


OPTIONS = TrainingOptions(
    (Stage(64, 3, BatchOptions(images=2, objects_per_image=1)), Stage(96, 2, BatchOptions(images=2))),
    warmup_steps=2,
    crutch_steps=4,
    save_every=1,
)


def trainer(folder, maker=lambda stage: BatchMaker([], stage.batch), options=OPTIONS):
    folder.mkdir(exist_ok=True)
    return Trainer(tiny_sam(), maker, options, folder)


def same(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)


def test_a_resumed_run_gives_the_weights_of_an_undisturbed_one(tmp_path):
    whole = trainer(tmp_path / "whole").run()
    answers = iter([False, False, True])
    stopped = trainer(tmp_path / "parts")
    stopped.run(lambda: next(answers))
    assert stopped.step == 2
    resumed = trainer(tmp_path / "parts")
    resumed_weights = resumed.run()
    assert resumed.step == 5
    assert same(whole, resumed_weights)
    steps = [json.loads(line)["step"] for line in (tmp_path / "parts" / LOG_FILE).read_text("utf-8").splitlines()]
    assert steps == [1, 2, 3, 4, 5]


def test_one_seed_gives_the_same_weights_and_another_seed_others(tmp_path):
    stages = (Stage(64, 1, BatchOptions(images=2)),)
    runs = {"first": 1, "again": 1, "other": 2}
    weights = {name: trainer(tmp_path / name, options=TrainingOptions(stages, seed=runs[name])).run() for name in runs}
    assert same(weights["first"], weights["again"])
    assert not same(weights["first"], weights["other"])


class BatchesThatBreak:
    """Ordinary batches until the third, which holds a value that is no number."""

    def __init__(self, options):
        self._maker, self._count = BatchMaker([], options), 0

    def draw(self, size, rng):
        batch, self._count = self._maker.draw(size, rng), self._count + 1
        if self._count < 3:
            return batch
        return Batch(torch.full_like(batch.images, float("nan")), batch.masks, batch.image_index)


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_state(tmp_path):
    run = trainer(tmp_path / "run", lambda stage: BatchesThatBreak(stage.batch))
    with pytest.raises(ModelError, match="after step 2"):
        run.run()
    state = torch.load(tmp_path / "run" / STATE_FILE, weights_only=True)
    assert state["step"] == 2
    assert all(torch.isfinite(value).all() for value in state["model"].values() if value.is_floating_point())
    assert all(torch.isfinite(value).all() for value in state["average"].values() if value.is_floating_point())


@pytest.mark.parametrize("content", [b"", b"not a state", None])
def test_a_foreign_state_is_refused(tmp_path, content):
    path = tmp_path / STATE_FILE
    if content is None:
        torch.save({"model": {"other": torch.zeros(1)}}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="not a state of this network"):
        trainer(tmp_path).run()


def test_repeated_steps_on_one_batch_lower_the_loss(tmp_path):
    class OneBatch:
        def draw(self, size, rng):
            return BatchMaker([], BatchOptions(images=2)).draw(size, np.random.default_rng(5))

    options = TrainingOptions((Stage(64, 24),), learning_rate=3e-3, warmup_steps=5, decay_fraction=0.1)
    trainer(tmp_path / "run", lambda stage: OneBatch(), options).run()
    losses = [json.loads(line)["box_mask"] for line in (tmp_path / "run" / LOG_FILE).read_text("utf-8").splitlines()]
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])
