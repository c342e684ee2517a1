"""Records of propagated slices keep their mask, and are told from those accepted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import SlicePromptRecord, read_prompt_file, write_prompt_file
from SAMSegmenterLib.core.propagation import SliceResult
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts, PromptBook
from SAMSegmenterLib.session.propagated_records import by_hand, is_propagated, origin_of, propagated_record
from SAMSegmenterLib.session.propagation_results import HeldSlice
from SAMSegmenterLib.session.replay import accepted_mask
from SAMSegmenterLib.session.slice_prediction import MadeWith
from SAMSegmenterLib.session.volume_source import VolumeSource
from support.editing import a_desk
from support.fake_predictor import ThresholdPredictor
from support.phantoms import two_boxes_volume


def held(index=6, shape=(40, 48)):
    mask = np.zeros(shape, bool)
    mask[3:9, 4:20] = True
    result = SliceResult("one", SlicePlane.lattice(0, index), index, mask, None, 0.81234567)
    return HeldSlice.of(result, MadeWith.of(ThresholdPredictor()))


def record(index=6, **facts):
    return propagated_record(held(index, **facts), "set", "minmax", {"order": 3})


def by_hand_record(index):
    return SlicePromptRecord(SlicePlane.lattice(0, index), accepted=True)


def test_a_record_goes_through_a_prompt_file_and_gives_its_mask_back():
    desk = a_desk()
    desk.session.book.accepted.append(AcceptedPrompts("one", record()))
    prompts = read_prompt_file(write_prompt_file(desk.session.prompt_file()))
    read = prompts.segments[0].slices[0]
    assert is_propagated(read) and read.parameters["propagated"] == {"origin": "carried", "confidence": 0.8123}
    mask, notices = accepted_mask(prompts, read, VolumeSource(two_boxes_volume()[0]), ThresholdPredictor())
    np.testing.assert_array_equal(mask, held().mask)
    assert notices == ()


def test_a_record_without_a_fitting_mask_is_refused():
    prompts = a_desk().session.prompt_file()
    with pytest.raises(InputError, match="without its mask"):
        accepted_mask(prompts, record(shape=(9, 9)), VolumeSource(two_boxes_volume()[0]), ThresholdPredictor())


def test_slices_accepted_by_hand_are_found_by_number_the_last_acceptance_of_each():
    book = PromptBook()
    again = by_hand_record(2)
    for one in (by_hand_record(5), by_hand_record(2), record(3), again):
        book.accepted.append(AcceptedPrompts("one", one))
    book.accepted.append(AcceptedPrompts("two", by_hand_record(7)))
    found = by_hand(book, "one", lambda plane: plane.index if plane.index != 5 else None)
    assert list(found) == [2] and found[2].record is again


def test_the_origin_of_a_segment_names_both_ways():
    book = PromptBook()
    assert origin_of(book, "one") == ""
    book.accepted.append(AcceptedPrompts("one", record()))
    assert origin_of(book, "one") == "propagated"
    book.accepted.append(AcceptedPrompts("one", by_hand_record(2)))
    assert origin_of(book, "one") == "accepted by hand and propagated" and origin_of(book, "two") == ""
