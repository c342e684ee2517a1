"""The S1-S6 protocol on phantoms whose answer is known."""

import json
from dataclasses import replace

import numpy as np
import pytest

from SAMBenchmarkLib.core.evaluation import evaluate_case, model_image, plan_case, plan_slices
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.settings import PROTOCOL_TITLES, ProtocolSettings
from SAMBenchmarkLib.core.summary import summary_tables
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from support.fake_predictor import SCORES, PromptlessPredictor, ThresholdPredictor
from support.phantoms import matrix, sphere_volume, two_boxes_volume

OPTIONS = BenchmarkOptions(plane="axial", points_per_side=4)


def evaluated(volume, segmentation, predictor, options=OPTIONS, **more):
    return list(evaluate_case("case", [volume], [segmentation], predictor, options, "hash", **more))


def test_an_exact_model_scores_one_with_every_strategy_and_selection():
    volume, segmentation = sphere_volume()
    rows = [row for outcome in evaluated(volume, segmentation, ThresholdPredictor()) for row in outcome.rows]
    assert {(row.strategy, row.selection) for row in rows if row.strategy != "S1"} == {
        (strategy, selection)
        for strategy in ("S2", "S3", "S4", "S5", "S6")
        for selection in ("oracle", "predicted_iou")
    }
    assert all(
        row.dice == 1 and row.jac == 1 and row.hd_px == 0 and row.hd_mm == 0 for row in rows if row.strategy != "S1"
    )


def test_everything_mode_is_matched_by_the_oracle_and_ranked_by_score_otherwise():
    volume, segmentation = sphere_volume()
    rows = [row for outcome in evaluated(volume, segmentation, ThresholdPredictor()) for row in outcome.rows]
    by_selection = {
        s: [r.dice for r in rows if (r.strategy, r.selection) == ("S1", s)] for s in ("oracle", "predicted_iou")
    }
    assert set(by_selection["oracle"]) == {1.0}
    assert all(dice < 1 for dice in by_selection["predicted_iou"])  # the background comes first and has the same score


def test_a_promptless_model_is_asked_once_per_slice_and_compared_with_every_structure():
    volume, segmentation = two_boxes_volume()
    predictor = PromptlessPredictor()
    outcomes = evaluated(volume, segmentation, predictor)
    rows = [row for outcome in outcomes for row in outcome.rows]
    assert predictor.decoded_prompts == predictor.encoded_images == len(outcomes) == 8
    assert {(row.strategy, row.prompts_json, row.n_candidates, row.matched_index) for row in rows} == {("S0", "", 1, 0)}
    assert {(row.structure, row.selection, row.dice) for row in rows} == {
        (name, selection, dice)
        for name, dice in (("left box", 1.0), ("right box", 0.0))
        for selection in ("oracle", "predicted_iou")
    }
    assert {row.predicted_iou for row in rows} == {float(np.float32(SCORES[0]))}
    assert [timing.stage for timing in outcomes[0].timings] == ["embedding", "S0"]


def test_a_promptless_model_is_compared_with_the_structures_named():
    volume, segmentation = two_boxes_volume()
    options = replace(OPTIONS, structures=("Left Box",))
    rows = [row for outcome in evaluated(volume, segmentation, PromptlessPredictor(), options) for row in outcome.rows]
    assert {(row.label_value, row.structure, row.dice) for row in rows} == {(1, "left box", 1.0)}


def test_for_a_promptless_model_left_and_right_of_one_name_are_one_object():
    volume, segmentation = two_boxes_volume()
    volume = replace(volume, array=np.where(segmentation.layers[0], 200, 50).astype(np.int16))
    both = replace(segmentation, structures=tuple(replace(s, name="kidney") for s in segmentation.structures))
    rows = [row for outcome in evaluated(volume, both, PromptlessPredictor()) for row in outcome.rows]
    assert {(row.label_value, row.structure, row.dice) for row in rows} == {(1, "kidney", 1.0)}
    rows = [row for outcome in evaluated(volume, both, ThresholdPredictor()) for row in outcome.rows]
    assert {row.label_value for row in rows} == {1, 2}


