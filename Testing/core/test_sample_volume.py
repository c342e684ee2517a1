from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.sample_volume import NOISE_HU, SHAPE_KJI, SPACING_KJI, sample_volume


def test_the_sample_is_a_ct_in_hounsfield_units():
    volume, segmentation = sample_volume()
    assert volume.array.shape == SHAPE_KJI and volume.array.dtype == np.int16
    assert np.allclose(volume.spacing_kji, SPACING_KJI)
    assert -1100 < volume.array.min() < -1000 < 400 < volume.array.max() < 500
    liver = next(structure for structure in segmentation.structures if structure.name == "liver")
    values = volume.array[segmentation.mask(liver)]
    assert abs(values.mean() - 110) < 1 and abs(values.std() - NOISE_HU) < 1


def test_every_organ_has_voxels_and_lies_in_the_body():
    volume, segmentation = sample_volume()
    names = [structure.name for structure in segmentation.structures]
    assert names == ["liver", "spleen", "right kidney", "left kidney", "aorta", "spine"]
    for structure in segmentation.structures:
        mask = segmentation.mask(structure)
        assert np.count_nonzero(mask) > 500
        assert volume.array[mask].min() > 0


def test_the_patient_lies_on_the_back_with_the_liver_on_the_right():
    volume, segmentation = sample_volume()
    for name, axis, sign in (("liver", 0, 1), ("spleen", 0, -1), ("spine", 1, -1)):
        structure = next(structure for structure in segmentation.structures if structure.name == name)
        k, j, i = np.argwhere(segmentation.mask(structure)).mean(axis=0)
        assert np.sign((volume.ijk_to_ras @ [i, j, k, 1.0])[axis]) == sign


def test_the_same_seed_gives_the_same_bits():
    assert np.array_equal(sample_volume()[0].array, sample_volume()[0].array)
    assert not np.array_equal(sample_volume()[0].array, sample_volume(1)[0].array)
