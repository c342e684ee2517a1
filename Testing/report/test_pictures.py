import io

import numpy as np
import pytest
from PIL import Image

from SAMBenchmarkLib.report.pictures import (
    BOX_COLOUR,
    NEGATIVE_COLOUR,
    POSITIVE_COLOUR,
    PREDICTION_COLOUR,
    REFERENCE_COLOUR,
    SIDE,
    SlicePicture,
    draw,
)
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts
from support.masks import disk, rectangle

SHAPE = (60, 80)


def grey(shape=SHAPE, value=90):
    return np.full((*shape, 3), value, np.uint8)


def pixels(drawing):
    return np.array(Image.open(io.BytesIO(drawing.png)))


def has(image, colour, near=None, reach=12):
    """Whether a colour occurs, in the whole picture or near (x, y)."""
    found = np.abs(image.astype(int) - colour).max(axis=2) < 12
    if near is not None:
        x, y = (round(v) for v in near)
        found = found[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach]
    return bool(found.any())


def test_reference_and_prediction_are_drawn_in_their_colours():
    picture = SlicePicture(grey(), disk(SHAPE, (30, 30), 12))
    both = pixels(draw(picture, disk(SHAPE, (38, 30), 12), None))
    alone = pixels(draw(picture, np.zeros(SHAPE, bool), None))
    assert has(both, REFERENCE_COLOUR)
    assert has(both, PREDICTION_COLOUR)
    assert has(alone, REFERENCE_COLOUR)
    assert not has(alone, PREDICTION_COLOUR)


def test_a_prediction_is_tinted_inside():
    inside = pixels(draw(SlicePicture(grey(), disk(SHAPE, (30, 30), 4)), disk(SHAPE, (30, 30), 24), None))
    middle = inside[SIDE // 2, SIDE // 2 + SIDE // 8].astype(int)
    assert middle[0] > middle[1] > middle[2]


def test_prompts_are_drawn_at_their_places():
    mask = rectangle(SHAPE, 0, 0, 79, 59)  # the whole slice is shown, 80 pixels wide in the middle of the square
    prompts = Prompts.of([(20, 20)], [(60, 40)], box=(10, 10, 69, 49))
    image = pixels(draw(SlicePicture(grey(), mask), None, prompts))

    def at(x, y):
        return (x + 0.5) * SIDE / 80, (y + 0.5 + 10) * SIDE / 80

    assert has(image, POSITIVE_COLOUR, at(20, 20))
    assert not has(image, POSITIVE_COLOUR, at(60, 40))
    assert has(image, NEGATIVE_COLOUR, at(60, 40))
    assert has(image, BOX_COLOUR, at(9.5, 30))
    assert has(image, BOX_COLOUR, at(69.5, 30))
    assert not has(image, BOX_COLOUR, at(40, 30))


def test_nothing_is_said_without_prompts():
    image = pixels(draw(SlicePicture(grey(), disk(SHAPE, (30, 30), 12)), None, None))
    assert not any(has(image, colour) for colour in (POSITIVE_COLOUR, NEGATIVE_COLOUR, BOX_COLOUR))


def test_pixels_have_their_physical_proportions():
    square = rectangle((100, 100), 40, 30, 59, 69)  # 20 columns of 2 mm, 40 rows of 1 mm
    image = pixels(draw(SlicePicture(grey((100, 100)), square, (1.0, 2.0)), None, None))
    rows, columns = np.nonzero(np.abs(image.astype(int) - REFERENCE_COLOUR).max(axis=2) < 12)
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=3)


def test_small_objects_are_enlarged_and_large_ones_shown_in_the_whole_slice():
    small = draw(SlicePicture(grey((200, 200)), disk((200, 200), (50, 60), 5)), None, None)
    large = draw(SlicePicture(grey(), disk(SHAPE, (40, 30), 28)), None, None)
    assert (small.cropped, large.cropped) == (True, False)


def test_a_far_prediction_is_kept_in_view():
    picture = SlicePicture(grey((200, 200)), disk((200, 200), (20, 20), 5))
    image = pixels(draw(picture, disk((200, 200), (180, 180), 5), None))
    assert has(image, PREDICTION_COLOUR)
    assert has(image, REFERENCE_COLOUR)


@pytest.mark.parametrize(("spacing", "length"), [((1.0, 1.0), 20.0), ((0.01, 0.01), None), (None, None)])
def test_the_scale_bar_has_a_round_length_or_is_left_out(spacing, length):
    assert draw(SlicePicture(grey(), disk(SHAPE, (40, 30), 28), spacing), None, None).scale_bar_mm == length


def test_a_slice_stored_upside_down_is_turned():
    mask = disk(SHAPE, (20, 15), 6)
    turned = np.diag([1.0, 1.0, 1.0, 1.0])  # columns run to the right of the patient, rows to the front
    rgb = grey()
    rgb[:30, :40] = 250
    image = pixels(draw(SlicePicture(rgb, rectangle(SHAPE, 0, 0, 79, 59), (1.0, 1.0), turned), mask, None))
    corner = image[SIDE * 3 // 4, SIDE * 7 // 8 - 20].mean()
    assert corner > 200


def test_colour_images_keep_their_colours():
    rgb = grey()
    rgb[:] = (180, 40, 120)
    image = pixels(draw(SlicePicture(rgb, disk(SHAPE, (40, 30), 20)), None, None))
    assert tuple(image[SIDE // 2, SIDE // 2]) == (180, 40, 120)


def test_a_mask_without_pixels_and_no_prompts_shows_the_slice():
    drawing = draw(SlicePicture(grey(), np.zeros(SHAPE, bool)), None, None)
    assert not drawing.cropped
    assert pixels(drawing).shape == (SIDE, SIDE, 3)


def test_the_same_picture_has_the_same_bytes():
    picture = SlicePicture(grey(), disk(SHAPE, (30, 30), 12), (1.0, 1.0))
    first, second = (draw(picture, disk(SHAPE, (33, 30), 12), Prompts.of([(30, 30)])) for _ in range(2))
    assert first.png == second.png
    assert first.data_uri.startswith("data:image/png;base64,iVBORw0KGgo")


def test_masks_of_another_size_are_refused():
    with pytest.raises(InputError, match="differ in shape"):
        SlicePicture(grey(), np.zeros((3, 3), bool))
    with pytest.raises(InputError, match="differ in shape"):
        draw(SlicePicture(grey(), disk(SHAPE, (30, 30), 12)), np.zeros((3, 3), bool), None)
    with pytest.raises(InputError, match="8 bits"):
        SlicePicture(np.zeros((*SHAPE, 3)), np.zeros(SHAPE, bool))
