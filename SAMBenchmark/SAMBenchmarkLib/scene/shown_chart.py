"""Shows a chart in a plot view."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.scene.runtime import ensure_scene


def show_chart(chart_node: Any) -> None:
    """Show a chart, in a layout with a place for it.

    Raises:
        InputError: there are no plots here.

    Thread: main.
    """
    application_logic = ensure_scene().application_logic
    logic = application_logic.GetModuleLogic("Plots") if application_logic is not None else None
    if logic is None:
        raise InputError("There is no module Plots here.", "Open the chart in the module Plots.")
    logic.ShowChartInLayout(chart_node)
