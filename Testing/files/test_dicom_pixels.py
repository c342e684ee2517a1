"""Values of DICOM images: rescaled per slice, inverted, decoded, as colours; damaged files and codecs are named."""

import numpy as np
import pydicom
import pytest
import SimpleITK
from pydicom.uid import HTJ2KLossless, generate_uid

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.dicom import read_dicom
from support.dicom_files import base, save, write_series


def ramp(slices=3):
    return np.arange(slices * 15).reshape(slices, 3, 5).astype(np.int16)


def test_whole_slopes_and_intercepts_keep_integers(tmp_path):
    write_series(tmp_path, ramp(), fields={"RescaleSlope": 1, "RescaleIntercept": -1024})
    (array,) = read_dicom(tmp_path).frames
    assert array.dtype == np.int16 and np.array_equal(array, ramp() - 1024)


def test_large_rescaled_integers_get_a_larger_type(tmp_path):
    write_series(tmp_path, ramp(), fields={"RescaleSlope": 2000, "RescaleIntercept": 0})
    (array,) = read_dicom(tmp_path).frames
    assert array.dtype == np.int32 and array.max() == 44 * 2000


def test_each_slice_is_rescaled_by_its_own_slope(tmp_path):
    fields = [{"RescaleSlope": 0.5 + k, "RescaleIntercept": k} for k in range(3)]
    write_series(tmp_path, ramp(), fields=fields)
    stored = read_dicom(tmp_path)
    expected = np.stack([ramp()[k] * (0.5 + k) + k for k in range(3)])
    assert stored.frames[0].dtype == np.float32 and np.allclose(stored.frames[0], expected)
    assert any("differs between slices" in note for note in stored.notes)


def test_unsigned_values_beyond_the_signed_range_survive(tmp_path):
    array = np.full((1, 3, 5), 60000)
    write_series(tmp_path, array, fields={"PixelRepresentation": 0})
    (read,) = read_dicom(tmp_path).frames
    assert read.dtype == np.uint16 and (read == 60000).all()


@pytest.mark.parametrize(("signed", "top"), [(0, 4095), (1, -1)])
def test_monochrome1_is_inverted_within_its_bits(tmp_path, signed, top):
    fields = {
        "PhotometricInterpretation": "MONOCHROME1",
        "PixelRepresentation": signed,
        "BitsStored": 12,
        "HighBit": 11,
    }
    write_series(tmp_path, ramp(), fields=fields)
    stored = read_dicom(tmp_path)
    assert np.array_equal(stored.frames[0], top - ramp())
    assert any("MONOCHROME1" in note for note in stored.notes)


def colour_header(photometric, **fields):
    return base(
        generate_uid(), 1, 2, 2, SamplesPerPixel=3, PhotometricInterpretation=photometric, PlanarConfiguration=0,
        BitsAllocated=8, BitsStored=8, HighBit=7, PixelRepresentation=0, **fields,
    )  # fmt: skip


def test_rgb_images_stay_as_they_are(tmp_path):
    rgb = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [9, 8, 7]]], np.uint8)
    save(colour_header("RGB"), tmp_path / "a.dcm", rgb)
    (array,) = read_dicom(tmp_path).frames
    assert array.shape == (1, 2, 2, 3) and array.dtype == np.uint8 and np.array_equal(array[0], rgb)


def test_ybr_images_become_rgb(tmp_path):
    ybr = np.zeros((2, 2, 3), np.uint8)
    ybr[...] = (76, 85, 255)  # red, ITU-R BT.601 full range
    save(colour_header("YBR_FULL"), tmp_path / "a.dcm", ybr)
    (array,) = read_dicom(tmp_path).frames
    assert np.abs(array[0, 0, 0].astype(int) - (254, 0, 0)).max() <= 2


def test_palette_images_become_rgb(tmp_path):
    dataset = base(
        generate_uid(), 1, 2, 2, PhotometricInterpretation="PALETTE COLOR", BitsAllocated=8, BitsStored=8, HighBit=7,
        PixelRepresentation=0,
    )  # fmt: skip
    for name, table in (("Red", [0, 10, 20, 30]), ("Green", [0, 1, 2, 3]), ("Blue", [0, 100, 150, 200])):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [4, 0, 8])
        setattr(dataset, f"{name}PaletteColorLookupTableData", bytes(table))
    save(dataset, tmp_path / "a.dcm", np.array([[0, 1], [2, 3]]))
    (array,) = read_dicom(tmp_path).frames
    assert array[0].tolist() == [[[0, 0, 0], [10, 1, 100]], [[20, 2, 150], [30, 3, 200]]]


def test_jpeg_lossless_is_decoded_though_pydicom_has_no_codec_for_it(tmp_path):
    array = np.random.default_rng(3).integers(0, 4000, (1, 64, 64)).astype(np.uint16)
    writer = SimpleITK.ImageFileWriter()
    writer.SetFileName(str(tmp_path / "plain.dcm"))
    writer.UseCompressionOn()
    writer.SetCompressor("JPEG")
    writer.Execute(SimpleITK.GetImageFromArray(array))
    dataset = pydicom.dcmread(tmp_path / "plain.dcm")
    assert dataset.file_meta.TransferSyntaxUID.name.startswith("JPEG Lossless")
    dataset.RescaleSlope, dataset.RescaleIntercept = 2, -1000
    dataset.save_as(tmp_path / "rescaled.dcm")
    (plain,) = read_dicom(tmp_path / "plain.dcm").frames
    (rescaled,) = read_dicom(tmp_path / "rescaled.dcm").frames
    (tmp_path / "cut.dcm").write_bytes((tmp_path / "plain.dcm").read_bytes()[:-1500])
    with pytest.raises(InputError, match="damaged or cut short"):
        read_dicom(tmp_path / "cut.dcm")
    assert np.array_equal(plain, array)
    assert np.array_equal(rescaled, array.astype(int) * 2 - 1000)


def test_a_missing_codec_is_named(tmp_path):
    write_series(tmp_path, ramp(slices=1))
    path = next(tmp_path.iterdir())
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = HTJ2KLossless
    dataset.PixelData = pydicom.encaps.encapsulate([b"\xff\x4f\xff\x51" + bytes(60)])
    dataset["PixelData"].VR = "OB"
    dataset.save_as(path)
    with pytest.raises(InputError) as caught:
        read_dicom(tmp_path)
    assert "High-Throughput JPEG 2000" in caught.value.message
    assert "pylibjpeg" in caught.value.hint


def test_a_file_that_is_cut_short_is_named(tmp_path):
    write_series(tmp_path, ramp())
    path = tmp_path / "1_002.dcm"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(InputError, match=r"1_002\.dcm.*damaged or cut short"):
        read_dicom(tmp_path)
