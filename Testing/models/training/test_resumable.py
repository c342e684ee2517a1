"""What every training shares: averages, states, halving and bad losses, here for a network of one weight."""

from dataclasses import asdict, dataclass, replace

import pytest
import torch
from torch import nn

from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.models.training.resumable import ResumableTraining
from SAMSegmenterLib.models.training.state import load_state
from SAMSegmenterLib.models.training.training_log import LOG_FILE, read_log


@dataclass(frozen=True)
class Plan:
    total_steps: int = 4
    average_decay: float = 0.5
    clip_norm: float = 1.0
    save_every: int = 2

    def rate_at(self, step):
        return 0.1 * (step + 1)

    def summary(self):
        return asdict(self)


class OneWeight(ResumableTraining[float]):
    """Pulls a weight towards what is drawn; memory holds so many parts."""

    schema = "one-weight/1"

    def __init__(self, folder, options=None, memory=4, bad_step=-1):
        network = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(network.weight)
        optimizer = torch.optim.SGD(network.parameters(), lr=1.0)
        folder.mkdir(exist_ok=True)
        super().__init__(network, [optimizer], options or Plan(), folder, {"data": "a"})
        self.weight, self.memory, self.bad_step = network.weight, memory, bad_step

    def _draw(self, step):
        return float("nan") if step == self.bad_step else -1.0

    def _loss(self, drawn):
        if self._parts() > self.memory:
            raise MemoryError
        return (self.weight * drawn).sum(), {"drawn": drawn}

    def _parts(self):
        return 4 >> self.run_state.halvings

    def _check_resumable(self, stored):
        if stored.run.identity != self.run_state.identity:
            raise InputError("Another run.")

    def _too_little_memory(self):
        return "one number", "Buy more."

    def _seconds_left(self, seconds):
        return 7.0


def test_every_step_takes_its_rate_and_the_average_follows(tmp_path):
    run = OneWeight(tmp_path)
    average = run.run()
    assert run.weight.item() == pytest.approx(0.1 + 0.2 + 0.3 + 0.4)
    expected = 0.0
    for step, weight in enumerate((0.1, 0.3, 0.6, 1.0), 1):
        expected += (1 - min(0.5, (1 + step) / (10 + step))) * (weight - expected)
    assert average["weight"].item() == pytest.approx(expected)


def test_a_stopped_run_goes_on_to_the_same_weights(tmp_path):
    whole = OneWeight(tmp_path / "whole").run()
    asked = iter([False, True])
    OneWeight(tmp_path / "parts").run(lambda: next(asked))
    events = []
    resumed = OneWeight(tmp_path / "parts")
    assert torch.equal(resumed.run(on_progress=events.append)["weight"], whole["weight"])
    assert [(event.done, event.total, event.seconds_left) for event in events] == [(2, 4, 7), (3, 4, 7), (4, 4, 7)]
    assert events[0].message.startswith("loss ")
    assert [record["step"] for record in read_log(tmp_path / "parts" / LOG_FILE)] == [1, 2, 3, 4]


def test_parts_are_halved_until_memory_suffices(tmp_path):
    run = OneWeight(tmp_path, memory=1)
    run.run()
    assert run.run_state.notes == [
        "Memory did not suffice: from step 1 on, a step has 2 in place of 4 images.",
        "Memory did not suffice: from step 1 on, a step has 1 in place of 2 images.",
    ]
    with pytest.raises(ModelError, match="does not suffice for one number; the state after step 0") as caught:
        OneWeight(tmp_path / "none", memory=0).run()
    assert caught.value.hint == "Buy more."


def test_a_bad_loss_keeps_the_state_before_it(tmp_path):
    with pytest.raises(ModelError, match="no longer a number after step 3"):
        OneWeight(tmp_path, bad_step=3).run()
    stored = load_state(tmp_path, "one-weight/1")
    assert stored.run.step == 3 and stored.model["weight"].item() == pytest.approx(0.6)


def test_the_state_of_another_kind_of_training_is_refused(tmp_path):
    OneWeight(tmp_path, replace(Plan(), total_steps=1)).run()
    other = OneWeight(tmp_path)
    other.schema = "two-weights/1"
    with pytest.raises(ModelError, match="its schema is not two-weights/1"):
        other.run()
