"""What trainings on a folder of images share on the command line: threads, slices, the output folder, the picture."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SAMBenchmarkLib.cli.train_data import read_array
from SAMSegmenterLib.core.errors import InputError

if TYPE_CHECKING:
    from SAMSegmenterLib.core.progress import OnProgress, ShouldStop
    from SAMSegmenterLib.models.training.sources import LabelledSlice, Split

logger = logging.getLogger(__name__)

PLOT_FILE = "training.png"
EPILOG = """\
exit codes: 0 ok, 2 something is wrong with the input, 3 a package or a model is missing, or training failed,
130 stopped"""


def add_output_argument(group: argparse._ArgumentGroup) -> None:
    """Add where the training goes."""
    group.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="new or empty folder, or one with a training that was stopped: it goes on there",
    )


def add_computer_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how much of the computer is used."""
    add = parser.add_argument_group("computer").add_argument
    add("--threads", type=int, metavar="N", help="processor threads (SAM_THREADS, else all cores)")


def set_threads(threads: int | None) -> None:
    """Compute on so many threads; None: as many as SAM_THREADS says, or PyTorch chooses."""
    import torch

    from SAMSegmenterLib.models.loading import chosen_threads

    chosen = chosen_threads(threads)
    if chosen is not None:
        torch.set_num_threads(chosen)


def warn_about(split: Split) -> None:
    """Say when nothing remains to measure the weights on."""
    if not split.new_subjects and not split.new_sources:
        logger.warning(
            "No subject and no source is left out of training, so nothing remains to measure the weights on. "
            "Add images of other subjects, or name a source with --hold-back."
        )


def training_slices(split: Split, on_progress: OnProgress, should_stop: ShouldStop) -> list[LabelledSlice]:
    """Read what is trained on.

    Raises:
        Cancelled: `should_stop` said so.
        InputError: no case can be used.
    """
    from SAMSegmenterLib.models.training.sources import load_slices

    slices = load_slices(split.training, read_array, on_progress, should_stop)
    if not slices:
        raise InputError(
            f"None of the {len(split.training)} training cases can be used; the warnings say why.",
            "Check that images and masks are there, of the same shape, and that the masks are not empty.",
        )
    return slices


def create_folder(folder: Path) -> None:
    """Create the output folder, with the log that it is recognised by.

    Raises:
        StoreError: it cannot be written.
    """
    from SAMSegmenterLib.core.atomic import store_error
    from SAMSegmenterLib.models.training.training_log import LOG_FILE

    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOG_FILE).touch()
    except OSError as error:
        raise store_error(folder, error) from error


def plotter(folder: Path) -> Callable[[], None]:
    """Draws the log; a training does not end because its picture cannot be drawn."""
    from SAMSegmenterLib.models.training.training_log import LOG_FILE, read_log

    def draw() -> None:
        try:
            from SAMBenchmarkLib.report.training_plot import write_training_plot

            write_training_plot(read_log(folder / LOG_FILE), folder / PLOT_FILE)
        except (ImportError, OSError) as error:
            logger.warning("%s is not drawn: %s", PLOT_FILE, error)

    return draw


def data_in_words(identity: dict[str, Any]) -> str:
    """What a training learnt from, by its `sources` and `number_of_slices`."""
    sources = len(identity["sources"])
    return f"{identity['number_of_slices']} slices of {sources} source{'' if sources == 1 else 's'}"
