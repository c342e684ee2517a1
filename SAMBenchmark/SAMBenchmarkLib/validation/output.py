"""The files that a validation leaves."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from SAMBenchmarkLib.validation.contact_sheets import contact_sheet
from SAMBenchmarkLib.validation.figures import dice_figure, reliability_figure
from SAMBenchmarkLib.validation.prompting import PROMPTS
from SAMBenchmarkLib.validation.scores import PromptScore, of_prompt, write_scores
from SAMSegmenterLib.core.atomic import atomic_path, store_error
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.sources import LabelledSlice

SCORES, TABLE = "scores.csv", "table.md"


def is_csv(target: Path) -> bool:
    """Whether an output names the file of scores alone, not a folder."""
    return target.suffix.lower() == ".csv"


def check_output(target: Path) -> None:
    """Find out before the work whether the results can be written; creates the folder.

    Raises:
        InputError: the folder's name is that of a file.
        StoreError: it cannot be created or written.
    """
    folder = target.parent if is_csv(target) else target
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file.", "Name a folder, or a file that ends in .csv for the scores alone.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise store_error(target, error) from error


def write_output(
    target: Path,
    text: str,
    scores_by_model: Mapping[str, Sequence[PromptScore]],
    slices: Iterable[LabelledSlice],
    seed: int = 1,
) -> list[Path]:
    """Write the scores, and into a folder also the account, plots and contact sheets of the first model.

    Args:
        target: a folder that exists, or a CSV file.
        text: the account, Markdown.
        scores_by_model: by name; the first one is drawn.
        slices: that were measured.
        seed: decides the bootstrap of the plots.

    Returns:
        The files written.

    Raises:
        StoreError: a file cannot be written.
    """
    if is_csv(target):
        write_scores(scores_by_model, target)
        return [target]
    write_scores(scores_by_model, target / SCORES)
    scores = next(iter(scores_by_model.values()))
    places = {(item.case.case_id, item.index): item for item in slices}
    files = {TABLE: text.encode("utf-8"), "dice.png": dice_figure(scores, seed)}
    files["reliability.png"] = reliability_figure(scores)
    for prompt in PROMPTS:
        files[f"objects-{prompt.replace(' ', '-')}.png"] = contact_sheet(of_prompt(scores, prompt), places)
    for name, content in files.items():
        with atomic_path(target / name) as temporary:
            temporary.write_bytes(content)
    return [target / SCORES, *(target / name for name in files)]
