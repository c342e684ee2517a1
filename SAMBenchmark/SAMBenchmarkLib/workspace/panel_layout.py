"""How the benchmark's panel is laid out; its variables are those of `benchmark_panel`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SAMSegmenterLib.workspace.page_elements import ARIA

Actions = dict[str, Callable[..., None]]

_INTRODUCTION = (
    "How well does the model outline the structures of this volume? Prompts are simulated from the segments, which "
    "count as the reference, and the model's masks are compared with them slice by slice. Not for diagnosis."
)
_PAPER = "background: #fff; color: #17232b; padding: 12px; border-radius: 4px"
_COLUMNS = ("Structure", "Plane", "Slice", "Strategy", "Mask chosen by", "DICE (%)", "HD95")


def build_panel(v3: Any, html: Any, actions: Actions) -> None:
    """Lay out the panel.

    Args:
        actions: "run" takes structures, strategies and the number of slices, "row" the index of a row; "stop" and
            "refresh" take nothing.
    """
    html.H2("Benchmark", classes="text-h6")
    html.P(_INTRODUCTION, classes="text-body-2 mb-2")
    _choices(v3, actions)
    _progress(v3, html)
    with html.Div(classes="sam-benchmark-results", v_if=("benchmark_rows.length > 0",)):
        _rows(v3, html, actions)
        _tables(v3, html)
        _plots(html)


def _choices(v3: Any, actions: Actions) -> None:
    with v3.VRow(dense=True, classes="align-center"):
        with v3.VCol(cols=4):
            _select(v3, "benchmark_chosen", "Structures (none: all of them)", "benchmark_structures", actions)
        with v3.VCol(cols=4):
            _select(v3, "benchmark_strategies", "Strategies", "benchmark_strategy_choices", None)
        with v3.VCol(cols=2):
            v3.VTextField(
                v_model=("benchmark_max_slices",),
                label="Slices (0: all)",
                type="number",
                min=0,
                density="compact",
                variant="outlined",
                hide_details=True,
            )
        with v3.VCol(cols=2):
            v3.VBtn(
                "Run",
                v_if=("!benchmark_busy",),
                color="primary",
                data_action="benchmark-run",
                click=(actions["run"], "[benchmark_chosen, benchmark_strategies, benchmark_max_slices]"),
                __properties=ARIA,
            )
            v3.VBtn("Cancel", v_else=True, data_action="benchmark-stop", click=actions["stop"], __properties=ARIA)


def _select(v3: Any, name: str, label: str, items: str, actions: Actions | None) -> None:
    opening = {"update_menu": actions["refresh"], "__events": [("update_menu", "update:menu")]} if actions else {}
    v3.VSelect(
        v_model=(name,),
        label=label,
        items=(items,),
        multiple=True,
        chips=True,
        density="compact",
        variant="outlined",
        hide_details=True,
        **opening,
    )


def _progress(v3: Any, html: Any) -> None:
    with html.Div(v_if=("benchmark_busy",), classes="my-2"):
        v3.VProgressLinear(
            model_value=("benchmark_part",), indeterminate=("!benchmark_part",), height=6, aria_label="Progress"
        )
    html.P("{{ benchmark_progress }}", role="status", classes="sam-benchmark-progress text-body-2 my-1")
    v3.VAlert(v_if=("benchmark_error",), type="error", density="compact", text=("benchmark_error",), classes="my-2")
    v3.VAlert(v_if=("benchmark_note",), type="info", density="compact", text=("benchmark_note",), classes="my-2")


def _rows(v3: Any, html: Any, actions: Actions) -> None:
    html.H3("Objects, the lowest DICE first; choose one to see its slice", classes="text-subtitle-1 mt-3")
    with html.Div(classes="d-flex", style="gap: 16px"):
        with _table(v3, "benchmark_rows", 360, classes="sam-benchmark-rows flex-grow-1"):
            with html.Thead(), html.Tr():
                for title in _COLUMNS:
                    html.Th(title)
            with (
                html.Tbody(),
                html.Tr(
                    v_for="(row, n) in benchmark_rows",
                    key=("n",),
                    tabindex="0",
                    style=("n === benchmark_row ? 'background: rgba(74, 158, 255, .3)' : 'cursor: pointer'",),
                    click=(actions["row"], "[n]"),
                    keydown_enter=(actions["row"], "[n]"),
                    __events=[("keydown_enter", "keydown.enter")],
                ),
            ):
                for name in ("structure", "plane", "slice", "strategy", "selection", "dice", "hd95"):
                    html.Td(f"{{{{ row.{name} }}}}")
        with html.Div(style="width: 380px; min-width: 300px", classes="sam-benchmark-picture"):
            html.Img(
                v_if=("benchmark_picture",),
                src=("benchmark_picture",),
                alt="The slice: reference in cyan, prediction in orange, prompts",
                style="width: 100%",
                __properties=["alt"],
            )
            html.P(
                "Reference cyan, prediction orange; green points lie inside, red ones outside, the box is yellow.",
                v_if=("benchmark_picture",),
                classes="text-body-2",
            )


def _tables(v3: Any, html: Any) -> None:
    html.H3("Tables", classes="text-subtitle-1 mt-4")
    v3.VSelect(
        v_model=("benchmark_table",),
        items=("benchmark_tables",),
        item_title="title",
        item_value="name",
        label="Table",
        density="compact",
        variant="outlined",
        hide_details=True,
        style="max-width: 480px",
    )
    chosen = "table in benchmark_tables.filter((one) => one.name === benchmark_table)"
    with _table(v3, "table.rows", 320, v_for=chosen, key=("table.name",), classes="sam-table"):
        with html.Thead(), html.Tr():
            html.Th("{{ name }}", v_for="name in table.header", key=("name",))
        with html.Tbody(), html.Tr(v_for="(cells, n) in table.rows", key=("n",)):
            html.Td("{{ cell }}", v_for="(cell, m) in cells", key=("m",))


def _table(v3: Any, rows: str, most: int, **more: Any) -> Any:
    """A table as high as its rows, at most so many pixels."""
    return v3.VTable(
        density="compact", fixed_header=True, height=(f"Math.min({most}, 60 + 40 * {rows}.length)",), **more
    )


def _plots(html: Any) -> None:
    """The report's own plots, dark on white in either theme."""
    html.Div(classes="sam-benchmark-plots mt-4", style=_PAPER, v_html=("benchmark_plots",))
