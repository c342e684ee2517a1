"""Images and labels of `sam-train`, and what is said about files that cannot be used."""

import argparse

import numpy as np
import pytest
import SimpleITK
import torch
from PIL import Image

from SAMBenchmarkLib.cli.train_data import add_data_arguments, load_network, read_array
from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.models.architectures import build

SQUARE = np.zeros((24, 30), dtype=np.uint8)
SQUARE[4:20, 6:22] = 1
RAMP = np.arange(24 * 30, dtype=np.float32).reshape(24, 30)


def write(path, array):
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(array), str(path))
    return path


def test_pictures_are_volumes_of_one_slice_with_or_without_colour(tmp_path):
    colours = np.random.default_rng(0).integers(0, 256, (24, 30, 3)).astype(np.uint8)
    Image.fromarray(colours).save(tmp_path / "rgb.png")
    Image.fromarray(np.dstack([colours, np.full((24, 30), 9, dtype=np.uint8)])).save(tmp_path / "rgba.png")
    Image.fromarray(RAMP.astype(np.uint16)).save(tmp_path / "grey.png")
    assert np.array_equal(read_array(tmp_path / "rgb.png"), colours[None])
    assert np.array_equal(read_array(tmp_path / "rgba.png"), colours[None])
    assert np.array_equal(read_array(tmp_path / "grey.png"), RAMP[None])


def test_volumes_and_their_labels_keep_their_order(tmp_path):
    volume = np.random.default_rng(1).normal(size=(3, 24, 30)).astype(np.float32)
    labels = np.stack([SQUARE, 0 * SQUARE, 7 * SQUARE])
    assert np.array_equal(read_array(write(tmp_path / "image.nii.gz", volume)), volume)
    assert np.array_equal(read_array(write(tmp_path / "label.nrrd", labels), True), labels)


def test_colours_and_palettes_count_as_labels(tmp_path):
    picture = Image.fromarray(2 * SQUARE).convert("P")
    picture.putpalette([0, 0, 0, 9, 9, 9, 255, 0, 0])
    picture.save(tmp_path / "palette.png")
    assert np.array_equal(read_array(tmp_path / "palette.png", True), 2 * SQUARE[None])
    colours = np.zeros((24, 30, 3), dtype=np.uint8)
    colours[SQUARE > 0] = (0, 200, 0)
    Image.fromarray(colours).save(tmp_path / "colours.png")
    assert np.array_equal(read_array(tmp_path / "colours.png", True), SQUARE[None])


def test_of_structures_that_overlap_the_later_one_counts(tmp_path, monkeypatch):
    first, second = np.zeros((2, 1, 24, 30), dtype=np.uint8)
    first[0, :10], second[0, 5:15] = 1, 1
    structures = (Structure(1, "organ", 0, 1), Structure(2, "lesion", 1, 1))
    segmentation = Segmentation((first, second), np.eye(4), structures)
    monkeypatch.setattr("SAMSegmenterLib.files.labels.read_labels", lambda path: segmentation)
    labels = read_array(tmp_path / "any.seg.nrrd", True)
    assert labels.shape == (1, 24, 30) and labels[0, :, 0].tolist() == [1] * 5 + [2] * 10 + [0] * 9


def test_nan_is_taken_for_background_with_a_warning(tmp_path, caplog):
    holes = np.where(RAMP < 5, np.nan, RAMP)[None]
    path = write(tmp_path / "holes.nii", holes)
    image = read_array(path)
    assert image.min() == 5 and np.array_equal(image[0] > 5, RAMP > 5)
    assert "holes.nii: 5 of 720 voxels" in caplog.text and "background" in caplog.text


def test_ordinary_images_are_read_without_a_word(tmp_path, caplog):
    Image.fromarray(RAMP.astype(np.uint8)).save(tmp_path / "grey.png")
    read_array(tmp_path / "grey.png")
    assert not caplog.messages


@pytest.mark.parametrize(
    ("array", "as_labels", "message"),
    [
        (np.full((1, 24, 30), np.nan, dtype=np.float32), False, "All voxels are NaN"),
        (RAMP[None] + 0.5, True, "holds fractions"),
        (RAMP[None] - 50, True, "negative values"),
        (0 * SQUARE[None], True, "holds no labels"),
        (np.random.default_rng(0).integers(0, 2000, (1, 24, 30)).astype(np.int16), True, "looks like an image"),
    ],
)
def test_files_that_cannot_be_used_are_refused(tmp_path, array, as_labels, message):
    with pytest.raises(InputError, match=message):
        read_array(write(tmp_path / "file.nii", array), as_labels)


def test_several_volumes_in_one_file_are_refused(tmp_path):
    frames = [SimpleITK.GetImageFromArray(RAMP[None] + number) for number in range(3)]
    SimpleITK.WriteImage(SimpleITK.JoinSeries(frames), str(tmp_path / "series.nii"))
    with pytest.raises(InputError, match="holds 3 volumes"):
        read_array(tmp_path / "series.nii")


@pytest.mark.parametrize("as_labels", [False, True])
def test_missing_and_damaged_files_are_said(tmp_path, as_labels):
    with pytest.raises(InputError, match="There is no file"):
        read_array(tmp_path / "missing.png", as_labels)
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(InputError, match=r"cut\.png"):
        read_array(tmp_path / "cut.png", as_labels)


def test_a_file_of_another_network_is_refused(tmp_path):
    torch.save({"w": torch.zeros(2)}, tmp_path / "w.pt")
    with pytest.raises(ModelError, match="not those of a SAM network"):
        load_network(tmp_path / "w.pt")


def test_weights_that_are_not_whole_are_refused(tmp_path):
    state = build("small").state_dict()
    state.pop("mask_decoder.iou_token.weight")
    torch.save(state, tmp_path / "w.pt")
    with pytest.raises(ModelError, match="does not hold all weights"):
        load_network(tmp_path / "w.pt")


def test_the_folder_of_images_may_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SAM_TEST_DATA", str(tmp_path))
    parser = argparse.ArgumentParser()
    add_data_arguments(parser)
    assert parser.parse_args([]).data == tmp_path
    monkeypatch.delenv("SAM_TEST_DATA")
    without = argparse.ArgumentParser()
    add_data_arguments(without)
    with pytest.raises(SystemExit):
        without.parse_args([])
