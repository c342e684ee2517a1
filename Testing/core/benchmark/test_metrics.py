import math

import numpy as np
import pytest
from scipy import ndimage

from SAMBenchmarkLib.core.metrics import BorderPair, border_points, con, dice, jaccard, surface_distances
from SAMBenchmarkLib.core.targets import slice_objects
from SAMSegmenterLib.core.errors import InputError
from support.masks import blob, disk, edge_cases, rectangle, ring


def mask_pairs():
    """Prediction and reference: irregular and special shapes in 2D, irregular ones in 1D and 3D."""
    rng = np.random.default_rng(11)
    pairs = [
        (blob(rng, shape, share), blob(rng, shape, 0.3)) for share in (0.05, 0.4) for shape in ((37, 61), (80, 33))
    ]
    pairs += [(blob(rng, (9, 24, 17)), blob(rng, (9, 24, 17), 0.1)), (blob(rng, (64,)), blob(rng, (64,)))]
    pairs += [(rng.random((25, 31)) > 0.97, rng.random((25, 31)) > 0.5)]
    for mask in edge_cases().values():
        shifted = np.roll(mask, (1, 2), axis=(0, 1))
        pairs += [(shifted, mask), (ndimage.binary_dilation(mask, iterations=2), mask)]
    pairs += [(disk((40, 52), (25, 20), 13), ring((40, 52), (25, 20), 8, 13))]
    return pairs


PAIRS = mask_pairs()
SPACINGS = {1: [(1.0,), (0.37,)], 2: [(1.0, 1.0), (0.5, 0.5), (0.7, 3.1)], 3: [(1.0, 1.0, 1.0), (5.0, 0.8, 0.7)]}


def brute_force(prediction, reference, spacing):
    """Directed distances from SciPy's distance transform of the whole array, borders from SciPy's erosion."""
    cross = ndimage.generate_binary_structure(prediction.ndim, 1)
    borders = [m & ~ndimage.binary_erosion(m, cross, border_value=0) for m in (prediction, reference)]
    fields = [ndimage.distance_transform_edt(~border, sampling=spacing) for border in borders]
    return fields[1][borders[0]], fields[0][borders[1]]


@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_distances_are_those_of_the_distance_transform(number):
    prediction, reference = PAIRS[number]
    for spacing in SPACINGS[prediction.ndim]:
        forward, backward = brute_force(prediction, reference, spacing)
        distances = surface_distances(prediction, reference, spacing)
        np.testing.assert_allclose(distances.prediction_to_reference, forward, rtol=0, atol=1e-9)
        np.testing.assert_allclose(distances.reference_to_prediction, backward, rtol=0, atol=1e-9)
        assert distances.surface_dice(2.2) == np.mean(np.concatenate([forward, backward]) <= 2.2)


@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_metrics_are_those_of_medpy(number):
    binary = pytest.importorskip("medpy.metric.binary")
    prediction, reference = PAIRS[number]
    assert dice(prediction, reference) == pytest.approx(binary.dc(prediction, reference), abs=1e-12)
    assert jaccard(prediction, reference) == pytest.approx(binary.jc(prediction, reference), abs=1e-12)
    for spacing in SPACINGS[prediction.ndim]:
        ours = surface_distances(prediction, reference, spacing)
        assert ours.hausdorff() == pytest.approx(binary.hd(prediction, reference, spacing), abs=1e-9)
        assert ours.hausdorff95() == pytest.approx(binary.hd95(prediction, reference, spacing), abs=1e-9)
        assert ours.asd() == pytest.approx(binary.asd(prediction, reference, spacing), abs=1e-9)
        assert ours.assd() == pytest.approx(binary.assd(prediction, reference, spacing), abs=1e-9)


def test_overlap_of_two_rectangles_is_worked_out_by_hand():
    first, second = rectangle((6, 8), 0, 0, 3, 1), rectangle((6, 8), 2, 0, 5, 1)  # 8 pixels each, 4 shared
    assert dice(first, second) == 0.5
    assert jaccard(first, second) == 4 / 12


def test_overlap_with_one_empty_mask_is_zero_and_with_two_undefined():
    empty, full = np.zeros((3, 4), bool), np.ones((3, 4), bool)
    assert (dice(empty, full), dice(full, empty), jaccard(empty, full), jaccard(full, empty)) == (0, 0, 0, 0)
    assert math.isnan(dice(empty, empty)) and math.isnan(jaccard(empty, empty))


def test_label_values_count_as_inside():
    assert dice(np.array([[0, 255], [85, 0]]), np.array([[0, 1], [1, 0]])) == 1.0


@pytest.mark.parametrize("measure", [dice, jaccard, surface_distances])
def test_masks_of_different_shape_are_refused_with_both_shapes(measure):
    with pytest.raises(InputError, match=r"\(3, 4\) and \(4, 3\)"):
        measure(np.ones((3, 4), bool), np.ones((4, 3), bool))


@pytest.mark.parametrize(("overlap", "expected"), [(1.0, 1.0), (2 / 3, 0.0), (0.5, -1.0), (0.1, -17.0), (0.0, 0.0)])
def test_conformity_follows_its_formula(overlap, expected):
    assert con(overlap) == pytest.approx(expected, abs=1e-12)


def test_conformity_of_an_undefined_dice_is_undefined():
    assert math.isnan(con(math.nan))


