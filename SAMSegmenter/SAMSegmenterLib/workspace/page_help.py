"""The help of the page: keys and mouse, over everything else."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import ARIA
from SAMSegmenterLib.workspace.page_keys import HELP

LEGAL = "For research. Not for diagnosis."


def build_help(v3: Any, html: Any) -> None:
    """Lay out the help; the variable `help_open` shows it."""
    with (
        v3.VDialog(v_model=("help_open", False), max_width=980),
        v3.VCard(classes="sam-help", role="dialog", aria_label="Keys and mouse", __properties=["role", *ARIA]),
    ):
        v3.VCardTitle("Keys and mouse")
        with html.Div(classes="sam-help-columns"):
            for title, rows in HELP:
                with html.Section():
                    html.H3(title)
                    with html.Dl():
                        for keys, words in rows:
                            html.Dt(keys)
                            html.Dd(words)
        with v3.VCardActions():
            html.Span(LEGAL, classes="sam-quiet ml-2")
            v3.VSpacer()
            v3.VBtn("Close", click="help_open = false", data_action="close-help", __properties=ARIA)
