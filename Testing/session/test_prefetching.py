"""The shown slice and its neighbours are encoded before anybody asks, and never in anybody's way."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windowing import LevelWidth
from SAMSegmenterLib.session.model_service import CLICK, PREFETCH
from SAMSegmenterLib.session.prefetching import REST_SECONDS, WINDOW_REST_SECONDS
from support.editing import a_desk
from support.fake_predictor import ThresholdPredictor
from support.phantoms import matrix


class Recording(ThresholdPredictor):
    """Remembers the value that each encoded slice consists of."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def encode(self, images):
        self.seen += [int(image[0, 0, 0]) for image in images]
        return super().encode(images)


def numbered_volume():
    """Slice n along k has the value n."""
    array = np.broadcast_to(np.arange(16, dtype=np.int16)[:, None, None], (16, 20, 24)).copy()
    return Volume(array, matrix())


def a_numbered_desk(**options):
    predictor = Recording()
    desk = a_desk(numbered_volume(), predictor, displayed=LevelWidth(127.5, 255), **options)
    return desk, predictor


def test_the_slice_shown_is_encoded_first_then_its_neighbours():
    desk, predictor = a_numbered_desk()
    desk.session.prefetch_radius = 2
    desk.rest()
    assert predictor.seen == [8, 9, 7, 10, 6]


def test_nothing_is_encoded_of_slices_that_fly_by():
    desk, predictor = a_numbered_desk()
    desk.rest()
    predictor.seen.clear()
    for index in (9, 10, 11, 12, 13):
        desk.session.show(SlicePlane.lattice(0, index))
        desk.clock.now += REST_SECONDS / 3
        desk.settle()
    assert predictor.seen == []
    desk.rest()
    assert predictor.seen == [13, 14, 12]


def test_at_the_end_of_the_volume_there_is_one_neighbour():
    desk, predictor = a_numbered_desk(plane=SlicePlane.lattice(0, 15))
    desk.rest()
    assert predictor.seen == [15, 14]


def test_a_click_passes_what_is_being_prefetched():
    desk, predictor = a_numbered_desk()
    desk.session.tick()
    desk.clock.now += 10
    desk.session.tick()
    assert [entry[0] for entry in desk.worker.waiting] == [PREFETCH]
    prefetch = desk.worker.waiting[0][2]
    desk.session.add_point((5, 5))
    assert prefetch.should_stop()
    desk.worker.run_next()
    assert predictor.decode_calls == 1, "the click ran before the prefetching that was there first"
    desk.rest()
    assert sorted(set(predictor.seen)) == [7, 8, 9] and desk.session.preview is not None


def test_a_click_on_a_prefetched_slice_only_decodes():
    desk, predictor = a_numbered_desk()
    desk.rest()
    before = predictor.encode_calls
    desk.session.show(SlicePlane.lattice(0, 9))
    desk.session.add_point((5, 5))
    desk.settle()
    assert predictor.encode_calls == before and desk.session.preview is not None


def test_a_moved_window_encodes_again_only_after_it_rests():
    desk, predictor = a_numbered_desk()
    desk.session.prefetch_radius = 0
    desk.rest()
    assert predictor.seen == [8]
    for width in range(100, 110):
        desk.scene.change(displayed=LevelWidth(50, width))
        desk.session.tick()
        desk.clock.now += WINDOW_REST_SECONDS / 2
        desk.settle()
    assert predictor.seen == [8]
    desk.rest()
    assert len(predictor.seen) == 2


def test_a_window_that_does_not_follow_the_viewer_encodes_nothing_when_that_moves():
    desk, predictor = a_numbered_desk()
    desk.session.prefetch_radius = 0
    desk.session.window = "limits:0,255"
    desk.rest()
    desk.scene.change(displayed=LevelWidth(50, 100))
    desk.rest()
    assert predictor.seen == [8]


def test_on_a_slice_with_prompts_a_moved_window_encodes_nothing():
    desk, predictor = a_numbered_desk()
    desk.session.prefetch_radius = 0
    desk.session.add_point((5, 5))
    desk.rest()
    desk.scene.change(displayed=LevelWidth(50, 100))
    desk.rest()
    assert predictor.seen == [8]


