"""A model is loaded when needed and moved when memory runs out; what was asked is then done again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import Cancelled, DeviceError, DeviceMemoryError, ModelError
from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.core.progress import ignore_progress, never_stop
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.session.served_model import ServedModel, ServedPredictor
from support.fake_predictor import ThresholdPredictor

IMAGE = np.zeros((20, 30, 3), np.uint8)


class OnDevice(ThresholdPredictor):
    """Fails on the rungs named, by an error of its own."""

    def __init__(self, device, precision, failing):
        super().__init__()
        self.device, self.precision, self._failing = device, precision, failing

    def encode(self, images):
        error = self._failing.get((self.device, self.precision))
        if error is not None:
            raise type(error)(*error.args)
        return super().encode(images)


def a_model(failing, device="cuda", at_loading=()):
    loaded, notices = [], []

    def load(name, wanted, precision):
        loaded.append((wanted, precision))
        if (wanted, precision) in at_loading:
            raise DeviceMemoryError(f"The memory of '{wanted}' does not suffice for this model.")
        return OnDevice("cuda" if wanted == "auto" else wanted, precision, failing)

    return ServedModel("big", device, load, EmbeddingCache(), notices.append), loaded, notices


def encode(model):
    return model.run(lambda predictor: predictor.encode([IMAGE])[0], ignore_progress, never_stop)


FULL = DeviceMemoryError("The memory of 'cuda' does not suffice for this model.")


def test_a_model_is_loaded_once_and_when_it_is_needed():
    model, loaded, notices = a_model({})
    assert loaded == [] and model.predictor is None
    assert encode(model).key == encode(model).key
    assert loaded == [("cuda", "float32")] and notices == [] and model.is_as_asked


def test_out_of_memory_tries_16_bits_then_the_cpu_with_a_notice_each_and_gives_the_answer():
    model, loaded, notices = a_model({("cuda", "float32"): FULL, ("cuda", "float16"): FULL})
    assert encode(model).original_size == (20, 30)
    assert loaded == [("cuda", "float32"), ("cuda", "float16"), ("cpu", "float32")]
    assert ["16-bit" in str(notices[0]), "CPU" in str(notices[1])] == [True, True]
    assert all("prompts are kept" in notice.hint for notice in notices) and not model.is_as_asked


def test_out_of_memory_while_loading_steps_down_too():
    model, loaded, _notices = a_model({}, "auto", at_loading=[("auto", "float32"), ("auto", "float16")])
    encode(model)
    assert loaded[-1] == ("cpu", "float32")


def test_a_device_that_is_lost_leads_to_the_cpu_at_once():
    model, loaded, notices = a_model({("cuda", "float32"): DeviceError("The model failed on 'cuda': it is gone.")})
    encode(model)
    assert loaded == [("cuda", "float32"), ("cpu", "float32")] and len(notices) == 1


def test_after_a_step_down_the_model_stays_there():
    model, loaded, notices = a_model({("cuda", "float32"): FULL})
    encode(model)
    encode(model)
    assert loaded == [("cuda", "float32"), ("cuda", "float16")] and len(notices) == 1


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_when_nothing_is_left_to_try_the_error_is_told(device):
    failing = {(d, p): FULL for d in ("cpu", "cuda") for p in ("float32", "float16")}
    model, loaded, _notices = a_model(failing, device)
    with pytest.raises(DeviceMemoryError):
        encode(model)
    assert len(loaded) == (1 if device == "cpu" else 3)


def test_on_a_computer_without_gpu_auto_has_no_further_rung():
    loaded = []

    def load(name, device, precision):
        loaded.append((device, precision))
        return OnDevice("cpu", precision, {("cpu", "float32"): FULL})

    model = ServedModel("big", "auto", load, EmbeddingCache(), lambda notice: None)
    with pytest.raises(DeviceMemoryError):
        encode(model)
    assert loaded == [("auto", "float32")]


def test_other_errors_of_the_model_step_nowhere():
    model, loaded, notices = a_model({("cuda", "float32"): ModelError("The weights are damaged.")})
    with pytest.raises(ModelError, match="damaged"):
        encode(model)
    assert len(loaded) == 1 and notices == []


def test_the_failed_predictor_is_let_go_before_the_next_is_loaded():
    import weakref

    held, alive = [], []

    def load(name, device, precision):
        alive.append([one() is not None for one in held])
        predictor = OnDevice(device, precision, {("cuda", "float32"): FULL})
        held.append(weakref.ref(predictor))
        return predictor

    encode(ServedModel("big", "cuda", load, EmbeddingCache(), lambda notice: None))
    assert alive == [[], [False]]


class NarrowPredictor(ThresholdPredictor):
    """Has room for so many points at a time in everything mode."""

    room = 8

    def everything(self, embedding, parameters):
        if parameters.points_per_batch > self.room:
            raise DeviceMemoryError("The memory of 'cuda' does not suffice for this model.")
        self.batch = parameters.points_per_batch
        return super().everything(embedding, parameters)


def test_everything_mode_takes_fewer_points_at_a_time_before_anything_else_is_tried():
    notices = []
    inside = NarrowPredictor()
    predictor = ServedPredictor(inside, EmbeddingCache(), notices.append)
    (embedding,) = predictor.encode([IMAGE])
    assert len(predictor.everything(embedding, EverythingParameters())) == 1
    assert inside.batch == 4 and len(notices) == 2
    predictor.everything(embedding, replace(EverythingParameters(), points_per_batch=64))
    assert len(notices) == 2, "it is remembered"


def test_everything_mode_without_any_room_is_an_error():
    inside = NarrowPredictor()
    inside.room = 0
    predictor = ServedPredictor(inside, EmbeddingCache(), lambda notice: None)
    (embedding,) = predictor.encode([IMAGE])
    with pytest.raises(DeviceMemoryError):
        predictor.everything(embedding, EverythingParameters())


def test_only_what_was_encoded_counts_for_the_time_of_encoding():
    predictor = ServedPredictor(ThresholdPredictor(), EmbeddingCache(), lambda notice: None)
    assert predictor.encode_seconds is None
    predictor.encode([IMAGE])
    first = predictor.encode_seconds
    predictor.encode([IMAGE])
    assert first > 0 and predictor.encode_seconds == first


class Stepping(ThresholdPredictor):
    """Announces three steps of each encoding."""

    on_step = staticmethod(lambda done, total: None)

    def encode(self, images):
        for done in range(3):
            self.on_step(done, 3)
        return super().encode(images)


def test_steps_of_the_network_are_reported_and_can_be_stopped_in_between():
    inside, events = Stepping(), []
    model = ServedModel("big", "cpu", lambda *_: inside, EmbeddingCache(), lambda notice: None)
    model.run(lambda predictor: predictor.encode([IMAGE]), events.append, never_stop)
    assert [(event.stage, event.done, event.total) for event in events[-3:]] == [
        ("encoding the slice", done, 3) for done in range(3)
    ]
    with pytest.raises(Cancelled):
        model.run(lambda predictor: predictor.encode([IMAGE + 1]), events.append, lambda: True)
    assert inside.encoded_images == 1


def test_closing_lets_the_model_go_and_it_is_loaded_again_when_needed():
    model, loaded, _notices = a_model({})
    encode(model)
    model.close()
    assert model.predictor is None
    encode(model)
    assert len(loaded) == 2
