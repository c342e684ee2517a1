from __future__ import annotations

import numpy as np
import pytest

from SAMBenchmarkLib.core.predictions import prediction_name, predictions_as_segmentations
from SAMBenchmarkLib.core.rows import PredictedMask, ResultRow, SliceOutcome
from SAMBenchmarkLib.core.store import ResultStore
from SAMSegmenterLib.core.errors import StoreError
from SAMSegmenterLib.core.geometry import Volume, plane_axis
from support.phantoms import matrix, oblique_matrix, two_boxes_volume


def _row(slice_, label, strategy="S5", selection="oracle", plane="axial", **more):
    return ResultRow("hash", "case", 0, plane, slice_, label, strategy, selection, **more)


def _save(store, *predictions):
    by_slice = {}
    for row, mask in predictions:
        by_slice.setdefault((row.plane, row.slice), []).append(PredictedMask(row, mask))
    for (plane, slice_), group in by_slice.items():
        store.save(SliceOutcome("case", 0, plane, slice_, tuple(group), ()))


@pytest.fixture
def a_store(tmp_path):
    with ResultStore(tmp_path / "results.sqlite") as store:
        yield store


def _reference_masks(reference, axis, plane):
    for structure in reference.structures:
        for index in np.flatnonzero(reference.pixels_per_slice(structure, axis)):
            yield _row(int(index), structure.value, plane=plane), reference.mask(structure, axis, int(index))


@pytest.mark.parametrize("plane", ["axial", "sagittal", "coronal"])
def test_slices_of_every_plane_find_their_place_again(a_store, plane):
    to_ras = oblique_matrix((2, 1, 1.5)) @ np.eye(4)[[2, 0, 1, 3]]  # array axes in another order than the planes
    volume, reference = two_boxes_volume(ijk_to_ras=to_ras)
    _save(a_store, *_reference_masks(reference, plane_axis(volume, plane), plane))
    predicted = predictions_as_segmentations(a_store, "hash", "case", 0, volume, reference)
    assert list(predicted) == ["S5 box (oracle)"]
    back = predicted["S5 box (oracle)"]
    assert len(back.layers) == 1
    assert [s.name for s in back.structures] == ["left box", "right box"]
    for structure, given in zip(back.structures, reference.structures, strict=True):
        assert np.array_equal(back.mask(structure), reference.mask(given))


def test_predictions_that_overlap_lie_in_layers_of_their_own(a_store):
    volume, reference = two_boxes_volume()
    everything, part = np.ones((40, 48), bool), np.zeros((40, 48), bool)
    part[3:9, 4:8] = True
    _save(a_store, (_row(5, 1), everything), (_row(5, 2), part))
    back = predictions_as_segmentations(a_store, "hash", "case", 0, volume, reference)["S5 box (oracle)"]
    assert len(back.layers) == 2
    assert np.array_equal(back.mask(back.structures[0], 0, 5), everything)
    assert np.array_equal(back.mask(back.structures[1], 0, 5), part)
    assert not back.mask(back.structures[0], 0, 6).any()


def test_strategies_by_predicted_iou_come_first_and_other_protocols_are_left_out(a_store):
    volume, reference = two_boxes_volume()
    mask = np.ones((40, 48), bool)
    rows = [_row(5, 1, strategy, selection) for selection in ("oracle", "predicted_iou") for strategy in ("S6", "S2")]
    _save(a_store, *[(row, mask) for row in rows], (_row(5, 1, "S3", round=1), mask))
    names = list(predictions_as_segmentations(a_store, "hash", "case", 0, volume, reference))
    assert names == [
        "S2 1 point (predicted IoU)",
        "S6 box + point (predicted IoU)",
        "S2 1 point (oracle)",
        "S6 box + point (oracle)",
    ]


def test_structures_without_a_prediction_are_there_and_empty(a_store):
    volume, reference = two_boxes_volume()
    _save(a_store, (_row(5, 1), np.ones((40, 48), bool)))
    back = predictions_as_segmentations(a_store, "hash", "case", 0, volume, reference)["S5 box (oracle)"]
    assert [back.mask(structure).any() for structure in back.structures] == [True, False]


def test_masks_of_another_volume_are_refused(a_store):
    volume, reference = two_boxes_volume()
    _save(a_store, (_row(5, 1), np.ones((7, 7), bool)))
    predicted = predictions_as_segmentations(a_store, "hash", "case", 0, volume, reference)
    with pytest.raises(StoreError, match="do not fit"):
        predicted["S5 box (oracle)"]


def test_nothing_stored_gives_nothing(a_store):
    volume = Volume(np.zeros((2, 3, 4)), matrix())
    assert len(predictions_as_segmentations(a_store, "hash", "case", 0, volume, two_boxes_volume()[1])) == 0


def test_names_say_strategy_and_selection():
    assert prediction_name("S5", "predicted_iou") == "S5 box (predicted IoU)"
    assert prediction_name("S0", "oracle") == "S0 no prompt (oracle)"


def test_what_was_found_without_a_prompt_is_put_together(a_store):
    volume, reference = two_boxes_volume()
    _save(a_store, (_row(5, 1, "S0", "predicted_iou"), np.ones((40, 48), bool)))
    predicted = predictions_as_segmentations(a_store, "hash", "case", 0, volume, reference)
    assert list(predicted) == ["S0 no prompt (predicted IoU)"]
    back = predicted["S0 no prompt (predicted IoU)"]
    assert [int(back.mask(structure).sum()) for structure in back.structures] == [40 * 48, 0]
