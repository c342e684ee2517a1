"""Figures that others published, shown beside ours for orientation: other data, other slices, so never a target."""

from __future__ import annotations

import re
from dataclasses import dataclass

from SAMBenchmarkLib.core.options import STRATEGIES

SOURCE = (
    "Huang et al. 2024, Medical Image Analysis 92, 103061 (doi:10.1016/j.media.2023.103061): COSMOS 1050K, masks "
    "chosen by best Dice against the reference."
)
PROMPTLESS_SOURCE = (
    "Shi et al. 2023, Diagnostics 13, 1947 (doi:10.3390/diagnostics13111947), table 10: vessels of the retina, ViT-B "
    "with its mask decoder trained without prompts on 20 images of DRIVE, beside the same images prompted by hand."
)
TIMING_SOURCE = (
    "Huang et al. 2024, table 4: one RTX 3090, 256 x 256 pixels, one object; the released code does not wait for the "
    "GPU before it reads the clock, so the figures of S2 to S6 may be too small."
)


@dataclass(frozen=True)
class PublishedRow:
    """One line of a published table.

    Args:
        item: structure and modality, as printed.
        model: "ViT-B" or "ViT-H".
        values: one per strategy, S1 to S6; Dice in percent, Hausdorff distance in pixels.
    """

    item: str
    model: str
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.values) != len(STRATEGIES):
            raise ValueError(f"{self.item}: {len(self.values)} values for {len(STRATEGIES)} strategies.")


DICE_MEAN = (
    PublishedRow("mean of the 46 printed rows", "ViT-B", (42.76, 69.69, 72.18, 75.08, 87.55, 87.20)),
    PublishedRow("mean of the 46 printed rows", "ViT-H", (56.01, 70.87, 76.37, 80.35, 87.22, 87.07)),
)
"""Our mean of table 2."""

DICE = (
    PublishedRow("Aorta-CT", "ViT-B", (57.87, 68.71, 71.92, 74.88, 86.88, 85.57)),
    PublishedRow("Aorta-CT", "ViT-H", (65.71, 70.59, 76.68, 81.11, 86.80, 85.09)),
    PublishedRow("Brain-CT", "ViT-B", (54.79, 80.71, 82.11, 83.49, 91.34, 91.37)),
    PublishedRow("Brain-CT", "ViT-H", (72.70, 83.03, 85.59, 86.45, 91.14, 90.91)),
    PublishedRow("Heart-CT", "ViT-B", (13.01, 57.23, 63.53, 66.65, 90.15, 90.50)),
    PublishedRow("Heart-CT", "ViT-H", (22.33, 62.10, 70.63, 76.75, 90.06, 90.06)),
    PublishedRow("Kidney-CT", "ViT-B", (75.27, 86.86, 87.28, 87.84, 93.60, 93.26)),
    PublishedRow("Kidney-CT", "ViT-H", (82.88, 87.66, 89.49, 90.88, 93.29, 93.09)),
    PublishedRow("Left Ventricular Myocardium-CT", "ViT-B", (7.79, 27.59, 29.33, 37.12, 63.21, 63.16)),
    PublishedRow("Left Ventricular Myocardium-CT", "ViT-H", (13.43, 27.97, 32.77, 42.52, 63.52, 63.57)),
    PublishedRow("Liver-CT", "ViT-B", (37.56, 68.32, 69.67, 68.89, 89.11, 88.28)),
    PublishedRow("Liver-CT", "ViT-H", (47.11, 70.14, 77.26, 82.13, 89.00, 88.74)),
    PublishedRow("Lung-CT", "ViT-B", (81.36, 86.05, 94.45, 93.64, 96.75, 93.89)),
    PublishedRow("Lung-CT", "ViT-H", (89.35, 89.59, 95.65, 95.75, 96.73, 96.40)),
    PublishedRow("Pancreas-CT", "ViT-B", (12.75, 45.88, 46.56, 51.81, 76.86, 76.38)),
    PublishedRow("Pancreas-CT", "ViT-H", (18.30, 39.59, 53.37, 65.77, 75.86, 75.59)),
    PublishedRow("Polyp-Colonoscopy", "ViT-B", (49.49, 81.63, 85.63, 85.28, 89.94, 90.68)),
    PublishedRow("Polyp-Colonoscopy", "ViT-H", (71.29, 85.97, 90.28, 91.34, 90.97, 91.87)),
    PublishedRow("Prostate-MRI", "ViT-B", (19.09, 74.69, 76.90, 81.32, 92.85, 92.27)),
    PublishedRow("Prostate-MRI", "ViT-H", (40.60, 74.66, 77.93, 83.66, 92.11, 91.18)),
    PublishedRow("Spleen-CT", "ViT-B", (39.11, 70.78, 72.24, 76.82, 92.54, 92.35)),
    PublishedRow("Spleen-CT", "ViT-H", (50.16, 73.31, 78.36, 82.30, 92.28, 92.16)),
)
"""Table 2, a selection, percent."""

VESSELS = {
    "DRIVE": (22.67, 77.33),
    "CHASEDB1": (16.85, 71.18),
    "HRF": (17.01, 67.76),
    "STARE": (19.02, 76.94),
}
"""Table 10 of Shi et al.: data set -> Dice in percent prompted by hand, and without prompts after training."""

HAUSDORFF_MEAN = (
    PublishedRow("mean of the 46 printed rows", "ViT-B", (161.08, 59.27, 52.46, 61.33, 21.86, 23.72)),
    PublishedRow("mean of the 46 printed rows", "ViT-H", (104.77, 53.30, 40.34, 37.16, 20.63, 20.65)),
)
"""Our mean of table 3, pixels."""

SECONDS = {
    "ViT-B": {"embedding": 0.1276, "S1": 1.9692, "S2": 0.0085, "S3": 0.0088, "S4": 0.0090, "S5": 0.0080, "S6": 0.0088},
    "ViT-H": {"embedding": 0.4718, "S1": 3.0324, "S2": 0.0086, "S3": 0.0088, "S4": 0.0091, "S5": 0.0080, "S6": 0.0090},
}
"""Table 4: stage to seconds, for each model."""


def published_dice(structure: str) -> tuple[PublishedRow, ...]:
    """Rows of the selection whose structure is named in full within the name of one of ours; empty when there is none.

    "left kidney" and "kidney_left" both match Kidney-CT; "kidney tumor" matches nothing, as more is meant by it.
    """
    words = [word for word in re.split(r"[^a-z]+", structure.casefold()) if word and word not in ("left", "right")]
    name = " ".join(words)
    return tuple(row for row in DICE if _organ(row) == name) if name else ()


def _organ(row: PublishedRow) -> str:
    organ = row.item.rsplit("-", 1)[0].casefold()
    return organ.removeprefix("left ").removeprefix("right ")
