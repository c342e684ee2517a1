"""The figures that tables show of every row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """A column of `ResultRow` as tables show it.

    Args:
        column: its name there.
        title: heading for people, with the unit.
        factor: shown value = stored value * factor.
        label: its name in the long table, with the unit.
    """

    column: str
    title: str
    factor: float = 1.0
    label: str = ""


METRICS = (
    Metric("dice", "DICE [%]", 100.0, "dice_percent"),
    Metric("jac", "Jaccard [%]", 100.0, "jac_percent"),
    Metric("hd_px", "Hausdorff distance [px]", label="hd_px"),
    Metric("hd_mm", "Hausdorff distance [mm]", label="hd_mm"),
    Metric("hd95_px", "95 % Hausdorff distance [px]", label="hd95_px"),
    Metric("hd95_mm", "95 % Hausdorff distance [mm]", label="hd95_mm"),
    Metric("assd_px", "average symmetric surface distance [px]", label="assd_px"),
    Metric("assd_mm", "average symmetric surface distance [mm]", label="assd_mm"),
    Metric("surface_dice", "surface DICE [%]", 100.0, "surface_dice_percent"),
)
