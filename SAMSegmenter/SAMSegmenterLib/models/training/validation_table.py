"""Summaries of validation scores: means per source, over sources, and how far predicted IoU can be trusted."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
from scipy import stats

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.models.training.validation import ObjectScore

COLUMNS = ("oracle", "chosen", "ellipse", "coin_flip")


def means_per_source(scores: Sequence[ObjectScore], prompt: str) -> dict[str, dict[str, float]]:
    """Average Dice over the objects of each source.

    Args:
        scores: of any prompts.
        prompt: which of them.

    Returns:
        By source: mean "oracle", "chosen", "ellipse", "coin_flip" in [0, 1], and "objects"; then "mean of sources".
    """
    table: dict[str, dict[str, float]] = {}
    for source in sorted({score.source for score in scores}):
        rows = [score for score in scores if score.source == source and score.prompt == prompt]
        if rows:
            table[source] = {name: float(np.mean([getattr(row, name) for row in rows])) for name in COLUMNS}
            table[source]["objects"] = len(rows)
    if table:
        total = {name: float(np.mean([row[name] for row in table.values()])) for name in COLUMNS}
        table["mean of sources"] = {**total, "objects": sum(row["objects"] for row in table.values())}
    return table


def calibration(scores: Sequence[ObjectScore], bins: int = 10) -> dict[str, float]:
    """Compare predicted with true IoU.

    Args:
        scores: of any prompts.
        bins: equal intervals of predicted IoU.

    Returns:
        "expected_error": mean over objects of |mean predicted - mean true| of their bin; "spearman": rank correlation,
        NaN below three objects or where all are alike.
    """
    predicted = np.array([score.predicted_iou for score in scores])
    true = np.array([score.true_iou for score in scores])
    if len(scores) == 0:
        return {"expected_error": float("nan"), "spearman": float("nan")}
    place = np.clip((predicted * bins).astype(int), 0, bins - 1)
    error = sum(abs(predicted[place == b].sum() - true[place == b].sum()) for b in range(bins)) / len(scores)
    varied = len(scores) > 2 and np.ptp(predicted) > 0 and np.ptp(true) > 0
    correlation = float(stats.spearmanr(predicted, true).statistic) if varied else float("nan")
    return {"expected_error": float(error), "spearman": correlation}


def markdown_table(scores: Sequence[ObjectScore], prompts: Sequence[str]) -> str:
    """Write the means of all prompts as one Markdown table.

    Args:
        scores: from `validate`.
        prompts: columns, in this order.

    Returns:
        A table with one line per source: objects, Dice chosen / oracle per prompt, and the two box baselines.
    """
    tables = {prompt: means_per_source(scores, prompt) for prompt in prompts}
    lines = [
        "| source | objects | " + " | ".join(prompts) + " | ellipse in box | coin flip in box |",
        "|---|---|" + "---|" * (len(prompts) + 2),
    ]
    for source, row in tables[prompts[0]].items():
        cells = [f"{tables[p][source]['chosen']:.3f} / {tables[p][source]['oracle']:.3f}" for p in prompts]
        baselines = f"{row['ellipse']:.3f} | {row['coin_flip']:.3f}"
        lines.append(f"| {source} | {row['objects']:.0f} | " + " | ".join(cells) + f" | {baselines} |")
    return "\n".join(lines)


def write_scores(scores: Sequence[ObjectScore], target: Path) -> None:
    """Write one line per score as CSV.

    Args:
        scores: from `validate`.
        target: file to write; it appears only when it is complete.
    """
    names = [entry.name for entry in fields(ObjectScore)]
    with atomic_path(target) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        writer.writerows([getattr(score, name) for name in names] for score in scores)
