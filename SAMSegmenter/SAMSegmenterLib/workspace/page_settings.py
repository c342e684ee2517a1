"""The settings on the page: model, window, way of accepting."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import Actions


def build_settings(v3: Any, models: list[str], actions: Actions) -> None:
    """Lay out the choice of model, window and way of accepting."""
    choices = (
        ("model", "Model", models),
        ("window", "Window that the model sees", ["displayed", "auto", "minmax", "abdomen", "lung", "bone"]),
        ("mode", "Accepting", ["set", "add", "remove"]),
    )
    for name, label, items in choices:
        v3.VSelect(
            label=label,
            items=(f"choices_{name}", items),
            model_value=(name,),
            update_modelValue=(actions[name], "[$event]"),
            density="compact",
            hide_details=True,
            variant="outlined",
            classes="mx-3 my-2",
        )