def test_structures_joined_by_name_are_one_object_for_every_model():
    volume, segmentation = two_boxes_volume()
    options = replace(OPTIONS, strategies=("S5",), structures=("left box + right box",))
    outcome = evaluated(volume, segmentation, ThresholdPredictor(), options)[0]
    assert {(row.label_value, row.structure, row.size) for row in outcome.rows} == {
        (1, "left box + right box", int(np.count_nonzero(segmentation.layers[0][outcome.slice])))
    }


@pytest.mark.parametrize(("predictor", "strategy"), [(ThresholdPredictor, "S0"), (PromptlessPredictor, "S5")])
def test_a_strategy_that_does_not_suit_the_model_is_refused_before_anything_is_encoded(predictor, strategy):
    volume, segmentation = sphere_volume()
    asked = predictor()
    with pytest.raises(InputError, match=f"strategy {strategy}") as caught:
        evaluated(volume, segmentation, asked, replace(OPTIONS, strategies=(strategy,)))
    assert caught.value.hint and asked.encoded_images == 0


def test_every_slice_is_encoded_once_and_s1_run_once_whatever_the_number_of_objects():
    volume, segmentation = two_boxes_volume()
    predictor = ThresholdPredictor()
    outcomes = evaluated(volume, segmentation, predictor)
    assert predictor.encoded_images == len(outcomes) == predictor.everything_calls
    assert max(len({row.label_value for row in outcome.rows}) for outcome in outcomes) == 2


def test_mm_figures_follow_the_in_plane_spacing_and_are_undefined_without_one():
    volume, segmentation = sphere_volume(spacing_kji=(2.0, 1.0, 1.0))
    coarse = replace_matrix(volume, segmentation, matrix((2.0, 3.0, 3.0)))
    halved = BenchmarkOptions(plane="axial", strategies=("S2",), selections=("first",))
    wrong = WrongPredictor()
    row = evaluated(*coarse, wrong, halved)[0].rows[0]
    assert row.hd_px > 0
    assert row.hd_mm == pytest.approx(3 * row.hd_px)
    without = replace(coarse[0], has_spacing=False), replace(coarse[1], has_spacing=False)
    row = evaluated(*without, wrong, replace(halved, plane="auto"))[0].rows[0]
    assert np.isnan(row.hd_mm) and np.isnan(row.surface_dice) and row.hd_px > 0


def test_no_candidate_gives_dice_zero_and_an_undefined_distance_with_its_reason():
    volume, segmentation = sphere_volume()
    options = replace(OPTIONS, strategies=("S1",))
    row = evaluated(volume, segmentation, ThresholdPredictor(min_pixels=10**6), options)[0].rows[0]
    assert (row.dice, row.jac, row.n_candidates, row.matched_index) == (0, 0, 0, -1)
    assert np.isnan(row.hd_px) and row.undefined_reason == "no candidate"


def test_the_authors_code_scores_an_empty_prediction_with_distance_zero():
    volume, segmentation = sphere_volume()
    options = replace(OPTIONS, strategies=("S1",), preset="authors_code")
    row = evaluated(volume, segmentation, ThresholdPredictor(min_pixels=10**6), options)[0].rows[0]
    assert row.hd_px == 0 and row.dice == 0 and row.undefined_reason == "no candidate"


def test_prompts_are_kept_with_the_row():
    volume, segmentation = sphere_volume()
    rows = {row.strategy: row for row in evaluated(volume, segmentation, ThresholdPredictor())[3].rows}
    assert rows["S1"].prompts_json == ""
    said = json.loads(rows["S6"].prompts_json)
    assert [point["label"] for point in said["points"]] == [1] and len(said["box"]) == 4
    assert [point["label"] for point in json.loads(rows["S4"].prompts_json)["points"]] == [1] * 5 + [0] * 5


def test_finished_slices_are_not_computed_again_and_count_as_done():
    volume, segmentation = sphere_volume()
    events = []
    everything = evaluated(volume, segmentation, ThresholdPredictor())
    finished = {(0, outcome.plane, outcome.slice) for outcome in everything[:-2]}
    predictor = ThresholdPredictor()
    rest = evaluated(volume, segmentation, predictor, finished=finished, on_progress=events.append)
    assert [outcome.slice for outcome in rest] == [outcome.slice for outcome in everything[-2:]]
    assert predictor.encoded_images == 2
    assert (events[-1].done, events[-1].total) == (len(everything), len(everything))


