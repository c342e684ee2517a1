"""`sam-segment --replay`: what was accepted in a scene is made again from the saved scene alone, bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("slicer", reason="Slicer's Python package is not installed")

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompt_file import read_prompt_file, write_prompt_file
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.scene.prompt_node import prompt_node_of, write_prompts
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.editing import a_desk
from support.editing_scenes import move
from support.phantoms import oblique_matrix, two_boxes_volume
from support.scene_desk import a_scene_desk, a_sequence
from support.segment_command import Bench

INSIDE_ONE, INSIDE_TWO = (8, 8), (32, 20)


def worked_on(volume):
    """A desk where both structures were accepted, in two planes."""
    desk = a_desk(volume)
    session = desk.session
    session.add_point(INSIDE_ONE)
    session.add_point((10, 12), label=0)
    desk.settle()
    session.accept()
    session.select_segment("two")
    session.add_point(INSIDE_TWO)
    desk.settle()
    session.accept()
    session.show(SlicePlane.lattice(1, 20))
    session.add_point((32, 6))
    desk.settle()
    session.accept()
    assert desk.mask("one").any() and desk.mask("two").any()
    return desk


def saved(scene, path, desk, volume, transform=None, name="kidneys", change=None):
    """A scene with a volume, a segmentation and the prompts of a desk, saved."""
    volume_node = node_from_volume(volume, "scan")
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
    if transform is not None:
        for one in (volume_node, node):
            move(scene, one, transform)
    prompts = desk.session.prompt_file()
    write_prompts(node, prompts if change is None else change(prompts))
    assert scene.WriteToMRB(str(path))
    return node


@pytest.mark.parametrize("place", ["plain", "oblique", "moved"])
def test_a_saved_scene_gives_the_accepted_masks_bit_for_bit(a_scene, tmp_path, capfd, place):
    bench = Bench.of(tmp_path)
    to_ras = oblique_matrix() if place == "oblique" else np.eye(4)
    volume = two_boxes_volume(ijk_to_ras=to_ras)[0]
    transform = oblique_matrix() if place == "moved" else None
    world = volume if transform is None else replace(volume, ijk_to_ras=transform @ volume.ijk_to_ras)
    desk = worked_on(world)
    saved(a_scene, tmp_path / "s.mrb", desk, volume, transform)
    assert bench.run("--replay", "s.mrb", volume=False) == 0
    for number, segment in enumerate(("one", "two"), start=1):
        np.testing.assert_array_equal(bench.labels() == number, desk.mask(segment) != 0)
    assert "all masks are those that were accepted, bit for bit" in capfd.readouterr().out
    np.testing.assert_allclose(bench.result().ijk_to_ras, world.ijk_to_ras, atol=1e-5)
    choice = bench.asked[0]
    assert (choice.name, choice.device, choice.threads, choice.precision) == ("threshold", "cpu", 1, "float32")


def test_masks_that_differ_are_counted_and_end_with_another_code(a_scene, tmp_path, capfd):
    bench = Bench.of(tmp_path)

    def change(prompts):
        first, *others = prompts.segments
        record, *more = first.slices
        record = replace(record, mask=~record.mask)
        return replace(prompts, segments=(replace(first, slices=(record, *more)), *others))

    volume = two_boxes_volume()[0]
    saved(a_scene, tmp_path / "s.mrb", worked_on(volume), volume, change=change)
    assert bench.run("--replay", "s.mrb", volume=False) == 1
    told = capfd.readouterr().err
    assert "1 of 3 masks differ" in told and "note: The mask differs" in told
    assert "out.seg.nrrd" in bench.files


def test_of_several_segmentations_one_is_chosen_by_its_name(a_scene, tmp_path, capfd):
    bench = Bench.of(tmp_path)
    volume = two_boxes_volume()[0]
    desk = worked_on(volume)
    saved(a_scene, tmp_path / "s.mrb", desk, volume, name="first")
    saved(a_scene, tmp_path / "s.mrb", desk, volume, name="second")
    assert bench.run("--replay", "s.mrb", volume=False) == 2
    assert "hint: Choose one by its name: 'first', 'second'." in capfd.readouterr().err
    assert bench.run("--replay", "s.mrb", "--segmentation", "third", volume=False) == 2
    assert "No segmentation 'third'" in capfd.readouterr().err
    assert bench.run("--replay", "s.mrb", "--segmentation", "second", volume=False) == 0
    np.testing.assert_array_equal(bench.labels() == 1, desk.mask("one") != 0)


def test_a_scene_without_the_prompts_volume_is_refused(a_scene, tmp_path, capfd):
    bench = Bench.of(tmp_path)
    volume = two_boxes_volume()[0]
    changed = Volume(volume.array + np.int16(1), volume.ijk_to_ras)
    saved(a_scene, tmp_path / "s.mrb", worked_on(volume), changed)
    assert bench.run("--replay", "s.mrb", volume=False) == 2
    told = capfd.readouterr().err
    assert "'scan' is another one: Its voxels have other values" in told and bench.files == {"s.mrb"}


@pytest.mark.parametrize("what", ["no prompts", "damaged prompts", "no scene", "empty archive", "nothing"])
def test_what_cannot_be_replayed_is_told_in_words(a_scene, tmp_path, capfd, what):
    bench, path = Bench.of(tmp_path), tmp_path / "s.mrb"
    volume = two_boxes_volume()[0]
    if what == "no scene":
        path.write_bytes(b"no archive")
    elif what == "empty archive":
        path.write_bytes(b"PK\x05\x06" + bytes(18))
    elif what == "no prompts":
        node_from_volume(volume, "scan")
        assert a_scene.WriteToMRB(str(path))
    elif what == "damaged prompts":
        node = saved(a_scene, path, worked_on(volume), volume)
        prompt_node_of(node).SetText('{"schema": "sam-prompts/1"')
        assert a_scene.WriteToMRB(str(path))
    assert bench.run("--replay", str(path), volume=False) == 2
    told = capfd.readouterr().err
    assert "error: " in told and "hint: " in told and "Traceback" not in told
    assert bench.files <= {"s.mrb"} and not bench.asked


@pytest.mark.parametrize("option", [["--window", "minmax"], ["--keep", "largest"], ["--fill-holes"], ["--axis", "k"]])
def test_options_that_would_change_the_masks_are_refused(tmp_path, capsys, option):
    bench = Bench.of(tmp_path)
    assert bench.run("--replay", "truth.seg.nrrd", *option, volume=False) == 2
    assert "hint: Leave" in capsys.readouterr().err


def test_the_prompts_of_a_scene_are_those_that_were_saved(a_scene, tmp_path):
    from SAMSegmenterLib.scene.kept_prompts import kept_prompts

    volume = two_boxes_volume()[0]
    desk = worked_on(volume)
    saved(a_scene, tmp_path / "s.mrb", desk, volume)
    kept = kept_prompts(tmp_path / "s.mrb")
    (part,) = kept.parts
    assert write_prompt_file(part.prompt_file) == write_prompt_file(desk.session.prompt_file())
    assert read_prompt_file(write_prompt_file(part.prompt_file)).volume.sha256 == part.prompt_file.volume.sha256
    assert kept.lattice.shape_kji == volume.shape_kji
    np.testing.assert_array_equal(kept.to_world, np.eye(4))


def accept(desk, xy, index, segment):
    desk.session.select_segment(segment)
    desk.click(xy, index)
    assert desk.session.accept().changed


def test_a_scene_saved_in_the_middle_of_work_on_two_volumes_gives_all_that_was_accepted_in_its_order(a_scene, tmp_path):
    """The later acceptance takes voxels from the earlier one, although it was made on the first volume again."""
    bench, volume = Bench.of(tmp_path), two_boxes_volume()[0]
    inverted = Volume(255 - volume.array, volume.ijk_to_ras)
    first, second = node_from_volume(volume, "T1"), node_from_volume(inverted, "T2")
    desk = a_scene_desk(first)
    accept(desk, INSIDE_ONE, 8, "one")
    desk.choose(second)
    accept(desk, INSIDE_TWO, 8, "two")
    desk.choose(first)
    accept(desk, INSIDE_ONE, 8, "two")
    accept(desk, INSIDE_ONE, 7, "one")
    desk.click(INSIDE_TWO, 6)  # waits for acceptance
    desk.rest()
    expected = {name: desk.mask(name) for name in ("one", "two")}
    assert a_scene.WriteToMRB(str(tmp_path / "s.mrb"))
    assert bench.run("--replay", "s.mrb", volume=False) == 0
    for number, name in enumerate(("one", "two"), start=1):
        np.testing.assert_array_equal(bench.labels() == number, expected[name])


def test_a_scene_with_a_sequence_gives_what_was_accepted_on_each_frame(a_scene, tmp_path):
    bench, volume = Bench.of(tmp_path), two_boxes_volume()[0]
    frames = [Volume(np.roll(volume.array, n, axis=2), volume.ijk_to_ras) for n in range(3)]
    node, go_to = a_sequence(frames)
    desk = a_scene_desk(node)
    accept(desk, INSIDE_ONE, 8, "one")
    go_to(2)
    desk.settle()
    accept(desk, INSIDE_ONE, 7, "one")
    go_to(1)
    desk.settle()
    desk.keeper.close()
    expected = desk.mask("one")
    assert a_scene.WriteToMRB(str(tmp_path / "s.mrb"))
    assert bench.run("--replay", "s.mrb", volume=False) == 0
    np.testing.assert_array_equal(bench.labels() == 1, expected)
    assert np.flatnonzero(expected.any(axis=(1, 2))).tolist() == [7, 8]
