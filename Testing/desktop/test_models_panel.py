from __future__ import annotations

from types import SimpleNamespace

from SAMSegmenterLib.core.predictor import ModelSpec


def test_models_are_listed_with_what_is_installed(a_desktop):
    from SAMSegmenterLib.desktop.models_panel import ModelsPanel

    specs = [
        ModelSpec("small", "small", "", bytes=9_000_000, licence="Apache-2.0", card="Fast.", path="small.safetensors"),
        ModelSpec("vit_b", "vit_b", "", licence="Apache-2.0"),
    ]
    panel = ModelsPanel(SimpleNamespace(models=lambda: specs))
    table = panel._table
    lines = [[table.topLevelItem(row).text(column) for column in range(4)] for row in range(2)]
    assert lines == [["small", "yes", "9 MB", "Apache-2.0"], ["vit_b", "no", "", "Apache-2.0"]]
    assert panel._heading.text == "Models on this computer: small"
    specs.clear()
    panel.refresh()
    assert panel._heading.text == "Models on this computer: none"
    assert table.topLevelItemCount == 0
