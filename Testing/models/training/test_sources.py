"""Catalogued images: licences, split by subject, slices of volumes."""

import json

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.models.training.sources import (
    CatalogueCase,
    fingerprint,
    is_free_licence,
    load_slices,
    read_catalogue,
    split_cases,
)


@pytest.mark.parametrize(
    "licence",
    ["CC0 (BBBC038)", "CC BY 4.0 (HC18)", "CC BY-SA 4.0", "MIT (somebody)", "Apache-2.0 (tests)", "BSD-3-Clause",
     "image CC BY-SA (metadata); masks CC BY 4.0"],
)  # fmt: skip
def test_licences_that_allow_training(licence):
    assert is_free_licence(licence)


@pytest.mark.parametrize(
    "licence",
    ["CC BY-NC-SA 4.0 (ACDC)", "CC BY-NC 3.0", "image CC BY-NC-SA (metadata); masks CC BY 4.0", "GPL-3.0",
     "CC BY-ND 4.0", "none stated (publicly posted)", "", "MITRE terms"],
)  # fmt: skip
def test_licences_that_do_not(licence):
    assert not is_free_licence(licence)


def entry(number, source="a", subject=None, licence="CC0", **more):
    return {
        "id": f"{source}/{number}",
        "source": source,
        "subject": subject or f"s{number}",
        "image": f"{source}{number}_image",
        "label": f"{source}{number}_label",
        "license": licence,
        **more,
    }


def catalogue(tmp_path, entries):
    (tmp_path / "catalog.json").write_text(json.dumps({"cases": entries}), encoding="utf-8")
    return read_catalogue(tmp_path)


def test_no_subject_is_on_both_sides_and_each_source_has_both(tmp_path):
    cases = catalogue(tmp_path, [entry(f"{s}-{k}", subject=f"s{s}") for s in range(10) for k in range(3)])
    split = split_cases(cases, [])
    training, validation = ({case.subject for case in group} for group in (split.training, split.new_subjects))
    assert len(training) == 8 and len(validation) == 2 and not training & validation
    assert len(split.training) + len(split.new_subjects) == 30 and split.new_sources == ()


def test_restricted_and_held_back_sources_are_only_measured(tmp_path):
    entries = [entry(k) for k in range(4)]
    entries += [entry(k, "held") for k in range(3)]
    entries += [entry(k, "restricted", licence="CC BY-NC 4.0") for k in range(3)]
    entries += [entry(9, "a", "s0", licence="GPL-3.0"), entry(10, "a", "other", licence="GPL-3.0")]
    split = split_cases(catalogue(tmp_path, entries), ["held"])
    assert {case.source for case in split.training} == {"a"}
    assert {case.source for case in split.new_sources} == {"held", "restricted"}
    assert all(case.trainable for case in split.training)
    seen = {case.subject for case in split.training}
    assert not seen & {case.subject for case in split.new_subjects}
    assert "other" in {case.subject for case in split.new_subjects}


def test_automatic_labels_are_trained_on_and_never_measured(tmp_path):
    split = split_cases(catalogue(tmp_path, [entry(k, label_kind="automatic") for k in range(4)]), [])
    assert len(split.training) == 4 and not split.new_subjects and not split.new_sources


def test_nothing_to_train_on_is_an_error(tmp_path):
    with pytest.raises(InputError, match="left to train"):
        split_cases(catalogue(tmp_path, [entry(1, licence="GPL-3.0")]), [])


@pytest.mark.parametrize("text", ["{", '{"cases": []}', '{"cases": [{"id": "x"}]}', "[]"])
def test_a_broken_catalogue_is_an_error(tmp_path, text):
    (tmp_path / "catalog.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="catalog"):
        read_catalogue(tmp_path)


def test_a_folder_without_a_catalogue_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"no catalog\.json"):
        read_catalogue(tmp_path)


def case_of(tmp_path, **more) -> CatalogueCase:
    return catalogue(tmp_path, [entry(1, **more)])[0]


def reader(image, label):
    """Stands in for reading files; labels are asked for as labels."""

    def read(path, as_labels):
        assert as_labels == path.name.endswith("label")
        return label if as_labels else image

    return read


def test_volumes_are_cut_along_their_axis_where_labels_are(tmp_path):
    image = np.arange(4 * 20 * 30, dtype=np.int16).reshape(4, 20, 30)
    label = np.zeros(image.shape, dtype=np.uint8)
    label[1, :5, :10] = 1  # 50 pixels are too few
    label[2, :6, :10] = 2
    slices = load_slices([case_of(tmp_path, dim=3, slice_axis="z")], reader(image, label))
    assert [item.index for item in slices] == [2]
    assert slices[0].pixels.dtype == np.float32 and np.array_equal(slices[0].pixels, image[2])
    assert slices[0].volume_limits == (0.0, float(image.max()))
    across = load_slices([case_of(tmp_path, dim=3, slice_axis="x")], reader(image, np.ones_like(label)))
    assert len(across) == 30 and across[3].pixels.shape == (4, 20)


