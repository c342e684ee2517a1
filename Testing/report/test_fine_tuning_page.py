"""The page of a fine-tuning: complete, well formed, the same each time."""

from dataclasses import dataclass, replace

import numpy as np

from SAMBenchmarkLib.report.fine_tuning_facts import ComparedPicture, FineTuningFacts
from SAMBenchmarkLib.report.fine_tuning_page import fine_tuning_html
from SAMBenchmarkLib.report.pictures import SlicePicture, draw
from support.html_check import Page


@dataclass
class Row:
    structure: str
    objects: int
    patients: int
    before: float
    after: float
    single_before: float = 0.33
    single_after: float = 0.44


@dataclass
class Count:
    patients: int
    slices: int
    objects: int


ROWS = [Row("liver <left>", 10, 2, 0.6, 0.8), Row("spleen", 3, 1, 0.7, 0.65)]
TOTALS = [Row("mean of structures", 13, 2, 0.65, 0.725), Row("all objects", 13, 2, 0.623, 0.765)]
PARTS = {"training": Count(5, 50, 1234), "validation": Count(1, 9, 12), "held back": Count(2, 11, 13)}
FACTS = FineTuningFacts(
    name="mine",
    summary="A summary.",
    promptless=False,
    recipe="Somebody et al. 2024.",
    base={"name": "vit_b", "SHA-256": "ab" * 32},
    options={"recipe": "huang", "epochs": "2"},
    comparisons=[*ROWS, *TOTALS],
    totals=PARTS,
    by_structure={"liver <left>": PARTS, "spleen": PARTS},
    history=[{"epoch": 1, "loss": 0.5, "validation": 0.6}, {"epoch": 2, "loss": 0.4, "validation": 0.7}],
    epoch=2,
    base_validation=0.55,
    notes=("Mind <this>.",),
    versions={"torch": "2.0"},
)


def test_the_page_holds_everything_and_is_well_formed():
    page = Page(fine_tuning_html(FACTS))
    for text in (
        "A summary.",
        "not for diagnosis",
        "Mind <this>.",
        "65.0 %",
        "72.5 %",
        "+7.5 points",
        "liver <left>",
        "+20.0",
        "-5.0",
        "33.0",
        "1,234 (5)",
        "Somebody et al. 2024.",
        "ab" * 32,
        "epoch 2 of 2",
    ):
        assert text in page.text, text


def test_the_same_facts_give_the_same_page():
    assert fine_tuning_html(FACTS) == fine_tuning_html(FACTS)


def test_the_larger_of_before_and_after_is_marked():
    html = fine_tuning_html(FACTS)
    assert '<td class="number best">80.0</td>' in html and '<td class="number best">70.0</td>' in html
    assert '<td class="number best">60.0</td>' not in html


def test_a_single_structure_needs_no_averages():
    page = Page(fine_tuning_html(replace(FACTS, comparisons=ROWS[:1])))
    assert "mean of structures" not in page.text.replace("mean of structures; epoch 0", "")
    assert "80.0 %" in page.text


def test_without_validation_and_notes_their_parts_are_left_out():
    history = [{**record, "validation": None} for record in FACTS.history]
    page = Page(fine_tuning_html(replace(FACTS, history=history, notes=())))
    assert "DICE on the validation slices" not in page.text and "Notes" not in page.text


def test_a_promptless_model_is_described_as_such():
    page = Page(fine_tuning_html(replace(FACTS, promptless=True)))
    assert "without a prompt" in page.text and "Single mask" not in page.text


def test_pictures_stand_in_pairs():
    mask = np.zeros((40, 40), bool)
    mask[10:20, 10:20] = True
    drawing = draw(SlicePicture(np.zeros((40, 40, 3), np.uint8), mask), mask, None)
    picture = ComparedPicture("largest gain", "liver", 0.25, 0.75, drawing, drawing)
    page = Page(fine_tuning_html(replace(FACTS, pictures=[picture])))
    assert len(page.all("img")) == 2
    assert "dashed in yellow" in page.text
    assert "dashed in yellow" not in fine_tuning_html(replace(FACTS, pictures=[picture], promptless=True))
    assert "Largest gain, before" in page.text and "Largest gain, after" in page.text
    assert "DICE 25.0 %" in page.text and "DICE 75.0 %" in page.text
