"""Maps as volume nodes of a scene."""

import numpy as np
import pytest

pytest.importorskip("slicer")

from SAMBenchmarkLib.session.map_volumes import map_nodes
from SAMSegmenterLib.scene.volumes import volume_from_node
from support.phantoms import sphere_volume


def test_maps_become_volumes_at_the_place_of_their_source():
    volume, _segmentation = sphere_volume(spacing_kji=(2.0, 1.0, 1.5))
    values = np.random.default_rng(0).random(volume.shape_kji).astype(np.float32)
    nodes = map_nodes({"segmentation_prior": values, "augmented": np.stack([values] * 3, axis=-1)}, volume)
    assert [node.GetName() for node in nodes] == ["segmentation_prior", "augmented"]
    found = volume_from_node(nodes[0])
    np.testing.assert_array_equal(found.array, values)
    np.testing.assert_allclose(found.ijk_to_ras, volume.ijk_to_ras)
    assert nodes[1].GetImageData().GetNumberOfScalarComponents() == 3
