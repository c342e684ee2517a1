"""Cases become the slices and objects that the benchmark would measure; what cannot be used is named."""

from dataclasses import replace

import numpy as np
import pytest

from SAMBenchmarkLib.core.evaluation import model_image, slice_targets
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.case_loading import load_case
from SAMBenchmarkLib.session.fine_tuning_samples import describe_images, load_samples
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.files.writing import write_labels
from support.case_files import SLICES, write_case, write_volume
from support.phantoms import two_boxes_volume

OPTIONS = BenchmarkOptions()


@pytest.fixture
def cases(tmp_path):
    return [write_case(tmp_path, name) for name in ("one", "two")]


def test_samples_are_the_benchmarks_slices_images_and_objects(cases):
    loaded = load_samples(cases[:1], OPTIONS)
    case = load_case(cases[0], OPTIONS)
    assert len(loaded.samples) == len(case.slices) == SLICES
    for sample, (frame, task) in zip(loaded.samples, case.slices, strict=True):
        volume, segmentation = case.frames[frame], case.segmentations[frame]
        image = extract(volume, SlicePlane.lattice(task.axis, task.index), square_pixels=False)
        assert np.array_equal(sample.image, model_image(volume, image, OPTIONS))
        targets = slice_targets(segmentation, task, OPTIONS)
        assert [item.structure for item in sample.objects] == [structure.name for structure, _ in targets]
        for item, (_, target) in zip(sample.objects, targets, strict=True):
            assert np.array_equal(item.mask, target.mask)


def test_a_case_without_a_patient_is_a_patient_of_its_own(cases):
    loaded = load_samples(cases, OPTIONS)
    assert len({sample.patient for sample in loaded.samples}) == 2
    shared = load_samples([replace(case, patient="x") for case in cases], OPTIONS)
    assert {sample.patient for sample in shared.samples} == {"x"}


def test_places_tell_where_slices_lie(cases):
    loaded = load_samples(cases[:1], OPTIONS)
    assert len(loaded.places) == SLICES
    place, sample = loaded.places[0], loaded.samples[0]
    assert place.spacing_yx == pytest.approx((1.0, 0.5))
    corner = place.pixel_to_ras @ [2, 3, 0, 1]
    assert corner[:3] == pytest.approx([1.0, 3.0, 2.0 * sample.index])


def test_structures_can_be_chosen_and_joined(cases):
    chosen = load_samples(cases, replace(OPTIONS, structures=("left box",)))
    assert {item.structure for sample in chosen.samples for item in sample.objects} == {"left box"}
    joined = load_samples(cases, replace(OPTIONS, structures=("left box + right box",)), promptless=True)
    assert all(len(sample.objects) == 1 for sample in joined.samples)
    assert joined.samples[0].objects[0].structure == "left box + right box"


def test_without_prompts_values_of_one_name_are_one_object(cases):
    named = [replace(case, label_names=((1, "box"), (2, "box"))) for case in cases]
    assert {len(sample.objects) for sample in load_samples(named, OPTIONS).samples} == {2}
    assert {len(sample.objects) for sample in load_samples(named, OPTIONS, promptless=True).samples} == {1}


def test_notes_of_several_cases_are_told_once(tmp_path):
    cases = []
    for number in range(5):
        case = write_case(tmp_path, f"case{number}")
        _volume, segmentation = two_boxes_volume((8, 24, 32), (2.0, 1.0, 0.5))
        write_labels(case.labels, replace(segmentation, ijk_to_ras=segmentation.ijk_to_ras @ np.diag([1, 1, 1.01, 1])))
        cases.append(case)
    (message,) = load_samples(cases, OPTIONS).messages
    assert message.startswith("case0, case1, case2 and 2 more: The labels were resampled")


def test_cases_that_cannot_be_used_are_all_named_with_the_reason(tmp_path, cases, caplog):
    volume, segmentation = two_boxes_volume((8, 24, 32), (2.0, 1.0, 0.5))
    empty = write_case(tmp_path, "empty")
    write_labels(empty.labels, replace(segmentation, layers=(np.zeros_like(segmentation.layers[0]),)))
    elsewhere = write_case(tmp_path, "elsewhere")
    far = segmentation.ijk_to_ras.copy()
    far[:3, 3] = 900
    write_labels(elsewhere.labels, replace(segmentation, ijk_to_ras=far))
    missing = replace(cases[0], name="missing", labels=tmp_path / "absent.nrrd")
    swapped = replace(write_case(tmp_path, "swapped"), labels=tmp_path / "noise.nrrd")
    noise = np.random.default_rng(0).integers(0, 30000, volume.array.shape).astype(np.int16)
    write_volume(swapped.labels, replace(volume, array=noise))
    with pytest.raises(InputError, match="4 of 6 cases cannot be used") as error:
        load_samples([*cases, empty, elsewhere, missing, swapped], OPTIONS)
    for text in ("empty (", "elsewhere (elsewhere.nrrd): The labels and the volume do not", "missing (", "swapped ("):
        assert text in error.value.message
    assert "--skip-unusable" in error.value.hint
    loaded = load_samples([*cases, empty, elsewhere, missing, swapped], OPTIONS, skip_unusable=True)
    assert len(loaded.samples) == 2 * SLICES
    assert loaded.notes == ("4 of 6 cases could not be used.",)
    assert caplog.text.count("left out: ") == 4


def test_when_no_case_can_be_used_skipping_does_not_help(tmp_path, cases):
    broken = [replace(case, labels=tmp_path / "absent.nrrd") for case in cases]
    with pytest.raises(InputError, match="2 of 2 cases") as error:
        load_samples(broken, OPTIONS, skip_unusable=True)
    assert "--skip-unusable" not in error.value.hint


def test_many_problems_are_counted_not_all_listed(tmp_path, cases):
    broken = [replace(cases[0], name=f"c{n}", labels=tmp_path / "absent.nrrd") for n in range(14)]
    with pytest.raises(InputError, match="and 4 more"):
        load_samples(broken, OPTIONS)


def test_it_can_be_stopped_between_cases(cases):
    done = []
    with pytest.raises(Cancelled):
        load_samples(cases, OPTIONS, on_progress=done.append, should_stop=lambda: bool(done))
    assert [event.done for event in done] == [1]


def test_how_images_are_made_is_said_in_words():
    assert describe_images(OPTIONS) == "plane auto, window minmax per slice, objects of more than 50 pixels"
    options = BenchmarkOptions(
        plane="axial", window="abdomen", stride=3, max_slices=9, min_object_pixels=5, structures=("a", "b + c")
    )
    assert describe_images(options) == (
        "plane axial, window abdomen, objects of more than 5 pixels, stride 3, at most 9 slices per volume, "
        "structures a; b + c"
    )
