"""`sam-segment --refine`: rough masks of another model become exact ones, slice by slice."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.files.writing import write_labels
from support.segment_command import Bench


def rough(bench, name="rough.seg.nrrd", steps=2):
    """The truth with its outlines moved inwards, under names and values of its own."""
    inner = np.zeros_like(bench.truth.layers[0])
    for value in (1, 2):
        mask = bench.truth.layers[0] == value
        inner[ndimage.binary_erosion(mask, np.ones((1, 3, 3)), steps)] = 5 * value
    labels = Segmentation.from_labels(inner, bench.truth.ijk_to_ras, {5: "liver", 10: "spleen"})
    write_labels(bench.folder / name, labels)
    return name


@pytest.mark.parametrize("how", ["mask", "box", None])
def test_rough_masks_become_the_structures_with_their_names_and_values(tmp_path, how):
    bench = Bench.of(tmp_path, spacing_kji=(3.0, 1.0, 0.5))
    assert bench.run("--refine", rough(bench), *(["--refine-with", how] if how else [])) == 0
    np.testing.assert_array_equal(bench.labels(), 5 * bench.truth.layers[0].astype(int))
    assert [(one.value, one.name) for one in bench.result().structures] == [(5, "liver"), (10, "spleen")]


def test_a_mask_is_told_as_mask_and_box_or_as_the_box_alone(tmp_path):
    bench, told = Bench.of(tmp_path), []
    decode = bench.predictor.decode
    bench.predictor.decode = lambda embedding, prompts, *more: told.extend(prompts) or decode(embedding, prompts, *more)
    assert bench.run("--refine", rough(bench)) == 0
    assert len(told) == 16 and all(one.mask_prior is not None for one in told)
    rows, columns = np.nonzero(told[0].mask_prior > 0)
    assert told[0].box.tolist() == [columns.min(), rows.min(), columns.max(), rows.max()]
    box = told[0].box
    told.clear()
    assert bench.run("--refine", "rough.seg.nrrd", "--refine-with", "box", "--margin", "1.5", "--overwrite") == 0
    assert all(one.mask_prior is None for one in told)
    np.testing.assert_allclose(told[0].box, box + np.array([-1.5, -1.5, 1.5, 1.5]))


def test_labels_on_another_lattice_are_brought_to_the_volume_and_that_is_said(tmp_path, capsys):
    bench = Bench.of(tmp_path)
    inner = bench.truth.layers[0][:, 2:-2, 2:-2]
    moved = bench.truth.ijk_to_ras.copy()
    moved[:3, 3] += moved[:3, :3] @ [2, 2, 0]
    write_labels(tmp_path / "cropped.nii.gz", inner, moved)
    assert bench.run("--refine", "cropped.nii.gz") == 0
    np.testing.assert_array_equal(bench.labels(), bench.truth.layers[0])
    assert "note: The labels cover another part" in capsys.readouterr().err


def test_parts_that_do_not_touch_are_prompts_of_their_own_when_wanted(tmp_path):
    bench = Bench.of(tmp_path)
    write_labels(tmp_path / "one.nii.gz", (bench.truth.layers[0] != 0).astype(np.uint8), bench.truth.ijk_to_ras)
    assert bench.run("--refine", "one.nii.gz", "--refine-with", "box", "--each-part") == 0
    np.testing.assert_array_equal(bench.labels() != 0, bench.truth.layers[0] != 0)
    assert bench.predictor.decoded_prompts == 16
    assert bench.run("--refine", "one.nii.gz", "--refine-with", "box", "--overwrite") == 0
    assert bench.predictor.decoded_prompts == 16 + 8
    assert (bench.labels() != 0).sum() > (bench.truth.layers[0] != 0).sum()  # one box around both holds background


@pytest.mark.parametrize("axis", ["sagittal", "j"])
def test_any_axis_can_be_gone_along(tmp_path, axis):
    bench = Bench.of(tmp_path)
    assert bench.run("--refine", "truth.seg.nrrd", "--axis", axis) == 0
    np.testing.assert_array_equal(bench.labels(), bench.truth.layers[0])


def test_clean_up_holds_for_every_mask(tmp_path):
    bench = Bench.of(tmp_path)
    assert bench.run("--refine", "truth.seg.nrrd", "--minimum-px", "200") == 0
    kept = [one for one in (1, 2) if (bench.labels() == one).any()]
    sizes = {one: int((bench.truth.layers[0][8] == one).sum()) for one in (1, 2)}
    assert kept == [one for one in (1, 2) if sizes[one] >= 200]


def test_labels_elsewhere_are_refused(tmp_path, capsys):
    bench = Bench.of(tmp_path)
    far = bench.truth.ijk_to_ras.copy()
    far[:3, 3] += 1000
    write_labels(tmp_path / "far.nii.gz", bench.truth.layers[0], far)
    assert bench.run("--refine", "far.nii.gz") == 2
    assert "do not overlap in space" in capsys.readouterr().err and bench.files == {"far.nii.gz"}
