"""The card tells what the model was made from and what that changed, and names nobody."""

import pytest

from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.models.training.fine_tuning.card import CardFacts, card_text, summary
from SAMSegmenterLib.models.training.fine_tuning.figures import compare, count_data
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.training.fine_tuning.scores import ObjectScore
from SAMSegmenterLib.models.training.fine_tuning.splitting import Split
from support.fine_tuning import ring_samples

BASE = ModelSpec("vit_b", "vit_b", "ab" * 32, licence="Apache-2.0", path="/home/somebody/weights.pth")


def facts_of(recipe="huang", notes=(), structures=("ring", "core"), **options):
    samples = ring_samples(4, 2, structures)
    before = [ObjectScore(name, 0, 0.5, 0.45) for name in structures]
    after = [ObjectScore(name, 0, 0.75, 0.6) for name in structures]
    return CardFacts(
        "mine",
        BASE,
        FineTuningOptions.of(recipe, **options),
        "plane axial, window minmax per slice",
        count_data(samples, Split((0, 1, 2, 3), (4, 5), (6, 7))),
        compare(before, after),
        epoch=7,
        trained_epochs=20,
        notes=notes,
    )


def test_the_first_paragraph_says_the_most_important():
    first = card_text(facts_of()).split("\n\n")[0]
    assert first == summary(facts_of())
    assert "vit_b fine-tuned on core, ring: 2 patients, 4 slices" in first
    assert "0.500 before, 0.750 after" in first and "not a medical device" in first


def test_base_model_recipe_options_data_split_and_figures_are_in_it():
    text = card_text(facts_of(seed=5))
    for part in (
        "ab" * 32,
        "licence Apache-2.0",
        "doi:10.1016/j.media.2023.103061",
        "20 epochs, batch 2, AdamW, learning rate 0.0001, weight decay 0.01",
        "seed 5",
        "plane axial, window minmax per slice",
        "Weights of epoch 7 of 20",
        "Trained on 2 patients, 4 slices; chose the epoch 1 patient, 2 slices; held back 1 patient, 2 slices.",
        "| ring | 4 | 2 | 2 | 1 | 2 | 1 |",
        "By patient: 20% held back",
        "| ring | 1 | 1 | 0.500 | 0.750 | +0.250 | 0.450 | 0.600 |",
        "| mean of structures |",
    ):
        assert part in text


def test_no_patient_and_no_path_is_in_it():
    text = card_text(facts_of())
    assert "p0" not in text and "case" not in text and "/home" not in text and "weights.pth" not in text


def test_notes_are_in_it_where_there_are_some():
    assert "**Notes.** Mind this. And that." in card_text(facts_of(notes=("Mind this.", "And that.")))
    assert "**Notes.**" not in card_text(facts_of())


def test_a_promptless_model_is_called_so_and_has_no_single_mask_beside():
    text = card_text(facts_of("shi", structures=("ring",)))
    assert text.startswith("Promptless: vit_b fine-tuned on ring")
    assert "takes no prompts" in text and "single mask" not in text
    assert "| ring | 1 | 1 | 0.500 | 0.750 | +0.250 |\n" in text


@pytest.mark.parametrize(("rank", "said"), [(0, False), (4, True)])
def test_adapters_are_told(rank, said):
    assert ("LoRA of rank 4 on queries and values" in card_text(facts_of(lora_rank=rank))) is said


def test_blocks_of_slices_are_told():
    assert "By contiguous blocks of slices of each patient" in card_text(facts_of(split="slices"))


def test_a_name_with_a_bar_does_not_break_the_table():
    assert "| left/right | " in card_text(facts_of(structures=("ring",))).replace("| ring |", "| left/right |")


def test_many_structures_are_not_all_named_in_the_summary():
    facts = facts_of()
    by_structure = {f"s{number}": facts.counts.by_structure["ring"] for number in range(9)}
    many = CardFacts(**{**vars(facts), "counts": type(facts.counts)(facts.counts.totals, by_structure)})
    assert "s0, s1, s2, s3, s4 and 4 more" in summary(many)
