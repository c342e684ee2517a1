"""The demonstration's labels: the pocket of fluid without a way out."""

import numpy as np
import pytest

from SAMBenchmarkLib.session.brain_case import (
    VENTRICLES,
    WHITE_MATTER,
    brain_labels,
    lateral_ventricles,
    template_files,
    write_brain_labels,
)
from SAMSegmenterLib.core.errors import DependencyError
from SAMSegmenterLib.files.images import read_image


def a_brain():
    """A ball of tissue of radius 28 with a closed cavity of radius 5 and a larger one that opens to the surface."""
    k, j, i = np.indices((64, 64, 64)) - 32
    tissue = k**2 + j**2 + i**2 <= 28**2
    closed = (k - 8) ** 2 + j**2 + i**2 <= 5**2
    opened = ((k + 8) ** 2 + j**2 + i**2 <= 7**2) | ((abs(k + 8) <= 1) & (abs(j) <= 1) & (i > 0))
    return tissue & ~closed & ~opened, closed


def test_the_closed_cavity_is_found_and_the_open_one_is_not():
    tissue, closed = a_brain()
    assert np.array_equal(lateral_ventricles(tissue), closed)


def test_solid_tissue_has_no_ventricles():
    assert not lateral_ventricles(np.ones((30, 30, 30), bool)).any()


def test_tissue_fractions_become_two_labels():
    tissue, closed = a_brain()
    labels = brain_labels(np.zeros(tissue.shape), tissue.astype(float))
    assert np.array_equal(labels == VENTRICLES, closed)
    assert np.array_equal(labels == WHITE_MATTER, tissue)


def test_the_template_gives_both_structures_with_their_names(tmp_path):
    try:
        files = template_files()
    except DependencyError as error:
        pytest.skip(str(error))
    path = tmp_path / "labels.seg.nrrd"
    write_brain_labels(files, path)
    labels, volume = read_image(path).frames[0], read_image(files.t1).frames[0]
    assert labels.shape_kji == volume.shape_kji
    assert np.allclose(labels.ijk_to_ras, volume.ijk_to_ras)
    counts = np.bincount(labels.array.ravel())
    assert counts[WHITE_MATTER] > 500_000 and 10_000 < counts[VENTRICLES] < 40_000
