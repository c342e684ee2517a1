import numpy as np
import pytest

from SAMBenchmarkLib.session.reader_pairs import left_out, load_reader_case, reader_pairs, voxel_ml
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.files.labels import read_labels
from SAMSegmenterLib.files.writing import write_labels
from support.reader_files import write_readers


def test_files_of_the_same_name_are_a_pair_and_cases_bear_numbers(tmp_path):
    first, second, images = write_readers(tmp_path)
    pairs = reader_pairs(first, second, images)
    assert [(pair.name, pair.first.name, pair.second.name, pair.volume.name) for pair in pairs] == [
        (f"case {n}", f"{name}.seg.nrrd", f"{name}.seg.nrrd", f"{name}.nrrd")
        for n, name in enumerate(("anna", "bert", "carl"), start=1)
    ]
    assert [pair.name for pair in reader_pairs(first, second, file_names=True)] == ["anna", "bert", "carl"]


def test_missing_partners_are_all_named_and_can_be_left_out(tmp_path):
    first, second, images = write_readers(tmp_path)
    (second / "anna.seg.nrrd").unlink()
    (images / "carl.nrrd").unlink()
    with pytest.raises(InputError) as error:
        reader_pairs(first, second, images)
    for part in ("--first: anna, carl", "--second: carl", "--volumes: anna", "--only-common"):
        assert part in str(error.value)
    assert [pair.stem for pair in reader_pairs(first, second, images, only_common=True)] == ["bert"]


def test_what_is_left_out_is_counted_and_named_only_where_files_may_be_named(tmp_path):
    first, second, images = write_readers(tmp_path)
    assert left_out(first, second, images) == ()
    (second / "anna.seg.nrrd").unlink()
    (images / "carl.nrrd").unlink()
    assert left_out(first, second, images) == (
        "Left out, without a partner: 2 of 3 files of --first.",
        "Left out, without a partner: 1 of 2 files of --second.",
        "Left out, without a partner: 1 of 2 files of --volumes.",
    )
    named = left_out(first, second, images, file_names=True)
    assert named[0] == "Left out, without a partner: --first: anna, carl."
    assert left_out(first / "bert.seg.nrrd", second / "bert.seg.nrrd", images / "bert.nrrd") == ()


def test_nothing_in_common_is_an_error_also_when_partners_may_miss(tmp_path):
    first, second, _ = write_readers(tmp_path)
    for path in second.iterdir():
        path.rename(path.with_name(f"x{path.name}"))
    with pytest.raises(InputError, match="no partner"):
        reader_pairs(first, second, only_common=True)


def test_paths_that_do_not_fit_are_refused_in_words(tmp_path):
    first, second, images = write_readers(tmp_path)
    file = first / "anna.seg.nrrd"
    with pytest.raises(InputError, match="do not go together"):
        reader_pairs(file, second)
    with pytest.raises(InputError, match="given by --volumes"):
        reader_pairs(first, second, tmp_path / "nowhere")
    (first / "anna.nrrd").write_bytes((images / "anna.nrrd").read_bytes())
    with pytest.raises(InputError, match="two files of one name"):
        reader_pairs(first, second)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no images"):
        reader_pairs(tmp_path / "empty", second)
    assert len(reader_pairs(file, second / "anna.seg.nrrd")) == 1


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    first, second, _ = write_readers(tmp_path, ("anna",))
    (second / "anna.seg.nrrd").write_bytes(b"nonsense")
    with pytest.raises(InputError, match=r"^anna: "):
        load_reader_case(reader_pairs(first, second)[0])


def test_with_an_image_both_come_onto_its_grid(tmp_path):
    first, second, images = write_readers(tmp_path, ("anna",))
    case = load_reader_case(reader_pairs(first, second, images)[0])
    assert case.first.shape_kji == case.second.shape_kji == case.volume.shape_kji


def test_notes_say_which_reader_they_are_about(tmp_path):
    first, second, images = write_readers(tmp_path, ("anna",))
    old = read_labels(second / "anna.seg.nrrd")
    write_labels(
        second / "anna.seg.nrrd",
        Segmentation.from_labels(old.layers[0][2:], old.ijk_to_ras @ shifted(k=2), {1: "left box", 2: "right box"}),
    )
    [note] = load_reader_case(reader_pairs(first, second, images)[0]).notes
    assert note.startswith("second reader: The labels cover another part")


def shifted(k):
    matrix = np.eye(4)
    matrix[2, 3] = k
    return matrix


def test_the_size_of_a_voxel_is_in_millilitres():
    labels = np.ones((1, 2, 2), np.uint8)
    assert voxel_ml(Segmentation.from_labels(labels, np.diag([-1.0, 2.0, 3.0, 1.0]))) == pytest.approx(0.006)
    assert np.isnan(voxel_ml(Segmentation.from_labels(labels, np.eye(4), has_spacing=False)))
