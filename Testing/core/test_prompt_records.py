"""What was prompted is checked when put together; a volume is told from another one."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompt_file import (
    PromptFile,
    SegmentPrompts,
    SlicePromptRecord,
    VolumeIdentity,
    identity_of,
    voxel_probe,
)
from SAMSegmenterLib.core.slicing import SlicePlane
from support.phantoms import matrix

PLANE = SlicePlane.lattice(0, 3)


def volume(dtype=np.int16, place=None, change=0):
    array = np.arange(3 * 4 * 5).reshape(3, 4, 5).astype(dtype)
    array[1, 2, 3] += change
    return Volume(array, matrix() if place is None else place)


def test_a_volume_is_the_same_however_its_array_is_stored():
    plain = identity_of(volume())
    strided = Volume(np.asfortranarray(volume().array), matrix())
    swapped = Volume(volume().array.astype(">i2"), matrix())
    assert plain.sha256 == identity_of(strided).sha256 == identity_of(swapped).sha256
    assert plain.difference(identity_of(strided)) is None and len(plain.sha256) == 64


def test_what_tells_another_volume_from_this_one_is_said():
    mine = identity_of(volume())
    assert "other values" in mine.difference(identity_of(volume(change=1)))
    assert "other values" in mine.difference(identity_of(volume(np.int32)))
    assert "elsewhere" in mine.difference(identity_of(volume(place=matrix((1, 1, 2)))))
    assert mine.difference(VolumeIdentity((9, 4, 5), np.eye(4))) == "It has 5 x 4 x 9 voxels, not 5 x 4 x 3."
    assert mine.difference(VolumeIdentity((3, 4, 5), mine.ijk_to_ras)) is None  # its checksum is not known


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: VolumeIdentity((3, 4, 5), np.zeros((4, 4))), "singular"),
        (lambda: VolumeIdentity((3, 4, 5), np.eye(3)), "singular"),
        (lambda: VolumeIdentity((3, 0, 5), np.eye(4)), "sizes from 1 up"),
        (lambda: VolumeIdentity((3, 4), np.eye(4)), "three sizes"),
        (lambda: VolumeIdentity((3, 4, 5), np.eye(4), "abc"), "64 hexadecimal"),
        (lambda: SlicePromptRecord(PLANE, mode="replace"), "no mode 'replace'"),
        (lambda: SlicePromptRecord(PLANE, candidate=-1), "from 0"),
        (lambda: SlicePromptRecord(PLANE, window="liver"), "no window 'liver'"),
        (lambda: SlicePromptRecord(PLANE, mask=np.zeros((2, 2, 2))), "two dimensions"),
        (lambda: SlicePromptRecord(PLANE, parameters={"a": np.eye(2)}), "plain values"),
        (lambda: SlicePromptRecord(PLANE, parameters={"a": np.nan}), "plain values"),
        (lambda: SegmentPrompts("", "liver"), "needs an id"),
        (lambda: PromptFile(VolumeIdentity((3, 4, 5), np.eye(4)), seed=-1), "seed"),
        (lambda: PromptFile(VolumeIdentity((3, 4, 5), np.eye(4)), window="x"), "no window"),
        (
            lambda: PromptFile(
                VolumeIdentity((3, 4, 5), np.eye(4)), segments=(SegmentPrompts("a", "x"), SegmentPrompts("a", "y"))
            ),
            "id 'a'",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_words(make, says):
    with pytest.raises(InputError, match=says):
        make()


def test_automatic_and_displayed_windows_are_choices_too():
    for window in ("auto", "displayed", "limits:1,2"):
        assert PromptFile(VolumeIdentity((3, 4, 5), np.eye(4)), window=window).window == window


def test_the_probe_of_a_volume_tells_its_voxels_however_they_are_stored():
    plain = voxel_probe(volume())
    assert len(plain) == 16 and plain == voxel_probe(Volume(np.asfortranarray(volume().array), matrix()))
    assert plain == voxel_probe(Volume(volume().array.astype(">i2"), matrix()))
    assert plain not in (voxel_probe(volume(change=1)), voxel_probe(volume(np.int32)))
    large = Volume(np.zeros((100, 300, 200, 3), np.uint8), matrix())
    assert voxel_probe(large) != voxel_probe(Volume(large.array + np.uint8(1), matrix()))