def test_with_auto_all_windows_are_encoded_ahead():
    desk, predictor = a_numbered_desk()
    ramp = np.tile(np.arange(-1000, 1000, 50, dtype=np.int16), (16, 20, 1))
    desk.scene.change(volume=Volume(ramp, matrix()), token=5)
    desk.session.window = "auto"
    desk.session.prefetch_radius = 0
    desk.rest()
    encoded = predictor.encode_calls
    assert encoded >= 2
    desk.session.add_point((5, 5))
    desk.settle()
    assert predictor.encode_calls == encoded and desk.session.preview is not None


def test_a_model_that_cannot_be_loaded_is_said_once_not_fifty_times_a_second():
    tries = []

    def load(name, device, precision):
        tries.append(name)
        raise ModelError("The weights are not on this computer.")

    desk = a_desk(load=load)
    for _ in range(5):
        desk.rest()
    assert len(tries) == 1 and desk.messages.count("not on this computer") == 1
    desk.session.choose_model("threshold", "cpu")
    desk.rest()
    assert len(tries) == 2


def test_without_a_model_nothing_is_encoded_and_a_click_says_so():
    from SAMSegmenterLib.session.model_service import ModelService
    from support.editing import StepWorker

    worker = StepWorker()
    desk = a_desk(service=ModelService(lambda *_: None, worker=worker), worker=worker)
    desk.rest()
    assert desk.messages == ""
    desk.session.add_point((5, 5))
    desk.settle()
    assert "No model is chosen" in desk.messages


def test_clicks_and_prefetching_have_their_priorities():
    desk, _predictor = a_numbered_desk()
    desk.session.add_point((5, 5))
    assert [entry[0] for entry in desk.worker.waiting] == [CLICK]
    desk.settle()
    desk.clock.now += 10
    desk.session.tick()
    assert [entry[0] for entry in desk.worker.waiting] == [PREFETCH]


def test_a_tilted_slice_is_encoded_alone():
    plane = SlicePlane.oblique((0, 0, 4), (1, 0, 0), (0, 0.8, 0.6), (1, 1), (24, 10))
    desk, predictor = a_numbered_desk(plane=plane)
    desk.rest()
    assert len(predictor.seen) == 1


def test_a_slice_that_cannot_be_shown_is_passed_over_and_a_click_says_why():
    volume = numbered_volume()
    volume = Volume(volume.array.astype(np.float32), volume.ijk_to_ras)
    volume.array[8] = np.nan
    predictor = Recording()
    desk = a_desk(volume, predictor)
    desk.session.window = "minmax"
    desk.rest()
    assert desk.predictors["threshold"].encoded_images == 1 and desk.messages == "", "its neighbours are all black"
    desk.session.add_point((5, 5))
    desk.settle()
    assert "no finite value" in desk.messages


def test_neighbours_of_very_large_slices_are_left_alone(monkeypatch):
    monkeypatch.setattr("SAMSegmenterLib.session.prefetching._LARGE_BYTES", 100)
    desk, predictor = a_numbered_desk()
    desk.rest()
    assert predictor.seen == [8]


def test_a_slow_model_encodes_the_shown_slice_alone(monkeypatch):
    monkeypatch.setattr("SAMSegmenterLib.session.prefetching.SLOW_SECONDS", 0.0)
    desk, predictor = a_numbered_desk()
    desk.rest()
    assert predictor.seen == [8]


def test_the_model_is_loaded_before_any_view_is_used():
    desk, predictor = a_numbered_desk()
    desk.session.show(None)
    assert not desk.session.status.is_loaded
    desk.session.tick()
    assert [entry[0] for entry in desk.worker.waiting] == [PREFETCH]
    desk.settle()
    assert desk.session.status.is_loaded and predictor.seen == []
    assert "status" in set().union(*desk.heard)


def test_a_model_that_cannot_be_loaded_is_told_of_once_and_again_when_it_is_chosen_anew():
    tries = []

    def load(*arguments):
        tries.append(arguments)
        raise ModelError("The weights are damaged.")

    desk = a_desk(load=load)
    desk.session.show(None)
    desk.rest()
    desk.rest()
    assert len(tries) == 1 and desk.messages.count("The weights are damaged.") == 1
    desk.session.choose_model("threshold", "cpu")
    desk.rest()
    assert len(tries) == 2


def test_loading_that_is_stopped_says_nothing():
    desk, _predictor = a_numbered_desk()
    desk.session.show(None)
    desk.session.tick()
    desk.worker.waiting[0][2].stop()
    desk.worker.run_next()
    desk.session.tick()
    assert desk.messages == "" and not desk.session.status.is_loaded
