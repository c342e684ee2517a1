"""Classical methods and further figures in the rows of an evaluation."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from SAMBenchmarkLib.core.classical import CLASSICAL, Adapters
from SAMBenchmarkLib.core.evaluation import evaluate_case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.stability import stability_score
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor
from support.phantoms import sphere_volume, two_boxes_volume

OPTIONS = BenchmarkOptions(plane="axial", strategies=("S2", "S5"), max_slices=2)


def rows_of(options=OPTIONS, adapters=None, predictor=None, case=sphere_volume):
    volume, segmentation = case()
    found = evaluate_case(
        "case", [volume], [segmentation], predictor or ThresholdPredictor(), options, "hash",
        adapters=adapters or Adapters(),
    )  # fmt: skip
    return [row for outcome in found for row in outcome.rows]


def test_a_method_gets_the_image_and_the_prompts_of_its_strategy_and_a_row_for_each_selection():
    asked = []

    def whole_box(image, prompts):
        asked.append((image.shape, prompts))
        mask = np.zeros(image.shape[:2], bool)
        x0, y0, x1, y1 = prompts.box.astype(int)
        mask[y0 : y1 + 1, x0 : x1 + 1] = True
        return mask

    rows = rows_of(adapters=Adapters({"GrabCut": whole_box}))
    own = [row for row in rows if row.strategy == "GrabCut"]
    box = {row.slice: row for row in rows if (row.strategy, row.selection) == ("S5", "oracle")}
    assert len(own) == 2 * len(box) == 2 * len(asked) and all(shape[2] == 3 for shape, _ in asked)
    for row in own:
        assert row.prompts_json == box[row.slice].prompts_json and row.n_candidates == 1 and row.matched_index == 0
        assert np.isnan(row.predicted_iou) and np.isnan(row.stability)
        x0, y0, x1, y1 = json.loads(row.prompts_json)["box"]
        assert row.n_pred == (x1 - x0 + 1) * (y1 - y0 + 1) and 0 < row.dice < 1
    assert {row.selection for row in own} == {"oracle", "predicted_iou"}


def test_methods_leave_the_other_rows_as_they_are_and_their_time_is_taken():
    volume, segmentation = sphere_volume()
    adapters = Adapters({name: lambda image, prompts: np.zeros(image.shape[:2], bool) for name in CLASSICAL})
    plain = rows_of()
    more = rows_of(adapters=adapters)
    assert repr([row for row in more if row.strategy not in CLASSICAL]) == repr(plain)
    assert {row.undefined_reason for row in more if row.strategy in CLASSICAL} == {"empty prediction"}
    [outcome, _] = evaluate_case(
        "case", [volume], [segmentation], ThresholdPredictor(), OPTIONS, "hash", adapters=adapters
    )
    assert {timing.stage for timing in outcome.timings} == {"embedding", "S2", "S5", *CLASSICAL}


def test_a_promptless_model_is_compared_with_prompted_methods():
    adapters = Adapters({"Otsu": lambda image, prompts: image[..., 0] > 128})
    options = replace(OPTIONS, strategies=None)
    assert {row.strategy for row in rows_of(options, adapters, PromptlessPredictor())} == {"S0", "Otsu"}


def test_every_row_has_the_order_of_its_outline_and_the_stability_of_its_mask():
    rows = rows_of(case=two_boxes_volume)
    assert all(row.fourier_order > row.fourier_harmonics >= 1 for row in rows)
    assert {row.fourier_harmonics for row in rows} == {
        row.fourier_harmonics for row in rows_of(replace(OPTIONS, strategies=("S5",)), case=two_boxes_volume)
    }
    assert {row.stability for row in rows} == {1.0}  # the phantom's logits are far from the threshold
    assert stability_score(np.array([[2.0, 0.5], [-0.5, -2.0]])) == 1 / 3
    assert np.isnan(stability_score(np.full((2, 2), -5.0)))


def test_the_correction_effort_is_counted_where_it_is_asked_for():
    assert all(np.isnan(row.hce) for row in rows_of())
    counted = rows_of(adapters=Adapters(correction_effort=lambda prediction, reference: float(prediction.sum())))
    assert all(row.hce == row.n_pred for row in counted)
