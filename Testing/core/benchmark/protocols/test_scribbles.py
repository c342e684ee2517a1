import numpy as np
import pytest
from scipy import ndimage

from SAMBenchmarkLib.core.protocols import scribbles
from SAMBenchmarkLib.core.protocols.scribbles import inner_stroke, outer_stroke, sampled
from support.masks import edge_cases
from support.slice_models import ScriptedPredictor, protocol_options, slice_model, square, target_of

SHAPE = (60, 90)
BAR = square(SHAPE, 20, 15, 30, 74)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("seed", range(5))
def test_the_inner_stroke_is_half_or_more_of_the_middle_line(seed):
    stroke = inner_stroke(BAR, rng(seed))
    assert set(stroke[:, 1].tolist()) == {25} and (np.abs(np.diff(stroke[:, 0])) == 1).all()
    assert 20 <= len(stroke) <= 60


@pytest.mark.parametrize("name", edge_cases())
def test_strokes_lie_inside_and_beside_every_object(name):
    mask = edge_cases()[name]
    if not mask.any():
        pytest.skip("no object")
    inside, outside = inner_stroke(mask, rng()), outer_stroke(mask, rng())
    assert len(inside) and mask[inside[:, 1], inside[:, 0]].all()
    assert not mask[outside[:, 1], outside[:, 0]].any()


def test_a_disk_of_even_width_can_be_scribbled_on():
    rows, columns = np.mgrid[:40, :40]
    mask = (rows - 19.5) ** 2 + (columns - 19.5) ** 2 <= 64
    stroke = inner_stroke(mask, np.random.default_rng(1))
    assert len(stroke) and mask[stroke[:, 1], stroke[:, 0]].all()


def test_the_outer_stroke_keeps_its_distance_and_goes_half_round():
    stroke = outer_stroke(BAR, rng())
    away = ndimage.distance_transform_edt(~BAR)[stroke[:, 1], stroke[:, 0]]
    assert ((away > 5) & (away <= 6)).all()  # a tenth of 60
    assert 60 < len(stroke) < 90  # the line is about 2 * (60 + 11) + 2 pi * 6 long, less its corners


def test_there_is_no_outer_stroke_where_there_is_no_room():
    assert outer_stroke(np.ones((12, 14), bool), rng()).shape == (0, 2)


def test_points_lie_in_the_middle_of_equal_stretches():
    stroke = np.column_stack([np.arange(20), np.zeros(20, int)])
    assert sampled(stroke, 5)[:, 0].tolist() == [2, 6, 10, 14, 18]
    assert sampled(stroke[:2], 5)[:, 0].tolist() == [0, 1]
    assert sampled(stroke[:0], 5).shape == (0, 2)


def test_every_drawing_is_asked_without_and_with_negative_points():
    predictor = ScriptedPredictor(lambda said: [BAR] * 3)
    found = [
        a
        for _t, a in scribbles.evaluate(slice_model(predictor, SHAPE), [target_of(BAR)], protocol_options("scribbles"))
    ]
    assert [(a.strategy, a.variant, a.repeat) for a in found] == [
        ("scribble", f"scribbles:{way}", repeat) for repeat in (1, 2, 3) for way in ("5+0", "5+5")
    ]
    assert [a.prompts.labels.tolist() for a in found[:2]] == [[1] * 5, [1] * 5 + [0] * 5]
    drawn = {tuple(a.prompts.points[:5].ravel()) for a in found}
    assert len(drawn) == 3  # one per drawing, the same with and without negative points


def test_an_object_that_fills_the_slice_is_asked_with_positive_points_alone():
    whole = np.ones((12, 14), bool)
    predictor = ScriptedPredictor(lambda said: [whole] * 3)
    found = [
        a
        for _t, a in scribbles.evaluate(
            slice_model(predictor, whole.shape), [target_of(whole)], protocol_options("scribbles")
        )
    ]
    assert all(a.prompts.labels.all() and len(a.prompts.labels) for a in found)
