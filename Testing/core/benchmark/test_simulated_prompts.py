import numpy as np
import pytest

from SAMBenchmarkLib.core.simulated_prompts import (
    ObjectPrompts,
    PromptRules,
    center_of_mass,
    next_click,
    prompt_rules,
    strategy_prompts,
    tight_box,
)
from SAMBenchmarkLib.core.targets import slice_objects
from SAMSegmenterLib.core.errors import InputError
from support.masks import blob, disk, edge_cases, rectangle, ring

PRESETS = ("paper", "authors_code")


def masks():
    rng = np.random.default_rng(17)
    blobs = [blob(rng, shape, share) for shape in ((31, 47), (50, 28)) for share in (0.004, 0.03, 0.3, 0.8)]
    return [*edge_cases().values(), *blobs]


MASKS = masks()


class Literal:
    """The two presets spelled out with loops over pixels, for comparison."""

    def __init__(self, mask):
        height, width = mask.shape
        self.mask = mask
        self.front = [(x, y) for y in range(height) for x in range(width) if mask[y, x]]
        xs, ys = [x for x, _ in self.front], [y for _, y in self.front]
        self.centre = (int(sum(xs) / len(xs)), int(sum(ys) / len(ys)))
        self.centre_inside = bool(mask[self.centre[1], self.centre[0]])
        self.box = [min(xs), min(ys), max(xs), max(ys)]
        self.negatives = self._negatives(width, height)

    def _negatives(self, width, height):
        x0, y0, x1, y1 = self.box
        wide, high = x1 - x0, y1 - y0
        left, right = max(x0 - wide / 2, 0), min(x0 + 1.5 * wide, width)
        top, bottom = max(y0 - high / 2, 0), min(y0 + 1.5 * high, height)
        columns = range(int(left), int(left) + int(right - left))
        rows = range(int(top), int(top) + int(bottom - top))
        background = [(x, y) for y in rows for x in columns if not self.mask[y, x]]
        step = len(background) // 5
        return background[::step][:5] if step else background

    def points(self, strategy, preset):
        """(points, labels) of S2, S3 or S4."""
        step = len(self.front) // 5 or 1
        every = self.front[::step]
        if preset == "authors_code":
            every = [self.centre, *every[1:]]
            if strategy == "S2":
                return [self.centre], [1]
            if strategy == "S3":
                return every[:5], [1] * len(every[:5])
            points = [*every, *self.negatives][:10]
            return points, ([1] * min(5, len(every)) + [0] * 10)[: len(points)]
        five = [self.centre if self.centre_inside and k == 0 else p for k, p in enumerate(every[:5])]
        if strategy == "S2":
            return [self.centre if self.centre_inside else self.front[len(self.front) // 2]], [1]
        negatives = self.negatives if strategy == "S4" else []
        return five + negatives, [1] * len(five) + [0] * len(negatives)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("number", range(len(MASKS)))
def test_point_strategies_follow_the_description_to_the_letter(number, preset):
    literal = Literal(MASKS[number])
    for strategy in ("S2", "S3", "S4"):
        points, labels = literal.points(strategy, preset)
        prompts = strategy_prompts(MASKS[number], strategy, preset)
        assert prompts.points.tolist() == [list(map(float, p)) for p in points]
        assert prompts.labels.tolist() == labels
        assert prompts.box is None and prompts.mask_prior is None


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("number", range(len(MASKS)))
def test_box_strategies_use_the_extreme_pixels(number, preset):
    literal = Literal(MASKS[number])
    alone, with_point = (strategy_prompts(MASKS[number], s, preset) for s in ("S5", "S6"))
    assert alone.box.tolist() == with_point.box.tolist() == literal.box
    assert len(alone.points) == 0
    assert with_point.points.tolist() == strategy_prompts(MASKS[number], "S2", preset).points.tolist()
    assert with_point.labels.tolist() == [1]


@pytest.mark.parametrize("number", range(len(MASKS)))
def test_the_centre_is_that_of_opencv_moments(number):
    cv2 = pytest.importorskip("cv2")
    moments = cv2.moments(MASKS[number].astype(np.uint8))
    expected = int(moments["m10"] / moments["m00"]), int(moments["m01"] / moments["m00"])
    assert center_of_mass(MASKS[number]) == expected


@pytest.mark.parametrize("number", range(len(MASKS)))
def test_the_box_is_that_of_opencv(number):
    cv2 = pytest.importorskip("cv2")
    x, y, width, height = cv2.boundingRect(MASKS[number].astype(np.uint8))
    assert tight_box(MASKS[number]) == (x, y, x + width - 1, y + height - 1)


def test_a_small_rectangle_is_worked_out_by_hand():
    mask = rectangle((10, 12), 4, 3, 7, 5)  # 12 pixels, step 2: entries 0, 2, 4, 6, 8, 10
    six = [[4, 3], [6, 3], [4, 4], [6, 4], [4, 5], [6, 5]]
    centre = [5, 4]  # 5.5 and 4 truncated
    # the surroundings are x 2 to 7 (4 - 1.5 = 2.5 cut to 2, 6 wide) and y 2 to 5: 12 background pixels, step 2
    background = [[2, 2], [4, 2], [6, 2], [2, 3], [2, 4]]
    paper, code = (strategy_prompts(mask, "S4", preset) for preset in PRESETS)
    assert paper.points.tolist() == [centre, *six[1:5], *background]
    assert paper.labels.tolist() == [1] * 5 + [0] * 5
    assert code.points.tolist() == [centre, *six[1:], *background[:4]]
    assert code.labels.tolist() == [1] * 5 + [0] * 5


def test_the_sixth_object_pixel_of_the_released_code_is_a_negative_click():
    mask = disk((40, 52), (25, 20), 11)
    assert mask.sum() % 5 != 0
    prompts = strategy_prompts(mask, "S4", "authors_code")
    on_object = [bool(mask[int(y), int(x)]) for x, y in prompts.points]
    assert on_object == [True] * 6 + [False] * 4
    assert prompts.labels.tolist() == [1] * 5 + [0] * 5


@pytest.mark.parametrize("number", range(len(MASKS)))
def test_the_paper_preset_never_labels_a_pixel_wrongly(number):
    mask = MASKS[number]
    prompts = strategy_prompts(mask, "S4", "paper")
    assert [int(mask[int(y), int(x)]) for x, y in prompts.points] == prompts.labels.tolist()
    assert prompts.labels.sum() <= 5 and len(prompts.labels) - prompts.labels.sum() <= 5


def test_a_centre_outside_the_object_is_replaced_as_the_options_say():
    mask = ring((40, 52), (25, 20), 8, 13)
    rows, columns = np.nonzero(mask)
    middle = [columns[len(rows) // 2], rows[len(rows) // 2]]
    first = [columns[0], rows[0]]
    assert strategy_prompts(mask, "S2").points.tolist() == [middle]
    assert strategy_prompts(mask, "S2", s2_outside="first").points.tolist() == [first]
    assert strategy_prompts(mask, "S3").points[0].tolist() == first
    assert strategy_prompts(mask, "S2", com_must_be_inside=False).points.tolist() == [[25, 20]]
    assert strategy_prompts(mask, "S2", "authors_code").points.tolist() == [[25, 20]]
    assert strategy_prompts(mask, "S2", "authors_code", com_must_be_inside=True, s2_outside="mid").points.tolist() == [
        middle
    ]


def test_fewer_than_five_background_pixels_are_all_used():
    mask = np.ones((12, 17), bool)
    mask[3, 4] = mask[7, 9] = False
    for preset in PRESETS:
        prompts = strategy_prompts(mask, "S4", preset)
        assert prompts.points[prompts.labels == 0].tolist()[-2:] == [[4, 3], [9, 7]]


@pytest.mark.parametrize("name", ["filling the slice", "one row", "one column", "one pixel"])
def test_without_surroundings_there_are_no_negatives(name):
    prompts = strategy_prompts(edge_cases()[name], "S4", "paper")
    assert prompts.labels.tolist() == [1] * len(prompts.labels)
    assert prompts.points.tolist() == strategy_prompts(edge_cases()[name], "S3", "paper").points.tolist()


def test_an_object_smaller_than_five_pixels_gives_what_it_has():
    mask = edge_cases()["three pixels"]
    assert strategy_prompts(mask, "S3", "paper").points.tolist() == [[5, 3], [5, 3], [6, 3]]


def test_prompts_are_computed_once_for_all_strategies():
    mask = edge_cases()["crescent"]
    shared = ObjectPrompts.of(mask, prompt_rules("authors_code"))
    for strategy in ("S2", "S3", "S4", "S5", "S6"):
        assert shared.prompts(strategy).to_json() == strategy_prompts(mask, strategy, "authors_code").to_json()


def test_everything_mode_has_no_prompts():
    assert strategy_prompts(np.ones((3, 3), bool), "S0").is_empty
    with pytest.raises(InputError, match="S1 has no prompts"):
        strategy_prompts(np.ones((3, 3), bool), "S1")


def test_wrong_arguments_are_refused():
    mask = np.ones((3, 3), bool)
    for arguments in [("S7",), ("S2", "best"), ("S2", "paper", True, "last")]:
        with pytest.raises(InputError):
            strategy_prompts(mask, *arguments)
    for function in (center_of_mass, tight_box, ObjectPrompts.of):
        with pytest.raises(InputError, match="empty"):
            function(np.zeros((3, 3), bool))
    with pytest.raises(InputError, match="two dimensions"):
        tight_box(np.ones((2, 3, 3), bool))


def test_the_presets_differ_in_centre_and_number_of_points():
    assert prompt_rules("paper") == PromptRules(True, "mid", True)
    assert prompt_rules("authors_code") == PromptRules(False, "first", False)


def depths(region):
    """Distance to the outside by comparing each pixel with every outside pixel, the frame about the image included."""
    padded = np.pad(region, 1)
    outside = np.argwhere(~padded)
    return {
        (int(x) - 1, int(y) - 1): float(np.sqrt(((outside - (y, x)) ** 2).sum(axis=1).min()))
        for y, x in np.argwhere(padded)
    }


def error_cases():
    rng = np.random.default_rng(23)
    cases = [(blob(rng, (17, 23), share), blob(rng, (17, 23), 0.3)) for share in (0.1, 0.3, 0.6) for _ in range(4)]
    return [
        *cases,
        (np.zeros((9, 12), bool), np.ones((9, 12), bool)),
        (np.ones((9, 12), bool), np.zeros((9, 12), bool)),
    ]


@pytest.mark.parametrize(("prediction", "reference"), error_cases())
def test_huangs_click_is_the_first_deepest_pixel_of_the_deeper_error(prediction, reference):
    missed, superfluous = depths(reference & ~prediction), depths(prediction & ~reference)
    label = int(max(missed.values(), default=0) > max(superfluous.values(), default=0))
    region = missed if label else superfluous
    deepest = [xy for xy, depth in region.items() if depth == max(region.values())]
    first = min(deepest, key=lambda xy: (xy[1], xy[0]))
    assert next_click(reference, prediction, "huang") == (first, label)


@pytest.mark.parametrize(("prediction", "reference"), error_cases())
def test_mazurowskis_click_is_one_of_the_deepest_wrong_pixels(prediction, reference):
    region = depths(reference ^ prediction)
    deepest = {xy for xy, depth in region.items() if depth == max(region.values())}
    clicks = [next_click(reference, prediction, "mazurowski", np.random.default_rng(seed)) for seed in range(60)]
    assert {xy for xy, _ in clicks} <= deepest
    assert all(label == int(reference[xy[1], xy[0]]) for xy, label in clicks)


def test_ties_are_drawn_by_lot_and_repeat_with_the_seed():
    reference, prediction = rectangle((9, 40), 3, 3, 36, 5), np.zeros((9, 40), bool)
    draw = [next_click(reference, prediction, "mazurowski", np.random.default_rng(seed))[0] for seed in range(400)]
    assert set(draw) == {(x, 4) for x in range(4, 36)}
    assert draw[7] == next_click(reference, prediction, "mazurowski", np.random.default_rng(7))[0]


def test_equal_depths_click_the_superfluous_region():
    reference, prediction = rectangle((9, 20), 2, 2, 4, 4), rectangle((9, 20), 12, 2, 14, 4)
    assert next_click(reference, prediction, "huang") == ((13, 3), 0)


def test_the_image_edge_is_outside():
    reference = np.zeros((11, 11), bool)
    reference[:, :3] = True
    assert next_click(reference, np.zeros_like(reference), "huang") == ((1, 1), 1)


def test_huang_never_clicks_a_pixel_twice():
    reference, prediction = rectangle((5, 9), 2, 2, 4, 2), np.zeros((5, 9), bool)
    clicks = []
    for _ in range(3):
        (x, y), label = next_click(reference, prediction, "huang", excluded=clicks)
        assert label == 1
        clicks.append((x, y))
    assert clicks == [(2, 2), (3, 2), (4, 2)]
    assert next_click(reference, prediction, "huang", excluded=clicks) is None


@pytest.mark.parametrize("rule", ["huang", "mazurowski"])
def test_a_perfect_prediction_needs_no_click(rule):
    mask = disk((20, 20), (9, 9), 5)
    assert next_click(mask, mask, rule, np.random.default_rng(1)) is None


@pytest.mark.parametrize("rule", ["huang", "mazurowski"])
def test_a_loop_of_perfect_corrections_ends_with_a_perfect_mask(rule):
    rng = np.random.default_rng(3)
    reference, prediction = blob(rng, (14, 19)), np.zeros((14, 19), bool)
    clicks = 0
    while (click := next_click(reference, prediction, rule, rng)) is not None:
        (x, y), label = click
        assert label == int(reference[y, x]) != int(prediction[y, x])
        prediction[y, x] = label
        clicks += 1
    assert clicks == reference.sum()
    assert (prediction == reference).all()


def test_wrong_click_arguments_are_refused():
    mask = np.ones((3, 3), bool)
    with pytest.raises(InputError, match="Unknown click rule"):
        next_click(mask, mask, "random")
    with pytest.raises(InputError, match="random generator"):
        next_click(mask, mask, "mazurowski")
    with pytest.raises(InputError, match=r"\(3, 4\) and \(3, 3\)"):
        next_click(mask, np.ones((3, 4), bool), "huang")


@pytest.mark.parametrize("preset", PRESETS)
def test_real_organs_are_prompted_to_the_letter(real_case, preset):
    image = pytest.importorskip("PIL.Image")
    objects = slice_objects(np.asarray(image.open(real_case("btcv_abdomen/ABD_001_110").label)))
    assert len(objects) > 3
    for found in objects:
        literal = Literal(found.mask)
        for strategy in ("S2", "S3", "S4"):
            points, labels = literal.points(strategy, preset)
            prompts = strategy_prompts(found.mask, strategy, preset)
            assert prompts.points.tolist() == [list(map(float, p)) for p in points]
            assert prompts.labels.tolist() == labels
        assert strategy_prompts(found.mask, "S5", preset).box.tolist() == literal.box
