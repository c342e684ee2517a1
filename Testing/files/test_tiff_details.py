"""Pixel sizes of TIFF files: believed when they are one, told where they come from."""

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from SAMSegmenterLib.files.pictures import read_picture

PAGE = Image.fromarray(np.zeros((4, 5), np.uint8))


def saved(tmp_path, pages=1, description="", **options):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    if description:
        tags[270] = description
    PAGE.save(tmp_path / "a.tif", save_all=True, append_images=[PAGE] * (pages - 1), tiffinfo=tags, **options)
    return read_picture(tmp_path / "a.tif")


@pytest.mark.parametrize(
    ("options", "x", "y"),
    [
        ({"x_resolution": 254.0, "y_resolution": 127.0, "resolution_unit": "inch"}, 0.1, 0.2),
        ({"x_resolution": 40.0, "y_resolution": 40.0, "resolution_unit": "cm"}, 0.25, 0.25),
    ],
)
def test_resolution_in_inch_or_centimetre_is_the_pixel_size(tmp_path, options, x, y):
    stored = saved(tmp_path, **options)
    assert stored.has_spacing and np.allclose(np.abs(np.diag(stored.ijk_to_ras))[:2], [x, y])
    assert "comes from the file's resolution" in stored.notes[0]


def test_screen_resolutions_are_placeholders(tmp_path):
    stored = saved(tmp_path, dpi=(72, 72))
    assert not stored.has_spacing and "72 dpi is a placeholder" in stored.notes[0]


def test_no_resolution_or_none_with_a_unit_is_no_spacing(tmp_path):
    assert not saved(tmp_path).has_spacing
    assert not saved(tmp_path, x_resolution=3.0, y_resolution=3.0, resolution_unit=1).has_spacing


def test_slices_without_distance_have_no_spacing(tmp_path):
    stored = saved(tmp_path, pages=3, dpi=(254, 254))
    assert not stored.has_spacing and "how far its slices lie apart" in stored.notes[0]


def test_stacks_of_imagej_say_their_unit_and_distance(tmp_path):
    text = "ImageJ=1.53\nimages=3\nslices=3\nunit=micron\nspacing=2.5\n"
    stored = saved(tmp_path, pages=3, description=text, x_resolution=2.0, y_resolution=2.0, resolution_unit=1)
    assert stored.has_spacing and np.allclose(np.abs(np.diag(stored.ijk_to_ras))[:3], [5e-4, 5e-4, 2.5e-3])
