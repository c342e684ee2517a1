"""The card of a fine-tuned model: what it was made from, with what, and what that changed. It names no patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.models.training.fine_tuning.figures import Comparison, DataCounts, signed
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions

NOT_A_DEVICE = "For research; not a medical device, not for diagnosis."
OTHER_ANSWERS = (
    "Everything mode's thresholds are those of the base model. Prompts other than boxes were not trained and may "
    "answer worse than before."
)
WITHOUT = (
    "It takes no prompts and outlines the structure named above in every slice. Slices without the structure were not "
    "trained on; it may outline something else there."
)


@dataclass(frozen=True)
class CardFacts:
    """What the card tells.

    Args:
        base: the model it was made from.
        images: how slices were shown to the model, in words.
        epoch: whose weights these are.
        trained_epochs: epochs that were completed.
        notes: what the reader of the figures must know.
    """

    name: str
    base: ModelSpec
    options: FineTuningOptions
    images: str
    counts: DataCounts
    comparisons: Sequence[Comparison]
    epoch: int
    trained_epochs: int
    notes: Sequence[str]


def card_text(facts: CardFacts) -> str:
    """The card as Markdown; the first paragraph says the most important in two or three sentences."""
    recipe = facts.options.rules
    lines = [
        summary(facts),
        f"**Base model.** {facts.base.name} ({facts.base.architecture}), licence {facts.base.licence or 'unknown'}, "
        f"SHA-256 {facts.base.sha256}. The licence of these weights is that of the base model; what the data allow may "
        "restrict it further.",
        f"**Recipe.** {recipe.name}. {recipe.source}{_lora(facts.options)}",
        f"**Options.** {_options(facts.options)}; {facts.images}. Weights of epoch {facts.epoch} of "
        f"{facts.trained_epochs}.",
        _data(facts.counts),
        f"**Split.** {_split(facts.options)}",
        f"**Dice on what was held back.**\n\n{comparison_table(facts.comparisons, recipe.promptless)}",
        f"**Use.** {WITHOUT if recipe.promptless else OTHER_ANSWERS} {NOT_A_DEVICE}",
    ]
    if facts.notes:
        lines.insert(-1, "**Notes.** " + " ".join(facts.notes))
    return "\n\n".join(lines) + "\n"


def summary(facts: CardFacts) -> str:
    """What stands in lists of models."""
    trained, total = facts.counts.totals["training"], facts.comparisons[-1]
    kind = "Promptless: " if facts.options.rules.promptless else ""
    names = list(facts.counts.by_structure)
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return (
        f"{kind}{facts.base.name} fine-tuned on {shown}: {_patients(trained.patients)}, {trained.slices} slices. Mean "
        f"Dice of {total.objects} held-back objects {total.before:.3f} before, {total.after:.3f} after. {NOT_A_DEVICE}"
    )


def comparison_table(comparisons: Sequence[Comparison], promptless: bool) -> str:
    """Before and after as a Markdown table."""
    single = "" if promptless else " single mask before | after |"
    lines = [f"| structure | objects | patients | before | after | change |{single}"]
    lines.append("|---|---|---|---|---|---|" + ("" if promptless else "---|---|"))
    for row in comparisons:
        line = f"| {row.structure.replace('|', '/')} | {row.objects} | {row.patients} | {row.before:.3f} | "
        line += f"{row.after:.3f} | {signed(row.after - row.before)} |"
        lines.append(line + ("" if promptless else f" {row.single_before:.3f} | {row.single_after:.3f} |"))
    return "\n".join(lines)


def _options(options: FineTuningOptions) -> str:
    parts = [
        f"{options.epochs} epochs",
        f"batch {options.batch_size}",
        f"AdamW, learning rate {options.learning_rate:g}, weight decay {options.weight_decay:g}",
        f"at most {options.objects_per_slice} objects of a slice per step",
        f"seed {options.seed}",
    ]
    return ", ".join(parts)


def _lora(options: FineTuningOptions) -> str:
    if not options.lora_rank:
        return ""
    return (
        f" The encoder's attention was adapted, too: LoRA of rank {options.lora_rank} on queries and values, merged "
        "into the weights (SAMed, arXiv:2304.13785)."
    )


def _data(counts: DataCounts) -> str:
    titles = {"training": "trained on", "validation": "chose the epoch", "held back": "held back"}
    lines = ["| structure |" + "".join(f" {title}: objects | patients |" for title in titles.values())]
    lines.append("|---|" + "---|---|" * len(titles))
    for name, parts in counts.by_structure.items():
        cells = "".join(f" {parts[part].objects} | {parts[part].patients} |" for part in titles)
        lines.append(f"| {name.replace('|', '/')} |{cells}")
    said = [f"{titles[part]} {_patients(of.patients)}, {of.slices} slices" for part, of in counts.totals.items()]
    return f"**Data.** {'; '.join(said).capitalize()}.\n\n" + "\n".join(lines)


def _split(options: FineTuningOptions) -> str:
    what = "By patient" if options.split == "patients" else "By contiguous blocks of slices of each patient"
    return f"{what}: {options.holdout:.0%} held back, {options.validation:.0%} of the others chose the epoch."


def _patients(number: int) -> str:
    return f"{number} patient{'' if number == 1 else 's'}"
