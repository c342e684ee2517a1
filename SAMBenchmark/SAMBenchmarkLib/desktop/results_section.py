"""The part of the panel that shows results: tables, single objects, plots, and export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from SAMBenchmarkLib.core.object_tables import WORST_FIRST
from SAMBenchmarkLib.desktop.texts import table_title
from SAMBenchmarkLib.scene.shown_chart import show_chart
from SAMBenchmarkLib.session.evaluate_nodes import Published

_FIRST_TABLE = "dice_predicted_iou"
_ROW_PIXELS = 24


class ResultsSection:
    """Tables, objects and plots of the last evaluation.

    Args:
        ui: widgets by name.
        evaluation: has `show(row, options)`, `hide()` and `has_results`.
        on_error: shows an error.
        on_export: called when the user wants to export.
    """

    def __init__(
        self,
        ui: Any,
        evaluation: Any,
        on_error: Callable[[BaseException], None],
        on_export: Callable[[], None],
    ) -> None:
        self.ui, self._evaluation = ui, evaluation
        self._on_error, self._on_export = on_error, on_export
        self._published: Sequence[Published] = ()
        self._tables: dict[str, str] = {}
        self._rank, self._busy = 0, False
        self._connections = [
            (ui.resultModelSelector, "currentIndexChanged(int)", self._model_changed),
            (ui.resultSelector, "currentIndexChanged(int)", self._table_changed),
            (ui.tableView, "clicked(QModelIndex)", self._clicked),
            (ui.previousButton, "clicked()", self._previous),
            (ui.nextButton, "clicked()", self._next),
            (ui.hideButton, "clicked()", self._hide),
            (ui.plotButton, "clicked()", self._plot),
            (ui.exportButton, "clicked()", self._export),
        ]
        for widget, signal, slot in self._connections:
            widget.connect(signal, slot)
        ui.tableView.horizontalHeader().setHighlightSections(False)
        ui.tableView.verticalHeader().setDefaultSectionSize(_ROW_PIXELS)
        self.forget()

    def cleanup(self) -> None:
        """Let go of widgets and nodes."""
        for widget, signal, slot in self._connections:
            widget.disconnect(signal, slot)
        self._connections = []
        self._published = ()

    def show(self, published: Sequence[Published]) -> None:
        """Offer the results of an evaluation, and show the Dice table first."""
        self._published = published
        selector = self.ui.resultModelSelector
        selector.blockSignals(True)
        selector.clear()
        for one in published:
            selector.addItem(one.results.run.model, one.results.run.model)
        selector.blockSignals(False)
        selector.setVisible(len(published) > 1)
        self._model_changed()
        self.ui.resultsButton.collapsed = not published

    def forget(self) -> None:
        """The results are gone."""
        self._published = ()
        self.ui.resultModelSelector.clear()
        self.ui.resultModelSelector.setVisible(False)
        self._model_changed()

    def set_busy(self, busy: bool) -> None:
        """While something is under way nothing is exported."""
        self._busy = busy
        self._update_buttons()

    def _update_buttons(self) -> None:
        there = self._current() is not None
        worst = there and self.ui.resultSelector.currentData == self._tables.get(WORST_FIRST)
        count = len(self._current().results.worst) if there else 0
        self.ui.previousButton.setEnabled(worst and self._rank > 1)
        self.ui.nextButton.setEnabled(worst and self._rank < count)
        self.ui.hideButton.setEnabled(there and self._rank > 0)
        self.ui.plotButton.setEnabled(there and self.ui.plotSelector.count > 0)
        self.ui.exportButton.setEnabled(there and not self._busy and self._evaluation.has_results)
        self.ui.exportSceneCheckBox.setEnabled(self.ui.exportButton.enabled)

    def charts(self) -> list[Any]:
        """Chart nodes of the chosen model."""
        current = self._current()
        return current.charts if current is not None else []

    # Tables

    def _current(self) -> Published | None:
        number = self.ui.resultModelSelector.currentIndex
        return self._published[number] if 0 <= number < len(self._published) else None

    def _model_changed(self, _index: int = 0) -> None:
        """List the tables and charts of the chosen model."""
        current = self._current()
        tables = current.tables if current is not None else []
        self._tables = {node.GetAttribute("SAMBenchmark.Name"): node.GetID() for node in tables}
        self._list(self.ui.resultSelector, [(table_title(n.GetDescription() or n.GetName()), n) for n in tables])
        self._list(self.ui.plotSelector, [(table_title(n.GetTitle()), n) for n in self.charts()])
        self.ui.resultSelector.setCurrentIndex(
            max(0, self.ui.resultSelector.findData(self._tables.get(_FIRST_TABLE, "")))
        )
        self._table_changed()

    def _list(self, selector: Any, lines: list[tuple[str, Any]]) -> None:
        selector.blockSignals(True)
        selector.clear()
        for text, node in lines:
            selector.addItem(text, node.GetID())
        selector.blockSignals(False)
        selector.setEnabled(bool(lines))

    def _table_changed(self, _index: int = 0) -> None:
        node_id = self.ui.resultSelector.currentData
        node = slicer.mrmlScene.GetNodeByID(node_id) if node_id else None
        self.ui.tableView.setMRMLTableNode(node)
        self.ui.tableView.resizeColumnsToContents()
        self.ui.resultSelector.setToolTip(node.GetDescription() if node is not None else "")
        self._rank = 0
        worst = node is not None and node_id == self._tables.get(WORST_FIRST)
        for name in ("previousButton", "nextButton", "hideButton"):
            getattr(self.ui, name).setVisible(worst)
        self._say(_("Click a row to see that object in the slice views.") if worst else "")
        self._update_buttons()

    # Objects

    def _clicked(self, index: Any) -> None:
        if self.ui.resultSelector.currentData != self._tables.get(WORST_FIRST):
            return
        first = index.sibling(index.row(), 0).data()  # the rank, also where the user sorted the table
        self.show_object(int(float(first)))

    def show_object(self, rank: int) -> None:
        """Show the object of this place in the list of the worst, 1 for the worst."""
        current = self._current()
        if current is None or not 1 <= rank <= len(current.results.worst):
            return
        row = current.results.worst[rank - 1]
        try:
            self._evaluation.show(row, current.results.run.options)
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must read about it here
            self._on_error(error)
            return
        self._rank = rank
        text = _(
            "{rank}: {structure}, {case}, slice {slice}, {strategy}: DICE {dice} %. Green: reference, red: prediction."
        )
        dice = "-" if row.dice != row.dice else f"{100 * row.dice:.1f}"
        about = {"rank": rank, "structure": row.structure, "case": row.case_id, "slice": row.slice}
        self._say(text.format(strategy=row.strategy, dice=dice, **about))
        self._update_buttons()

    def _previous(self) -> None:
        self._step(-1)

    def _next(self) -> None:
        self._step(1)

    def _step(self, by: int) -> None:
        self.show_object(self._rank + by)
        model = self.ui.tableView.model()
        for row in range(model.rowCount()):
            if str(model.index(row, 0).data()) == str(self._rank):
                self.ui.tableView.selectRow(row)
                return

    def _hide(self) -> None:
        self._evaluation.hide()
        self._rank = 0
        self._say("")
        self._update_buttons()

    def _say(self, text: str) -> None:
        self.ui.objectLabel.setTextFormat(qt.Qt.PlainText)
        self.ui.objectLabel.setText(text)
        self.ui.objectLabel.setVisible(bool(text))

    # Plots and export

    def _plot(self) -> None:
        node = slicer.mrmlScene.GetNodeByID(self.ui.plotSelector.currentData or "")
        try:
            if node is not None:
                show_chart(node)
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must read about it here
            self._on_error(error)

    def _export(self) -> None:
        self._on_export()
