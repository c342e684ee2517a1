"""Plots are drawn for whatever there is, the same every time."""

import io

import numpy as np
import pytest
from PIL import Image

from SAMBenchmarkLib.validation.figures import dice_figure, reliability_figure
from SAMBenchmarkLib.validation.prompting import PROMPTS


@pytest.fixture
def scores(a_score):
    return [
        a_score(source, 0.2 + k / 10, prompt=prompt, subject=f"p{k}", group=group, predicted=k / 5, ellipse=0.4)
        for group, source in (("new subjects", "a"), ("new sources", "b"))
        for prompt in PROMPTS
        for k in range(5)
    ]


def pixels(png):
    with Image.open(io.BytesIO(png)) as image:
        return np.array(image.convert("RGB"))


def test_dice_is_plotted_and_follows_the_scores(scores, a_score):
    first = pixels(dice_figure(scores))
    assert first.shape[1] > first.shape[0] > 300 and np.array_equal(first, pixels(dice_figure(scores)))
    assert not np.array_equal(first, pixels(dice_figure(scores[:-1])))


def test_more_sources_need_more_lines(scores, a_score):
    more = scores + [a_score(f"c{k}", prompt=prompt) for k in range(10) for prompt in PROMPTS]
    assert pixels(dice_figure(more)).shape[0] > pixels(dice_figure(scores)).shape[0]


def test_reliability_is_plotted_and_follows_the_scores(scores):
    first = pixels(reliability_figure(scores))
    assert first.shape[0] > 600 and not np.array_equal(first, pixels(reliability_figure(scores[::2])))


def test_a_single_score_is_enough(a_score):
    assert pixels(dice_figure([a_score()])).size and pixels(reliability_figure([a_score()])).size
