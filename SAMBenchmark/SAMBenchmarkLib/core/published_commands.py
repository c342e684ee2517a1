"""Which command makes which published table, on the user's own images."""

from __future__ import annotations

from dataclasses import dataclass

RUN = "sam-benchmark run --manifest cases.csv --output results"


@dataclass(frozen=True)
class PublishedCommand:
    """A published table or figure, and the command that makes the same of other images.

    Args:
        where: paper, and its table or figure.
        what: what it shows.
        command: with `cases.csv`, `results` and the like as place holders.
        makes: file of the output folder that holds the table.
    """

    where: str
    what: str
    command: str
    makes: str


COMMANDS = (
    PublishedCommand(
        "Huang table 2, figure 6", "DICE by structure, S1-S6", f"{RUN} --model vit_b", "csv/dice_oracle.csv"
    ),
    PublishedCommand(
        "Huang table 3", "Hausdorff distance by structure, S1-S6", f"{RUN} --model vit_b", "csv/hd_px_oracle.csv"
    ),
    PublishedCommand("Huang table 4", "seconds per step", f"{RUN} --timing-repeats 20", "csv/timing.csv"),
    PublishedCommand(
        "Huang table 5",
        "DICE on grids of 8 to 256 points a side",
        f"{RUN} --model vit_h --strategies none --protocols huang-grid",
        "csv/huang-grid_oracle.csv",
    ),
    PublishedCommand(
        "Huang table 6",
        "what DICE goes with: partial correlations",
        f"{RUN} --model vit_b",
        "csv/correlation_oracle.csv",
    ),
    PublishedCommand(
        "Huang table 7, time",
        "minutes and corrections with and without SAM",
        "sam-benchmark stopwatch study --output results",
        "csv/stopwatch.csv",
    ),
    PublishedCommand(
        "Huang table 7, HCE, readers",
        "human correction effort of what a reader drew",
        "sam-benchmark agreement --first reference --second drawn --correction-effort --output results",
        "csv/readers.csv",
    ),
    PublishedCommand(
        "Huang table 7, HCE, SAM alone",
        "human correction effort of the model's masks",
        f"{RUN} --strategies S5 --correction-effort",
        "csv/hce_oracle.csv",
    ),
    PublishedCommand(
        "Huang table 8",
        "drop of DICE with prompts shifted at random",
        f"{RUN} --strategies S2,S3,S4,S5,S6 --protocols huang-shift",
        "csv/huang-shift_oracle.csv",
    ),
    PublishedCommand("Huang figure 10", "DICE by modality", f"{RUN} --model vit_b", "csv/modality_oracle.csv"),
    PublishedCommand(
        "Huang figure 14",
        "attributes by level of DICE",
        f"{RUN} --model vit_b --strategies S5",
        "csv/dice_levels_oracle.csv",
    ),
    PublishedCommand(
        "Huang figure 16",
        "DICE click by click",
        f"{RUN} --strategies none --protocols huang-rounds",
        "csv/dice_by_clicks.csv",
    ),
    PublishedCommand(
        "Huang section 4.10",
        "fine-tuned against original: run twice into one folder, the second time with --model mine",
        f"{RUN} --strategies S5",
        "csv/models_oracle.csv",
    ),
    PublishedCommand(
        "Mazurowski figure 2",
        "IoU in five modes of use",
        f"{RUN} --strategies none --protocols mazurowski-modes --window zeromax",
        "csv/mazurowski-modes_first.csv",
    ),
    PublishedCommand(
        "Mazurowski figure 4",
        "IoU after 1 to 9 points",
        f"{RUN} --strategies none --protocols mazurowski-points --window zeromax",
        "csv/mazurowski-points_first.csv",
    ),
    PublishedCommand(
        "Shi tables 2 to 9",
        "Dice and IoU of a point in every contour",
        f"{RUN} --model vit_h --strategies none --protocols shi-contours",
        "csv/shi-contours_predicted_iou.csv",
    ),
    PublishedCommand(
        "Shi section 3.3.2",
        "a crop to a region of interest",
        f"{RUN} --strategies S2,S5 --protocols roi-crop",
        "csv/roi-crop_predicted_iou.csv",
    ),
    PublishedCommand(
        "Shi table 10",
        "a model trained without prompts (sam-train fine-tune --recipe shi)",
        f"{RUN} --model mine --strategies S0",
        "csv/dice_predicted_iou.csv",
    ),
)
"""In the order of the papers. Each run also writes `csv/published.csv`: the published values beside its own."""