def test_cancelling_keeps_what_was_yielded():
    volume, segmentation = sphere_volume()
    asked = iter([False, False, True])
    kept = []
    with pytest.raises(Cancelled):
        for outcome in evaluate_case(
            "case", [volume], [segmentation], ThresholdPredictor(), OPTIONS, "hash", should_stop=lambda: next(asked)
        ):
            kept.append(outcome)
    assert len(kept) == 2


def test_labels_that_are_all_too_small_are_an_error_with_a_hint():
    volume, segmentation = sphere_volume(radius_mm=2)
    with pytest.raises(InputError, match="No label has more than 50 pixels"):
        evaluated(volume, segmentation, ThresholdPredictor())


def test_every_frame_is_evaluated_by_itself():
    volume, segmentation = sphere_volume()
    outcomes = list(evaluate_case("case", [volume, volume], [segmentation] * 2, ThresholdPredictor(), OPTIONS, "hash"))
    assert [outcome.frame for outcome in outcomes] == [0] * (len(outcomes) // 2) + [1] * (len(outcomes) // 2)


def test_overlapping_structures_in_two_layers_are_two_objects():
    volume, segmentation = sphere_volume()
    layer = segmentation.layers[0]
    both = Segmentation((layer, layer), segmentation.ijk_to_ras, (Structure(1, "a", 0, 1), Structure(2, "b", 1, 1)))
    rows = evaluated(volume, both, ThresholdPredictor())[0].rows
    assert {(row.label_value, row.structure) for row in rows} == {(1, "a"), (2, "b")}


def test_label_values_that_no_structure_names_plan_no_slices():
    volume, segmentation = two_boxes_volume()
    leftover = segmentation.layers[0].copy()
    leftover[0, :20, :20] = 9
    edited = replace(segmentation, layers=(leftover,))
    assert plan_slices(volume, edited, OPTIONS) == plan_slices(volume, segmentation, OPTIONS)
    with pytest.raises(InputError, match="No label has more than 50 pixels"):
        evaluated(volume, replace(edited, structures=(Structure(5, "elsewhere", 0, 5),)), ThresholdPredictor())


def test_structures_of_one_name_are_two_objects_of_one_category():
    volume, segmentation = two_boxes_volume()
    kidneys = tuple(replace(structure, name="kidney") for structure in segmentation.structures)
    both = replace(segmentation, structures=kidneys)
    rows = [row for outcome in evaluated(volume, both, ThresholdPredictor()) for row in outcome.rows]
    slices = len({row.slice for row in rows})
    table = next(table for table in summary_tables(rows) if table.name == "dice_oracle")
    assert table.columns["structure"][0] == "kidney" and table.columns["n"][:2] == [2 * slices, 1]


def test_colour_images_are_evaluated_in_their_own_colours():
    volume, segmentation = sphere_volume()
    red = volume.array.astype(np.uint8)
    colour = replace(volume, array=np.stack([red, red, np.zeros_like(red)], axis=-1))
    options = replace(OPTIONS, strategies=("S2", "S5"))
    rows = [row for outcome in evaluated(colour, segmentation, ThresholdPredictor(), options) for row in outcome.rows]
    assert len(rows) > 4 and {row.dice for row in rows} == {1.0}


def test_the_contrast_of_an_object_is_that_of_the_image_before_the_released_codes_clip():
    volume, segmentation = sphere_volume()
    noise = np.random.default_rng(0).normal(0, 20, volume.array.shape).astype(np.int16)
    volume = replace(volume, array=volume.array + noise)
    figures = []
    for clip in (False, True):
        options = replace(OPTIONS, strategies=("S5",), encode_clip=clip)
        rows = evaluated(volume, segmentation, WrongPredictor(), options)[2].rows
        figures.append([row.intensity_difference for row in rows])
    assert figures[0] == figures[1]
    image = extract(volume, SlicePlane.lattice(0, 8), square_pixels=False)
    shown, clipped = (model_image(volume, image, replace(OPTIONS, encode_clip=clip)) for clip in (False, True))
    assert (shown != clipped).any()


def test_slices_are_planned_with_stride_and_a_largest_number():
    volume, segmentation = sphere_volume()
    indices = [task.index for task in plan_slices(volume, segmentation, OPTIONS)]
    assert [t.index for t in plan_slices(volume, segmentation, replace(OPTIONS, stride=3))] == indices[::3]
    few = [t.index for t in plan_slices(volume, segmentation, replace(OPTIONS, max_slices=2))]
    assert len(few) == 2 and set(few) <= set(indices)


def test_the_plane_decides_the_axis_and_its_name():
    volume, segmentation = sphere_volume()
    for plane, axis in (("axial", 0), ("coronal", 1), ("sagittal", 2)):
        tasks = plan_slices(volume, segmentation, replace(OPTIONS, plane=plane))
        assert {(task.axis, task.plane) for task in tasks} == {(axis, plane)}


def test_the_model_sees_min_max_of_the_slice_or_of_the_volume():
    array = np.zeros((2, 4, 4), np.int16)
    array[0, 0, 0], array[1, 0, 0] = 100, 1000
    volume = Volume(array)
    image = extract(volume, SlicePlane.lattice(0, 0), square_pixels=False)
    assert model_image(volume, image, OPTIONS)[0, 0].tolist() == [255] * 3
    assert model_image(volume, image, replace(OPTIONS, minmax_scope="volume"))[0, 0].tolist() == [25] * 3


def replace_matrix(volume, segmentation, ijk_to_ras):
    return replace(volume, ijk_to_ras=ijk_to_ras), replace(segmentation, ijk_to_ras=ijk_to_ras)


class WrongPredictor(ThresholdPredictor):
    """Answers with the filled bounding box of the right mask."""

    def decode(self, embedding, prompts, multimask=True, previous=None):
        answers = super().decode(embedding, prompts, multimask, previous)
        return [replace(answer, masks=answer.masks[::-1]) for answer in answers]


def test_a_constant_volume_is_refused():
    volume, segmentation = sphere_volume()
    constant = Volume(np.full_like(volume.array, 7), volume.ijk_to_ras)
    with pytest.raises(InputError, match="constant: all voxels are 7") as caught:
        plan_case([constant], [segmentation], OPTIONS)
    assert caught.value.hint


def test_a_constant_frame_among_others_is_evaluated():
    volume, segmentation = sphere_volume()
    constant = Volume(np.zeros_like(volume.array), volume.ijk_to_ras)
    frames = {number for number, _ in plan_case([constant, volume], [segmentation] * 2, OPTIONS)}
    assert frames == {0, 1}


PROTOCOLS = tuple(PROTOCOL_TITLES)


def with_protocols(*names, strategies=("S2", "S5"), **settings):
    few = {"grid_sizes": (8, 16), "relative_jitter": (0.1,), "shift_edges": (0, 3), "shift_repeats": 2, **settings}
    return replace(OPTIONS, strategies=strategies, protocols=names, protocol_settings=ProtocolSettings(**few))


def test_protocols_add_rows_and_leave_those_of_the_strategies_as_they_are():
    volume, segmentation = two_boxes_volume()
    plain = evaluated(volume, segmentation, ThresholdPredictor(), with_protocols())
    more = evaluated(volume, segmentation, ThresholdPredictor(), with_protocols(*PROTOCOLS))
    own = [[row for row in outcome.rows if not row.variant] for outcome in more]
    assert repr(own) == repr([list(outcome.rows) for outcome in plain])
    assert {row.variant.partition(":")[0] for outcome in more for row in outcome.rows} == {"", *PROTOCOLS}


def test_every_row_of_every_protocol_has_a_key_of_its_own_and_its_time_is_taken():
    volume, segmentation = two_boxes_volume()
    outcome = evaluated(volume, segmentation, ThresholdPredictor(), with_protocols(*PROTOCOLS))[0]
    keys = [row.key for row in outcome.rows]
    assert len(set(keys)) == len(keys)
    assert {timing.stage for timing in outcome.timings} == {"embedding", "S2", "S5", *PROTOCOLS}


def test_rows_of_protocols_do_not_depend_on_what_else_is_evaluated():
    volume, segmentation = two_boxes_volume()
    name, both = "huang-shift", with_protocols("huang-shift", "mazurowski-points")
    alone = evaluated(volume, segmentation, ThresholdPredictor(), with_protocols(name))
    beside = evaluated(volume, segmentation, ThresholdPredictor(), replace(both, stride=2))
    rows = {row.key: row for outcome in alone for row in outcome.rows if row.variant}
    assert all(repr(row) == repr(rows[row.key]) for o in beside for row in o.rows if row.variant.startswith(name))


def test_the_released_programs_label_comes_from_all_structures_of_the_slice():
    """A model that always takes the whole slice: the second click lies on the other box or on the background."""
    volume, segmentation = two_boxes_volume()
    options = replace(with_protocols("mazurowski-points", label_source="any"), max_slices=1)
    model = ThresholdPredictor(tolerance=255)
    rows = [row for outcome in evaluated(volume, segmentation, model, options) for row in outcome.rows]
    clicked = [
        (point["xy"], point["label"])
        for row in rows
        if row.strategy == "clicks"
        for point in json.loads(row.prompts_json)["points"]
    ]
    labels = segmentation.layers[0][rows[0].slice]
    assert all(label == (labels[int(y), int(x)] > 0) for (x, y), label in clicked)
    assert {label for _xy, label in clicked} == {0, 1}


def test_stopping_during_a_protocol_leaves_the_slice_unfinished():
    volume, segmentation = two_boxes_volume()
    predictor = ThresholdPredictor()
    slices = evaluate_case(
        "case", [volume], [segmentation], predictor, with_protocols("huang-shift"), "hash",
        should_stop=lambda: predictor.decode_calls >= 9,
    )  # fmt: skip
    with pytest.raises(Cancelled):
        list(slices)
    assert predictor.decode_calls == 9


def test_a_grid_without_any_mask_scores_nought_with_undefined_distances():
    volume, segmentation = sphere_volume()
    options = replace(with_protocols("huang-grid"), max_slices=1)
    predictor = ThresholdPredictor(min_pixels=10**6)
    rows = [r for o in evaluated(volume, segmentation, predictor, options) for r in o.rows if r.strategy == "S1"]
    assert {(row.variant, row.dice, row.jac, row.n_candidates) for row in rows} == {
        ("huang-grid:8", 0.0, 0.0, 0), ("huang-grid:16", 0.0, 0.0, 0)
    }  # fmt: skip
    assert all(np.isnan(row.hd_px) and row.undefined_reason for row in rows)


@pytest.mark.parametrize(("modality", "seen"), [("CT", "amos"), ("MR", "minmax")])
def test_shi_contours_shows_ct_in_its_window(modality, seen):
    volume, segmentation = sphere_volume()
    options = replace(with_protocols("shi-contours"), max_slices=1)
    predictor, images = ThresholdPredictor(), []
    encode = predictor.encode
    predictor.encode = lambda batch: images.extend(batch) or encode(batch)
    [outcome] = evaluated(volume, segmentation, predictor, options, modality=modality)
    image = extract(volume, SlicePlane.lattice(0, outcome.slice), square_pixels=False)
    other = replace(options, window=seen, minmax_scope="volume")
    np.testing.assert_array_equal(images[1], model_image(volume, image, other))


def test_what_is_finished_is_not_evaluated_again_with_protocols():
    volume, segmentation = two_boxes_volume()
    options = with_protocols("mazurowski-points")
    first = evaluated(volume, segmentation, ThresholdPredictor(), options)
    done = {(o.frame, o.plane, o.slice) for o in first[:5]}
    rest = evaluated(volume, segmentation, ThresholdPredictor(), options, finished=done)
    assert repr([o.rows for o in rest]) == repr([o.rows for o in first[5:]])


def test_encoding_ahead_changes_no_row(monkeypatch):
    from SAMBenchmarkLib.core import evaluation

    volume, segmentation = two_boxes_volume()
    found = {}
    for beside in (True, False):
        monkeypatch.setattr(evaluation, "encodes_beside", lambda predictor, beside=beside: beside)
        found[beside] = [
            [repr(row) for row in outcome.rows] for outcome in evaluated(volume, segmentation, ThresholdPredictor())
        ]
    assert found[True] == found[False] and len(found[True]) == 8
