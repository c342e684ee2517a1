import numpy as np

from SAMBenchmarkLib.core.protocols import huang_grid
from SAMBenchmarkLib.core.protocols.contract import Target
from support.fake_predictor import ThresholdPredictor
from support.slice_models import protocol_options, slice_model, square

SHAPE = (40, 50)


class GridPredictor(ThresholdPredictor):
    """Finds what a point of the grid hits: points at ((i + 0.5) / m) of each side."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def everything(self, embedding, parameters):
        self.asked.append(parameters)
        return super().everything(embedding, parameters)


def test_the_grid_is_asked_once_per_slice_and_every_object_is_compared():
    image = 100 * square(SHAPE, 5, 5, 15, 15) + 200 * square(SHAPE, 20, 30, 30, 40)
    masks = [image == 100, image == 200]
    targets = [Target(n, mask, image > 0, (1, "case", 0, "axial", 0, n)) for n, mask in enumerate(masks)]
    predictor = GridPredictor()
    found = list(huang_grid.evaluate(slice_model(predictor, image), targets, protocol_options("huang-grid")))
    sizes = (8, 16, 32, 64, 128, 256)
    assert [parameters.points_per_side for parameters in predictor.asked] == list(sizes)
    assert [(target.number, answer.strategy, answer.variant) for target, answer in found] == [
        (number, "S1", f"huang-grid:{size}") for size in sizes for number in (0, 1)
    ]
    assert all(any(np.array_equal(m, target.mask) for m in answer.candidates.masks) for target, answer in found)


def test_all_else_of_everything_mode_stays_as_the_model_wants_it():
    predictor = GridPredictor()
    target = Target(0, square(SHAPE, 5, 5, 15, 15), square(SHAPE, 5, 5, 15, 15), ())
    list(huang_grid.evaluate(slice_model(predictor, SHAPE), [target], protocol_options("huang-grid", grid_sizes=(8,))))
    [asked], thresholds = predictor.asked, predictor.spec.s1_thresholds
    assert (asked.pred_iou_thresh, asked.stability_score_thresh, asked.box_nms_thresh) == (
        thresholds.pred_iou_thresh,
        thresholds.stability_score_thresh,
        thresholds.box_nms_thresh,
    )
