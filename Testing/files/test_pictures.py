"""PNG, JPEG, BMP and TIFF: all bits, palettes, alpha, pages, and damage."""

import numpy as np
import pytest
import SimpleITK
from PIL import Image

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.pictures import read_picture

GREY = np.random.default_rng(1).integers(0, 256, (30, 40)).astype(np.uint8)
RGB = np.random.default_rng(2).integers(0, 256, (30, 40, 3)).astype(np.uint8)


def pixels(path, **options):
    (array,) = read_picture(path, **options).frames
    return array


@pytest.mark.parametrize("ending", [".png", ".bmp", ".tif", ".tiff"])
def test_grey_and_colour_survive_exactly(tmp_path, ending):
    for array in (GREY, RGB):
        path = tmp_path / f"a{ending}"
        Image.fromarray(array).save(path)
        stored = read_picture(path)
        assert np.array_equal(stored.frames[0], array[None]) and stored.frames[0].dtype == np.uint8
        assert not stored.has_spacing and np.array_equal(stored.ijk_to_ras, np.diag([-1, -1, 1, 1]))


def test_jpeg_is_read_with_its_loss(tmp_path):
    smooth = np.add.outer(np.arange(30), np.arange(40)).astype(np.uint8)
    Image.fromarray(smooth).save(tmp_path / "a.jpg", quality=95)
    assert np.abs(pixels(tmp_path / "a.jpg")[0].astype(int) - smooth).max() <= 4


@pytest.mark.parametrize("ending", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_survive(tmp_path, ending, channels):
    array = np.random.default_rng(3).integers(0, 65536, (6, 7, channels)).astype(np.uint16)
    image = SimpleITK.GetImageFromArray(array if channels > 1 else array[..., 0], isVector=channels > 1)
    path = tmp_path / f"a{ending}"
    SimpleITK.WriteImage(image, str(path))
    expected = array[..., 0] if channels == 1 else array[..., :3]
    assert pixels(path).dtype == np.uint16 and np.array_equal(pixels(path)[0], expected)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.uint32, np.float32])
def test_number_types_of_tiff_survive_over_several_pages(tmp_path, dtype):
    array = (np.random.default_rng(4).random((3, 6, 7)) * 200 - (0 if dtype == np.uint32 else 100)).astype(dtype)
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(array), str(tmp_path / "a.tif"))
    assert pixels(tmp_path / "a.tif").dtype == dtype and np.array_equal(pixels(tmp_path / "a.tif"), array)


def test_pages_are_slices_and_a_thumbnail_is_left_out(tmp_path):
    pages = [Image.fromarray(np.roll(GREY, shift)) for shift in range(3)] + [Image.fromarray(GREY[::4, ::4])]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    stored = read_picture(tmp_path / "a.tif")
    assert np.array_equal(stored.frames[0], [np.roll(GREY, shift) for shift in range(3)])
    assert "1 of 4 pages differ in size from the first and were left out." in stored.notes


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_alpha_is_dropped_with_a_note(tmp_path, mode):
    colour = RGB if mode == "RGBA" else GREY
    alpha = np.full(GREY.shape, 7, np.uint8)
    Image.fromarray(np.dstack([colour, alpha]), mode).save(tmp_path / "a.png")
    stored = read_picture(tmp_path / "a.png")
    assert np.array_equal(stored.frames[0][0], colour)
    assert stored.notes == ("The picture's transparency (alpha channel) was dropped.",)


def palette_picture(path, colours):
    picture = Image.fromarray(np.array([[0, 1], [2, 1]], np.uint8), "P")
    picture.putpalette([channel for colour in colours for channel in colour])
    picture.save(path)


def test_palettes_are_expanded_in_images_and_kept_as_index_in_labels(tmp_path):
    palette_picture(tmp_path / "a.png", [(0, 0, 0), (128, 0, 0), (0, 128, 0)])
    assert pixels(tmp_path / "a.png")[0].tolist() == [[[0, 0, 0], [128, 0, 0]], [[0, 128, 0], [128, 0, 0]]]
    assert pixels(tmp_path / "a.png", as_labels=True)[0].tolist() == [[0, 1], [2, 1]]


def test_a_palette_that_does_not_start_with_black_counts_by_colour_in_labels_too(tmp_path):
    palette_picture(tmp_path / "a.png", [(9, 9, 9), (0, 0, 0), (0, 128, 0)])
    assert pixels(tmp_path / "a.png", as_labels=True).shape == (1, 2, 2, 3)


def test_a_grey_palette_gives_a_grey_image(tmp_path):
    palette_picture(tmp_path / "a.png", [(10, 10, 10), (20, 20, 20), (30, 30, 30)])
    assert pixels(tmp_path / "a.png")[0].tolist() == [[10, 20], [30, 20]]


def test_black_and_white_pictures_are_0_and_1_or_255(tmp_path):
    Image.fromarray(GREY > 127).save(tmp_path / "a.png")
    assert np.array_equal(pixels(tmp_path / "a.png")[0] > 0, GREY > 127)


@pytest.mark.parametrize("ending", [".png", ".jpg", ".bmp", ".tif"])
def test_a_picture_that_is_cut_short_is_refused(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    Image.fromarray(RGB).save(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.7)])
    with pytest.raises(InputError, match="damaged or cut short") as caught:
        read_picture(path)
    assert caught.value.hint


def test_another_file_under_a_picture_ending_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"hello" * 50)
    with pytest.raises(InputError, match="cannot be read as PNG"):
        read_picture(tmp_path / "a.png")


def test_a_turned_photograph_is_told(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(RGB).save(tmp_path / "a.jpg", exif=exif)
    stored = read_picture(tmp_path / "a.jpg")
    assert stored.frames[0].shape == (1, 30, 40, 3) and "turned or mirrored" in stored.notes[0]
