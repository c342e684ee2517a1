from __future__ import annotations

import numpy as np

from SAMSegmenterLib.cli.sam_segment import build_parser
from SAMSegmenterLib.cli.segment_job import ModelChoice, SegmentJob, Stretch, lattice_of, prompts_for, targets_of
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.prompt_file import PromptFile, SegmentPrompts, VolumeIdentity
from SAMSegmenterLib.session.volume_source import VolumeSource
from support.phantoms import oblique_matrix, two_boxes_volume


def test_the_output_begins_where_the_lattice_does_in_the_world():
    volume = two_boxes_volume(ijk_to_ras=oblique_matrix())[0]
    lattice, to_world = Lattice(volume.ijk_to_ras, (3, 9, 4, 9, -2, 9)), np.diag([1.0, 2.0, 1.0, 1.0])
    prompts = PromptFile(VolumeIdentity(volume.shape_kji, volume.ijk_to_ras))
    job = SegmentJob((Stretch(prompts, [], VolumeSource(volume)),), 0, "", lattice, (), ModelChoice(), to_world)
    first = to_world @ volume.ijk_to_ras @ [3, 4, -2, 1]
    np.testing.assert_allclose(job.ijk_to_world @ [0, 0, 0, 1], first)
    np.testing.assert_allclose(job.ijk_to_world[:3, :3], (to_world @ volume.ijk_to_ras)[:3, :3])


def test_the_lattice_of_a_volume_is_its_own():
    volume = two_boxes_volume((3, 4, 5))[0]
    assert lattice_of(volume).extent == (0, 4, 0, 3, 0, 2)
    np.testing.assert_array_equal(lattice_of(volume).ijk_to_ras, volume.ijk_to_ras)


def test_prompts_for_a_volume_take_window_and_clean_up_from_the_options():
    words = ["--boxes", "b", "--output", "x.nrrd", "--window", "lung", "--keep", "largest"]
    prompts = prompts_for(two_boxes_volume()[0], build_parser().parse_args(words))
    assert prompts.window == "lung" and prompts.parameters["cleanup"]["keep"] == "largest"
    assert prompts_for(two_boxes_volume()[0], build_parser().parse_args(words[:4])).window == "minmax"


def test_structures_of_a_prompt_file_are_numbered_from_1():
    prompts = PromptFile(
        VolumeIdentity((1, 1, 1), np.eye(4)), segments=(SegmentPrompts("b", "x"), SegmentPrompts("a", "x"))
    )
    assert [(one.segment_id, one.name, one.value) for one in targets_of(prompts)] == [("b", "x", 1), ("a", "x", 2)]