def test_two_pixels_are_measured_by_hand():
    first, second = np.zeros((5, 6), bool), np.zeros((5, 6), bool)
    first[0, 0], second[3, 4] = True, True
    assert surface_distances(first, second).hausdorff() == 5.0
    assert surface_distances(first, second, (2.0, 0.5)).hausdorff() == pytest.approx(math.hypot(6, 2))


def test_the_percentile_is_taken_of_the_pooled_distances():
    prediction, reference = np.zeros((1, 40), bool), np.zeros((1, 40), bool)
    prediction[0, [0, 1, 2, 39]] = True
    reference[0, [0, 1, 2]] = True
    distances = surface_distances(prediction, reference)
    assert sorted(distances.pooled) == [0, 0, 0, 0, 0, 0, 37]
    assert distances.hausdorff95() == pytest.approx(0.7 * 37)  # position 0.95 * 6 = 5.7 between 0 and 37
    assert (distances.asd(), distances.assd()) == (37 / 4, 37 / 7)


def test_surface_dice_counts_border_pixels_of_both_masks():
    prediction, reference = np.zeros((1, 10), bool), np.zeros((1, 10), bool)
    prediction[0, [0, 9]], reference[0, [0, 3, 7]] = True, True
    distances = surface_distances(prediction, reference)  # 0, 2 one way; 0, 3, 2 the other
    assert [distances.surface_dice(t) for t in (0, 1, 2, 3)] == [2 / 5, 2 / 5, 4 / 5, 1.0]


def test_rounding_does_not_push_a_distance_beyond_the_tolerance():
    first, second = rectangle((1, 9), 0, 0, 0, 0), rectangle((1, 9), 3, 0, 3, 0)
    assert surface_distances(first, second, (0.1, 0.1)).surface_dice(0.3) == 1.0


@pytest.mark.parametrize("tolerance", [-1.0, math.nan])
def test_a_tolerance_that_is_no_length_is_refused(tolerance):
    mask = np.ones((2, 2), bool)
    with pytest.raises(InputError, match="tolerance"):
        surface_distances(mask, mask).surface_dice(tolerance)


@pytest.mark.parametrize("empty_first", [True, False])
def test_distances_to_an_empty_mask_are_undefined(empty_first):
    pair = [np.zeros((5, 5), bool), np.ones((5, 5), bool)]
    distances = surface_distances(*(pair if empty_first else pair[::-1]))
    values = [distances.hausdorff(), distances.hausdorff95(), distances.asd(), distances.assd()]
    assert np.isnan(values).all()
    assert distances.surface_dice(1.0) == 0.0


def test_surface_dice_of_two_empty_masks_is_undefined():
    empty = np.zeros((5, 5), bool)
    assert math.isnan(surface_distances(empty, empty).surface_dice(1.0))


def test_pixels_on_the_image_edge_belong_to_the_border():
    full = np.ones((4, 5), bool)
    expected = {(r, c) for r in range(4) for c in range(5) if r in (0, 3) or c in (0, 4)}
    assert {tuple(point) for point in border_points(full).tolist()} == expected


def test_a_diagonal_gap_makes_no_border():
    mask = np.ones((5, 5), bool)
    mask[1, 1] = False  # (2, 2) touches the hole at a corner only
    assert [2, 2] not in border_points(mask).tolist()
    assert [1, 2] in border_points(mask).tolist()


def test_borders_found_once_serve_any_spacing():
    prediction, reference = PAIRS[0]
    borders = BorderPair.of(prediction, reference)
    anisotropic = surface_distances(prediction, reference, (0.7, 3.1))
    np.testing.assert_array_equal(borders.distances((0.7, 3.1)).pooled, anisotropic.pooled)
    np.testing.assert_allclose(borders.distances((1, 1)).scaled(0.4).pooled, borders.distances((0.4, 0.4)).pooled)


def test_the_nearest_pixel_depends_on_the_spacing():
    prediction, reference = np.zeros((5, 5), bool), np.zeros((5, 5), bool)
    prediction[0, 0] = True
    reference[0, 3] = reference[2, 0] = True
    assert surface_distances(prediction, reference).asd() == 2.0
    assert surface_distances(prediction, reference, (5.0, 1.0)).asd() == 3.0


@pytest.mark.parametrize("spacing", [(1.0,), (1.0, 0.0), (1.0, -1.0), (1.0, math.nan), (1.0, 1.0, 1.0)])
def test_a_spacing_that_does_not_fit_is_refused(spacing):
    mask = np.ones((3, 3), bool)
    with pytest.raises(InputError, match="spacing of a 2D mask is 2 positive lengths"):
        surface_distances(mask, mask, spacing)


def test_real_organs_are_measured_as_medpy_does(real_case):
    binary, image = pytest.importorskip("medpy.metric.binary"), pytest.importorskip("PIL.Image")
    objects = slice_objects(np.asarray(image.open(real_case("btcv_abdomen/ABD_001_110").label)))
    assert len(objects) > 3
    for number, found in enumerate(objects):
        prediction = np.roll(ndimage.binary_dilation(found.mask, iterations=1 + number % 3), 2, axis=1)
        ours = surface_distances(prediction, found.mask, (0.7, 1.3))
        values = [ours.hausdorff(), ours.hausdorff95(), ours.asd(), ours.assd()]
        reference = [
            getattr(binary, name)(prediction, found.mask, (0.7, 1.3)) for name in ("hd", "hd95", "asd", "assd")
        ]
        assert values == pytest.approx(reference, abs=1e-9)