def test_colour_images_stay_colour(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (20, 20, 3)).astype(np.uint8)
    slices = load_slices([case_of(tmp_path)], reader(image, np.ones((20, 20), dtype=np.uint8)))
    assert np.array_equal(slices[0].pixels, image) and slices[0].pixels.dtype == np.uint8
    fine = image.astype(np.uint16) * 257
    slices = load_slices([case_of(tmp_path)], reader(fine, np.ones((20, 20), dtype=np.uint8)))
    assert np.array_equal(slices[0].pixels, image) and slices[0].pixels.dtype == np.uint8


def test_pictures_may_come_as_volumes_of_one_slice(tmp_path):
    grey = np.arange(400, dtype=np.uint8).reshape(20, 20)
    flat = load_slices([case_of(tmp_path)], reader(grey, np.ones((20, 20), dtype=np.uint8)))
    thick = load_slices([case_of(tmp_path)], reader(grey[None], np.ones((1, 20, 20), dtype=np.uint8)))
    assert len(flat) == len(thick) == 1
    assert np.array_equal(flat[0].pixels, thick[0].pixels) and np.array_equal(flat[0].labels, thick[0].labels)


RAMP = np.arange(400.0).reshape(20, 20)
WHOLE = np.ones((20, 20), dtype=np.uint8)
BAD = {
    "differ in shape": (RAMP, np.ones((20, 21))),
    "no slice has more than 50": (RAMP, np.zeros((20, 20))),
    "NaN or infinite": (np.where(RAMP < 3, np.nan, RAMP), WHOLE),
    "are 7": (np.full((20, 20), 7.0), WHOLE),
    "has 2 slices": (np.stack([RAMP, RAMP]), np.stack([WHOLE, WHOLE])),
    "4 values of type uint8": (np.zeros((20, 20, 4), dtype=np.uint8), WHOLE),
    "3 values of type float32": (np.zeros((20, 20, 3), dtype=np.float32), WHOLE),
}


@pytest.mark.parametrize("reason", BAD)
def test_a_case_that_cannot_be_used_is_left_out_with_a_warning_and_the_others_stay(tmp_path, caplog, reason):
    good, bad = catalogue(tmp_path, [entry(1), entry(2)])
    images = {good.image: RAMP, good.label: WHOLE, bad.image: BAD[reason][0], bad.label: BAD[reason][1]}
    slices = load_slices([bad, good], lambda path, as_labels: images[path])
    assert [item.case for item in slices] == [good]
    assert caplog.messages[0].startswith("a/2 is left out: ") and reason in caplog.text and len(caplog.messages) == 1


def test_infinite_values_are_left_out_like_nan(tmp_path, caplog):
    image = np.where(RAMP == 0, np.inf, RAMP)
    assert load_slices([case_of(tmp_path)], reader(image, WHOLE)) == []
    assert "infinite" in caplog.text


def test_a_missing_file_is_left_out_with_a_warning(tmp_path, caplog):
    def fails(path, as_labels):
        raise InputError(f"{path.name} is not there.")

    assert load_slices([case_of(tmp_path)], fails) == []
    assert "not there" in caplog.text


def test_reading_tells_where_it_is_and_stops_when_asked(tmp_path):
    cases = catalogue(tmp_path, [entry(1), entry(2)])
    events = []
    load_slices(cases, reader(RAMP, WHOLE), events.append)
    assert [(event.stage, event.done, event.total, event.message) for event in events] == [
        ("reading images", 1, 2, "a"),
        ("reading images", 2, 2, "a"),
    ]
    with pytest.raises(Cancelled):
        load_slices(cases, reader(RAMP, WHOLE), should_stop=lambda: True)


def test_a_fingerprint_knows_every_pixel_label_and_order(tmp_path):
    cases = catalogue(tmp_path, [entry(1), entry(2)])

    def print_of(image, label):
        return fingerprint(load_slices(cases, reader(image, label)))

    other_image, other_label = RAMP.copy(), WHOLE.copy()
    other_image[3, 4] += 1
    other_label[3, 4] = 2
    prints = {print_of(RAMP, WHOLE), print_of(other_image, WHOLE), print_of(RAMP, other_label)}
    assert len(prints) == 3 and print_of(RAMP.copy(), WHOLE.copy()) in prints
    slices = load_slices(cases[:1], reader(RAMP, WHOLE)) + load_slices(cases[1:], reader(other_image, WHOLE))
    assert fingerprint(slices) != fingerprint(slices[::-1])
