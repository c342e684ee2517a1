"""Elliptic Fourier series of outlines: coefficients against pyefd, orders against a search written with OpenCV."""

import math

import numpy as np
import pytest
from scipy import ndimage

from SAMBenchmarkLib.core import elliptic_fourier
from SAMBenchmarkLib.core.elliptic_fourier import centre, coefficients, dice_by_harmonics, fourier_order, harmonic
from SAMBenchmarkLib.core.outlines import largest_outline
from support.masks import disk, rectangle

SHAPE = (200, 240)


def ellipse():
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return ((x - 120) / 70) ** 2 + ((y - 100) / 40) ** 2 <= 1


def blob(seed):
    return ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=SHAPE), 12) > 0.012


def five_pointed_star():
    from SAMSegmenterLib.core.polygons import polygon_mask

    turns = np.arange(10) * np.pi / 5
    radius = np.where(np.arange(10) % 2, 32, 80)
    return polygon_mask(np.column_stack([120 + radius * np.sin(turns), 100 - radius * np.cos(turns)]), SHAPE)


@pytest.mark.parametrize("seed", range(3))
def test_coefficients_are_those_of_pyefd(seed):
    pyefd = pytest.importorskip("pyefd")
    chain = largest_outline(blob(seed)).astype(float)
    expected = pyefd.elliptic_fourier_descriptors(np.vstack([chain, chain[:1]]), order=60)
    np.testing.assert_allclose(coefficients(chain), expected, atol=1e-9)
    np.testing.assert_allclose(centre(chain), pyefd.calculate_dc_coefficients(np.vstack([chain, chain[:1]])), atol=1e-9)


def test_the_series_of_a_triangle_comes_back_to_its_corners():
    triangle = np.array([[0.0, 0.0], [30.0, 0.0], [0.0, 40.0]])
    of = coefficients(triangle, 2000)
    there = centre(triangle) + sum(harmonic(h, n, 3)[0] for n, h in enumerate(of, start=1))
    np.testing.assert_allclose(there, triangle[0], atol=0.05)


def test_a_polygon_without_length_has_no_harmonics():
    point = np.array([[4.0, 5.0]])
    assert not coefficients(point, 3).any() and centre(point).tolist() == [4, 5]


def dice_in_opencv(mask, harmonics):
    """Contours, decoding and filling by OpenCV and pyefd."""
    cv2 = pytest.importorskip("cv2")
    pyefd = pytest.importorskip("pyefd")
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    contour = max(found, key=cv2.contourArea)[:, 0].astype(float)
    closed = np.vstack([contour, contour[:1]])
    series, dc = pyefd.elliptic_fourier_descriptors(closed, order=60), pyefd.calculate_dc_coefficients(closed)

    def filled(points):
        canvas = np.zeros((400, 440), np.uint8)
        scaled = np.round((points + 100) * 16).astype(np.int32)  # OpenCV takes 4 bits behind the point
        cv2.fillPoly(canvas, [scaled], 1, shift=4)
        return canvas > 0

    region = filled(contour)
    for n in range(1, harmonics + 1):
        drawn = filled(pyefd.reconstruct_contour(series[:n], dc, 1000))
        yield 2 * (drawn & region).sum() / (drawn.sum() + region.sum())


SHAPES = {
    "ellipse": ellipse(),
    "square": rectangle(SHAPE, 80, 60, 160, 140),
    "star": five_pointed_star(),
    "disk": disk(SHAPE, (120, 100), 30),
    **{f"blob {seed}": blob(seed) for seed in range(4)},
}


@pytest.mark.parametrize("name", SHAPES)
def test_dice_by_harmonics_is_that_of_opencv_up_to_how_borders_are_filled(name):
    expected = list(dice_in_opencv(SHAPES[name], 12))
    found = [value for value, _ in zip(dice_by_harmonics(SHAPES[name]), expected, strict=False)]
    np.testing.assert_allclose(found, expected, atol=0.02)


@pytest.mark.parametrize(
    ("overlaps", "patience", "expected"),
    [
        ([0.98], 1, (1, 5.0)),  # good at once
        ([0.80, 0.90, 0.971], 1, (3, 8.8)),
        ([0.80, 0.8009, 0.99], 1, (2, 41.82)),  # a small change ends it ...
        ([0.80, 0.8009, 0.99], 2, (3, 5.0)),  # ... unless one is patient
        ([0.80, 0.8009, 0.8015, 0.99], 2, (3, 42.7)),
        ([0.80, 0.801, 0.803, 0.9], 1, (4, 24.0)),  # changes of 0.001 and more are not small; at the end for want
        ([0.970, 0.975], 1, (2, 7.0)),  # 0.970 itself is not above 0.970
        ([], 1, (math.nan, math.nan)),
    ],
)
def test_the_search_ends_by_the_two_rules(overlaps, patience, expected, monkeypatch):
    monkeypatch.setattr(elliptic_fourier, "dice_by_harmonics", lambda _mask: iter(overlaps))
    found = fourier_order(np.ones((3, 3), bool), patience)
    assert (found.order, found.final) == pytest.approx(expected, nan_ok=True)


def test_shapes_of_two_fold_symmetry_end_at_two_unless_one_is_patient():
    square = rectangle(SHAPE, 80, 60, 160, 140)
    hasty, patient = fourier_order(square), fourier_order(square, patience=2)
    assert hasty.order == 2 and 18 < hasty.final < 23
    assert patient.order > 2 and patient.final < hasty.final


def test_a_star_ends_at_two_with_a_large_penalty():
    star = fourier_order(five_pointed_star())
    assert star.order == 2 and 45 < star.final < 55


def test_a_ring_scores_like_the_disk_it_encloses():
    outer = disk(SHAPE, (120, 100), 30)
    assert fourier_order(outer & ~disk(SHAPE, (120, 100), 20)) == fourier_order(outer)


def test_an_object_at_the_edge_or_of_one_row_has_an_order_and_an_empty_one_has_none():
    assert fourier_order(disk((40, 52), (39, 0), 22)).order >= 1
    assert fourier_order(np.ones((12, 14), bool)).order >= 1
    assert math.isfinite(fourier_order(rectangle((30, 40), 3, 5, 30, 5)).final)
    assert fourier_order(rectangle((9, 9), 4, 5, 4, 5)).final == 1
    assert math.isnan(fourier_order(np.zeros((9, 9), bool)).order)


def test_the_place_in_the_image_changes_nothing():
    mask = blob(1)[50:150, 50:150]
    assert fourier_order(np.pad(mask, ((7, 30), (90, 2)))) == fourier_order(np.pad(mask, 1))
