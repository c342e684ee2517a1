"""`sam-segment --boxes`: boxes of slices and boxes in space become the structures that they are drawn around."""

from __future__ import annotations

import numpy as np
import pytest

from support.phantoms import oblique_matrix
from support.segment_command import Bench, boxes_around


def box_file(bench, structures, **more):
    return bench.json("boxes.json", {"schema": "sam-boxes/1", "structures": structures, **more})


@pytest.mark.parametrize(("axis", "plane"), [(0, "k"), (1, "j"), (2, "i"), (0, "axial"), (1, "coronal")])
def test_boxes_of_slices_along_any_axis_give_the_structures_voxel_by_voxel(tmp_path, axis, plane):
    bench = Bench.of(tmp_path, spacing_kji=(2.0, 1.0, 0.5))
    assert bench.run("--boxes", box_file(bench, boxes_around(bench.truth, axis), axis=plane)) == 0
    np.testing.assert_array_equal(bench.labels(), bench.truth.layers[0])
    assert [one.name for one in bench.result().structures] == ["left box", "right box"]
    np.testing.assert_allclose(bench.result().ijk_to_ras, bench.truth.ijk_to_ras, atol=1e-6)


def test_the_axis_of_the_command_line_goes_before_that_of_the_file_and_says_so(tmp_path, capsys):
    bench = Bench.of(tmp_path)
    assert bench.run("--boxes", box_file(bench, boxes_around(bench.truth, 2), axis="axial"), "--axis", "i") == 0
    np.testing.assert_array_equal(bench.labels(), bench.truth.layers[0])
    assert "along 'i', as --axis says; their file says 'axial'" in "".join(capsys.readouterr())


@pytest.mark.parametrize("turned", [False, True])
def test_boxes_in_space_give_the_structures_on_all_slices_that_they_span(tmp_path, turned):
    place = {"ijk_to_ras": oblique_matrix()} if turned else {"spacing_kji": (3.0, 1.0, 1.0)}
    bench = Bench.of(tmp_path, **place)
    truth = bench.truth.layers[0]
    k, j, i = np.nonzero(truth == 1)
    ijk = [int(v) for v in (i.min(), j.min(), k.min(), i.max(), j.max(), k.max())]
    middle = [(ijk[n] + ijk[n + 3]) / 2 for n in range(3)]
    k, j, i = np.nonzero(truth == 2)
    ends = [(i, 0), (j, 1), (k, 2)]
    middle = [float(np.mean([v.min(), v.max()])) for v, _ in ends]
    points = []
    for values, axis in ends:
        for end in (values.min(), values.max()):
            point = [*middle]
            point[axis] = float(end)
            points.append((bench.volume.ijk_to_ras @ [*point, 1])[:3].tolist())
    structures = [{"name": "left", "box_ijk": ijk}, {"name": "right", "extreme_points_ras": points}]
    assert bench.run("--boxes", box_file(bench, structures, axis="k")) == 0
    np.testing.assert_array_equal(bench.labels(), truth)


def test_several_boxes_on_a_slice_add_up(tmp_path):
    bench = Bench.of(tmp_path)
    both = [item for one in boxes_around(bench.truth) for item in one["slices"]]
    assert bench.run("--boxes", box_file(bench, [{"name": "both", "slices": both}], axis="k")) == 0
    np.testing.assert_array_equal(bench.labels() != 0, bench.truth.layers[0] != 0)


def test_a_slice_is_encoded_once_for_boxes_that_follow_each_other(tmp_path):
    from SAMSegmenterLib.models.cached_encoder import CachedEncoder
    from SAMSegmenterLib.models.embedding_cache import EmbeddingCache

    bench = Bench.of(tmp_path)
    exact, bench.predictor = bench.predictor, CachedEncoder(bench.predictor, EmbeddingCache(None, 1 << 14))
    assert bench.run("--boxes", box_file(bench, boxes_around(bench.truth), axis="k")) == 0
    assert exact.encoded_images == 1  # all slices of the phantom look alike
    assert exact.decoded_prompts == 16


@pytest.mark.parametrize(
    ("structures", "said"),
    [
        ([{"name": "spleen", "slices": [{"index": 99, "box": [0, 0, 1, 1]}]}], "slice 99"),
        ([{"name": "spleen", "box_ras": [[900, 900, 900], [950, 950, 950]]}], "'spleen'"),
        ([], "no structure"),
    ],
)
def test_boxes_that_cannot_be_used_are_told_and_leave_nothing(tmp_path, capsys, structures, said):
    bench = Bench.of(tmp_path)
    assert bench.run("--boxes", box_file(bench, structures)) == 2
    told = capsys.readouterr().err
    assert said in told and "hint: " in told and bench.files == {"boxes.json"} and not bench.asked
