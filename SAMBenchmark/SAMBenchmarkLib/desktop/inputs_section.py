"""The part of the panel that chooses cases: pairs of nodes in the scene, or a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from SAMBenchmarkLib.core.modalities import MODALITIES
from SAMBenchmarkLib.desktop.panel_section import PanelSection
from SAMBenchmarkLib.desktop.texts import error_text, pair_text
from SAMBenchmarkLib.scene.node_pairs import NodePair, pair_problem, references_in, suggested_pairs, volumes_in
from SAMBenchmarkLib.session.panel_choices import FOLDER, SCENE
from SAMBenchmarkLib.session.scene_evaluation import Inputs, inputs_from_folder, inputs_from_nodes
from SAMSegmenterLib.core.errors import InputError, SAMError

_VOLUME, _REFERENCE, _STATE = range(3)
_HEADER_PIXELS, _MOST_PIXELS = 32, 190
"""Height of the table of pairs; more volumes are scrolled through."""


class InputsSection(PanelSection):
    """Pairs of nodes, a folder, and the modality."""

    def __init__(self, ui: Any, dialogs: Any, on_changed: Callable[[], None]) -> None:
        super().__init__(ui, dialogs, on_changed)
        self._pairs: list[NodePair] = []
        self._boxes: list[Any] = []
        self._chosen: dict[str, str] = {}  # node IDs that the user paired by hand; empty for no reference
        self._left_out: set[str] = set()
        self._fill()
        self._follow(
            [
                (ui.sourceSelector, "currentIndexChanged(int)", self._source_changed),
                (ui.pairsTable, "itemChanged(QTableWidgetItem*)", self._item_changed),
                (ui.folderEdit, "editingFinished()", self._folder_changed),
                (ui.folderButton, "clicked()", self._choose_folder),
                (ui.modalitySelector, "currentTextChanged(QString)", self._changed),
            ]
        )
        self._show_source()
        self.refresh()

    def _fill(self) -> None:
        self.ui.sourceSelector.addItem(_("volumes in the scene"), SCENE)
        self.ui.sourceSelector.addItem(_("files in a folder"), FOLDER)
        self.ui.modalitySelector.addItems(["", *MODALITIES])
        table = self.ui.pairsTable
        table.setColumnCount(3)
        table.setHorizontalHeaderLabels([_("Volume"), _("Reference"), _("State")])
        table.verticalHeader().setVisible(False)
        for column, mode in ((_VOLUME, "Stretch"), (_REFERENCE, "Stretch"), (_STATE, "ResizeToContents")):
            table.horizontalHeader().setSectionResizeMode(column, getattr(qt.QHeaderView, mode))

    def cleanup(self) -> None:
        """Let go of widgets and nodes."""
        super().cleanup()
        self._pairs = []

    # What is chosen

    @property
    def source(self) -> str:
        """`SCENE` or `FOLDER`."""
        return self.ui.sourceSelector.currentData or SCENE

    @property
    def modality(self) -> str:
        """Of all cases."""
        return self.ui.modalitySelector.currentText.strip()

    def pairs(self) -> list[NodePair]:
        """Checked pairs that can be evaluated, as far as that is known."""
        return [pair for number, pair in enumerate(self._pairs) if self._is_checked(number) and not _problem(pair)]

    def missing(self) -> str:
        """What has to be chosen before a run; empty when nothing is missing."""
        if self.source == FOLDER:
            return "" if self.ui.folderEdit.text.strip() else _("Choose a folder.")
        if not self._pairs:
            return _("Load a volume and a segmentation of it.")
        return "" if self.pairs() else _("Check at least one volume that has a reference.")

    def inputs(self) -> Inputs:
        """Copies of what is chosen.

        Raises:
            InputError: it cannot be used.
        """
        if self.source == FOLDER:
            return inputs_from_folder(Path(self.ui.folderEdit.text.strip()).expanduser(), self.modality)
        checked = [pair for number, pair in enumerate(self._pairs) if self._is_checked(number)]
        if not checked:
            raise InputError(_("No volume is chosen."), _("Check at least one volume."))
        return inputs_from_nodes(checked, self.modality)

    def hand_made_pairs(self) -> dict[str, str]:
        """Node ID of the reference by node ID of the volume, of all pairs as they are."""
        return {pair.volume.GetID(): pair.reference.GetID() for pair in self._pairs if pair.reference is not None}

    def restore(self, source: str, folder: str, modality: str, pairs: dict[str, str]) -> None:
        """Choose what a scene keeps."""
        self._filling = True
        self.ui.sourceSelector.setCurrentIndex(max(0, self.ui.sourceSelector.findData(source)))
        self.ui.folderEdit.setText(folder)
        self.ui.modalitySelector.setEditText(modality)
        self._chosen = dict(pairs)
        self._left_out = set()
        self._filling = False
        self._show_source()
        self.refresh()
        if self.source == FOLDER:
            self._show_info()

    def forget(self) -> None:
        """The scene was closed."""
        self._chosen, self._left_out = {}, set()
        self.refresh()

    # The table of pairs

    def refresh(self) -> None:
        """List the volumes of the scene again; what the user chose stays while its nodes are there."""
        volumes, references = volumes_in(slicer.mrmlScene), references_in(slicer.mrmlScene)
        by_id = {node.GetID(): node for node in references}
        chosen = {
            volume: by_id.get(node_id) for volume, node_id in self._chosen.items() if not node_id or node_id in by_id
        }
        self._pairs = [
            NodePair(pair.volume, chosen.get(pair.volume.GetID(), pair.reference))
            for pair in suggested_pairs(volumes, references)
        ]
        self._filling = True
        table = self.ui.pairsTable
        table.setRowCount(0)
        table.setRowCount(len(self._pairs))
        self._boxes = []
        for number, pair in enumerate(self._pairs):
            self._fill_row(number, pair, references)
        table.resizeRowsToContents()
        _fit_height(table)
        self._filling = False
        if self.source == SCENE:  # looking through a folder can take long, and nodes come and go often
            self._show_info()

    def _fill_row(self, number: int, pair: NodePair, references: list[Any]) -> None:
        table = self.ui.pairsTable
        item = qt.QTableWidgetItem(pair.volume.GetName())
        item.setToolTip(pair.volume.GetName())
        item.setFlags(qt.Qt.ItemIsUserCheckable | qt.Qt.ItemIsEnabled)
        left_out = pair.volume.GetID() in self._left_out
        item.setCheckState(qt.Qt.Unchecked if left_out or pair.reference is None else qt.Qt.Checked)
        table.setItem(number, _VOLUME, item)
        box = qt.QComboBox()
        box.setSizeAdjustPolicy(qt.QComboBox.AdjustToMinimumContentsLengthWithIcon)
        box.addItem(_("(none)"), "")
        for node in references:
            box.addItem(node.GetName(), node.GetID())
        box.setCurrentIndex(max(0, box.findData(pair.reference.GetID()) if pair.reference is not None else 0))
        box.connect("currentIndexChanged(int)", lambda _index, row=number: self._reference_changed(row))
        table.setCellWidget(number, _REFERENCE, box)
        self._boxes.append(box)
        state = qt.QTableWidgetItem(pair_text(_problem(pair)))
        state.setFlags(qt.Qt.ItemIsEnabled)
        table.setItem(number, _STATE, state)

    def _is_checked(self, row: int) -> bool:
        item = self.ui.pairsTable.item(row, _VOLUME)
        return item is not None and item.checkState() == qt.Qt.Checked

    def _reference_changed(self, row: int) -> None:
        if self._filling:
            return
        volume = self._pairs[row].volume
        reference = slicer.mrmlScene.GetNodeByID(self._boxes[row].currentData or "")
        self._pairs[row] = NodePair(volume, reference)
        self._chosen[volume.GetID()] = reference.GetID() if reference is not None else ""
        self._filling = True
        self.ui.pairsTable.item(row, _STATE).setText(pair_text(_problem(self._pairs[row])))
        self.ui.pairsTable.item(row, _VOLUME).setCheckState(qt.Qt.Checked if reference is not None else qt.Qt.Unchecked)
        self._filling = False
        self._changed()

    def _item_changed(self, item: Any) -> None:
        if self._filling or item.column() != _VOLUME:
            return
        node_id = self._pairs[item.row()].volume.GetID()
        if item.checkState() == qt.Qt.Checked:
            self._left_out.discard(node_id)
        else:
            self._left_out.add(node_id)
        self._changed()

    # The folder

    def _choose_folder(self) -> None:
        if self._chosen_folder(_("Images and references"), self.ui.folderEdit):
            self._folder_changed()

    def _folder_changed(self) -> None:
        self._show_info()
        self._changed()

    def _source_changed(self, _index: int = 0) -> None:
        self._show_source()
        self._show_info()
        self._changed()

    def _show_source(self) -> None:
        files = self.source == FOLDER
        self.ui.pairsTable.setVisible(not files)
        for name in ("folderLabel", "folderEdit", "folderButton"):
            getattr(self.ui, name).setVisible(files)

    def _show_info(self) -> None:
        text = ""
        if self.source == FOLDER and self.ui.folderEdit.text.strip():
            try:
                found = self.inputs()
                text = "\n".join([_("{n} cases found.").format(n=len(found.sources)), *found.notes])
            except SAMError as error:
                text = error_text(error)
        elif self.source == SCENE and not self._pairs:
            text = _("The scene holds no volume yet.")
        self.ui.inputsInfoLabel.setTextFormat(qt.Qt.PlainText)
        self.ui.inputsInfoLabel.setText(text)
        self.ui.inputsInfoLabel.setVisible(bool(text))


def _problem(pair: NodePair) -> str:
    return pair_problem(pair.volume, pair.reference)


def _fit_height(table: Any) -> None:
    """As high as its rows, within limits."""
    rows = sum(table.rowHeight(row) for row in range(table.rowCount))
    height = min(_MOST_PIXELS, _HEADER_PIXELS + rows)
    table.setMinimumHeight(height)
    table.setMaximumHeight(height)
