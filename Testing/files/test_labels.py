"""References from label maps, segmentations and pictures."""

import numpy as np
import pytest
import SimpleITK
from PIL import Image

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.files.labels import read_label_frames, read_labels


def label_map(dtype=np.uint8):
    array = np.zeros((3, 4, 5), dtype)
    array[1, 1:3, 1:3], array[2, 0, 0] = 1, 4
    return array


def written(path, array):
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(array), str(path))
    return path


@pytest.mark.parametrize("ending", [".nrrd", ".nii.gz", ".mha"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_label_maps_of_any_whole_type_are_read(tmp_path, ending, dtype):
    segmentation = read_labels(written(tmp_path / f"a{ending}", label_map(dtype)), names={4: "spleen", 9: "none"})
    assert [(s.value, s.name) for s in segmentation.structures] == [(1, "label 1"), (4, "spleen")]
    assert np.array_equal(segmentation.layers[0], label_map())


def test_pages_of_tiff_are_slices_of_labels(tmp_path):
    pages = [Image.fromarray(page) for page in label_map()]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    assert np.array_equal(read_labels(tmp_path / "a.tif").layers[0], label_map())


def test_each_colour_of_a_picture_is_a_structure(tmp_path):
    picture = np.zeros((2, 3, 3), np.uint8)
    picture[0, 1], picture[1, 2] = (255, 0, 0), (0, 255, 0)
    Image.fromarray(picture).save(tmp_path / "a.png")
    segmentation = read_labels(tmp_path / "a.png")
    assert [s.name for s in segmentation.structures] == ["#00ff00", "#ff0000"]
    assert segmentation.mask(segmentation.structures[1])[0].tolist() == [[False, True, False], [False] * 3]


def test_palette_pictures_count_by_index(tmp_path):
    picture = Image.fromarray(np.array([[0, 2], [1, 0]], np.uint8), "P")
    picture.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    picture.save(tmp_path / "a.png")
    assert read_labels(tmp_path / "a.png").layers[0][0].tolist() == [[0, 2], [1, 0]]


def write_seg_nrrd(path, array, kinds, fields):
    """A segmentation as 3D Slicer writes it: layers first, segments in text fields."""
    sizes = " ".join(map(str, array.shape[::-1]))
    none = "none " if array.ndim == 4 else ""
    lines = [
        "NRRD0004", "type: unsigned char", f"dimension: {array.ndim}", "space: left-posterior-superior",
        f"sizes: {sizes}", f"space directions: {none}(1,0,0) (0,1,0) (0,0,2)", f"kinds: {kinds}", "encoding: raw",
        "space origin: (1,2,3)", *(f"{key}:={value}" for key, value in fields.items()),
    ]  # fmt: skip
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + array.tobytes())


@pytest.mark.parametrize("kind", ["list", "vector"])
@pytest.mark.parametrize("layers", [2, 3])
def test_layers_of_seg_nrrd_may_overlap(tmp_path, kind, layers):
    array = np.zeros((3, 4, 5, layers), np.uint8)
    array[0:2, ..., 0], array[1:3, ..., 1] = 1, 1
    fields = {
        "Segment0_Name": "liver", "Segment0_LabelValue": "1", "Segment0_Layer": "0",
        "Segment1_Name": "vessel", "Segment1_LabelValue": "1", "Segment1_Layer": "1",
    }  # fmt: skip
    write_seg_nrrd(tmp_path / "a.seg.nrrd", array, f"{kind} domain domain domain", fields)
    segmentation = read_labels(tmp_path / "a.seg.nrrd", names={2: "portal vein"})
    assert [(s.value, s.name) for s in segmentation.structures] == [(1, "liver"), (2, "portal vein")]
    liver, vessel = (segmentation.mask(structure) for structure in segmentation.structures)
    assert np.array_equal(liver, array[..., 0] > 0) and np.array_equal(vessel, array[..., 1] > 0)
    assert np.allclose(segmentation.ijk_to_ras, [[-1, 0, 0, -1], [0, -1, 0, -2], [0, 0, 2, 3], [0, 0, 0, 1]])


def test_one_layer_of_seg_nrrd_keeps_names_and_values(tmp_path):
    fields = {"Segment0_Name": "Milz", "Segment0_LabelValue": "4", "Segment1_Name": "Leber", "Segment1_LabelValue": "1"}
    write_seg_nrrd(tmp_path / "a.seg.nrrd", label_map(), "domain domain domain", fields)
    structures = read_labels(tmp_path / "a.seg.nrrd").structures
    assert [(s.value, s.name) for s in structures] == [(4, "Milz"), (1, "Leber")]


def test_volumes_of_a_4d_label_file_are_segmentations_of_their_own(tmp_path):
    second = np.where(label_map() == 4, 0, label_map())
    series = SimpleITK.JoinSeries([SimpleITK.GetImageFromArray(array) for array in (label_map(), second)])
    SimpleITK.WriteImage(series, str(tmp_path / "a.nii.gz"))
    frames = read_label_frames(tmp_path / "a.nii.gz")
    assert [[s.value for s in frame.structures] for frame in frames] == [[1, 4], [1]]
    with pytest.raises(InputError, match="2 label volumes"):
        read_labels(tmp_path / "a.nii.gz")


def test_labels_can_be_brought_onto_an_image_at_once(tmp_path):
    finer = Volume(np.zeros((6, 4, 5), np.uint8), np.diag([-1.0, -1.0, 0.5, 1.0]))
    segmentation = read_labels(written(tmp_path / "a.nrrd", label_map()), image=finer)
    assert segmentation.shape_kji == (6, 4, 5)


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG"])
def test_lossy_labels_are_refused(tmp_path, name):
    Image.fromarray(label_map()[1]).save(tmp_path / name)
    with pytest.raises(InputError, match="JPEG") as caught:
        read_labels(tmp_path / name)
    assert "PNG" in caught.value.hint


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (label_map() * 0, "holds no labels"),
        (label_map(np.float32) / 2, "probability map"),
        (label_map(np.int16) - 1, "negative"),
        (np.arange(60000).reshape(10, 60, 100), "different values"),
    ],
)
def test_files_that_hold_no_labels_are_refused_with_a_hint(tmp_path, array, message):
    with pytest.raises(InputError, match=message) as caught:
        read_labels(written(tmp_path / "a.nii.gz", array))
    assert caught.value.hint
