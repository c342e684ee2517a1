"""Maps of whole volumes, on phantoms whose masks are known."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.prior_maps import thick_boundary
from SAMBenchmarkLib.session.map_volumes import (
    AUGMENTED,
    BOUNDARY_PRIOR,
    SEGMENTATION_PRIOR,
    UNCERTAINTY,
    MapRequest,
    map_seconds,
    map_volumes,
    write_maps,
)
from SAMSegmenterLib.core.errors import Cancelled, InputError
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor
from support.phantoms import sphere_volume

OPTIONS = BenchmarkOptions(plane="axial", points_per_side=4)


class Stable(ThresholdPredictor):
    """Everything mode finds the object alone, with a stability of 0.75."""

    def everything(self, embedding, parameters):
        found = super().everything(embedding, parameters)
        smallest = found.masks.sum(axis=(1, 2)).argmin()
        masks = found.masks[[smallest]] if len(found) > 1 else found.masks[:0]
        return replace(found, masks=masks, scores=found.scores[: len(masks)], stability=np.full(len(masks), 0.75))


def test_priors_follow_the_masks_of_every_slice():
    volume, segmentation = sphere_volume()
    maps = map_volumes(MapRequest(volume, None, OPTIONS), Stable())
    assert set(maps) == {SEGMENTATION_PRIOR, BOUNDARY_PRIOR, AUGMENTED}
    middle = volume.shape_kji[0] // 2
    mask = segmentation.layers[0][middle] > 0
    np.testing.assert_allclose(maps[SEGMENTATION_PRIOR][middle], 0.75 * mask)
    np.testing.assert_array_equal(maps[BOUNDARY_PRIOR][middle], thick_boundary(mask))
    np.testing.assert_allclose(
        maps[AUGMENTED][middle][..., 1] - maps[AUGMENTED][middle][..., 0], 0.75 * mask, atol=1e-6
    )
    assert not maps[SEGMENTATION_PRIOR][0].any()


def test_uncertainty_lies_around_the_structure_and_nowhere_else():
    volume, segmentation = sphere_volume()
    maps = map_volumes(MapRequest(volume, segmentation, OPTIONS, priors=False), ThresholdPredictor())
    assert set(maps) == {UNCERTAINTY}
    entropy, labels = maps[UNCERTAINTY], segmentation.layers[0] > 0
    assert entropy.shape == volume.shape_kji and 0 < entropy.max() <= 1
    assert not entropy[~labels.any(axis=(1, 2))].any()


def test_files_have_the_place_of_the_volume_and_are_not_written_over(tmp_path):
    sitk = pytest.importorskip("SimpleITK")
    volume, segmentation = sphere_volume(spacing_kji=(2.0, 1.0, 1.5))
    maps = map_volumes(MapRequest(volume, segmentation, OPTIONS), Stable())
    paths = write_maps(maps, volume, tmp_path / "maps")
    assert sorted(path.name for path in paths) == [
        "augmented.nrrd", "boundary_prior.nrrd", "segmentation_prior.nrrd", "uncertainty.nrrd"
    ]  # fmt: skip
    image = sitk.ReadImage(str(tmp_path / "maps" / "segmentation_prior.nrrd"))
    assert image.GetSpacing() == pytest.approx((1.5, 1.0, 2.0))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), maps[SEGMENTATION_PRIOR])
    colour = sitk.ReadImage(str(tmp_path / "maps" / "augmented.nrrd"))
    assert colour.GetNumberOfComponentsPerPixel() == 3
    with pytest.raises(InputError, match="exists already"):
        write_maps(maps, volume, tmp_path / "maps")


def test_stopping_gives_nothing_and_bad_requests_are_refused():
    volume, _segmentation = sphere_volume()
    with pytest.raises(Cancelled):
        map_volumes(MapRequest(volume, None, OPTIONS), Stable(), should_stop=lambda: True)
    with pytest.raises(InputError, match="No map"):
        map_volumes(MapRequest(volume, None, OPTIONS, priors=False), Stable())
    with pytest.raises(InputError, match="takes no prompts"):
        map_volumes(MapRequest(volume, None, OPTIONS), PromptlessPredictor())


def test_time_is_told_from_the_slices_that_the_model_is_asked_about():
    volume, segmentation = sphere_volume()
    slices, held = volume.shape_kji[0], int(segmentation.layers[0].any(axis=(1, 2)).sum())
    options = replace(OPTIONS, min_object_pixels=0)
    boxes = options.protocol_settings.uncertainty_boxes

    def seconds(request, predictor):
        ticks = count()
        return map_seconds(request, predictor, lambda: float(next(ticks)))  # every call takes a second

    predictor = ThresholdPredictor()
    assert seconds(MapRequest(volume, segmentation, options, priors=False), predictor) == held * (1 + boxes)
    assert (predictor.encode_calls, predictor.everything_calls) == (1, 0) and predictor.decode_calls <= 4
    grid = 4 * 4 / 8**2  # of the points of the grid that is timed
    assert seconds(MapRequest(volume, None, options), predictor) == pytest.approx(slices * (1 + grid))
    assert seconds(MapRequest(volume, None, options, priors=False), predictor) == 0
    assert seconds(MapRequest(volume, segmentation, options), PromptlessPredictor()) == 0
