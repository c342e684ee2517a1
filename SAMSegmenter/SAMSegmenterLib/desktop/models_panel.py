"""A table of the models: which there are, and which are on this computer."""

from __future__ import annotations

from typing import Any

import qt
from slicer.i18n import tr as _

from SAMSegmenterLib.core.predictor import ModelSpec


class ModelsPanel:
    """Lists models.

    Args:
        logic: has `models()`.

    Attributes:
        widget: to be put into a layout.
    """

    def __init__(self, logic: Any) -> None:
        self._logic = logic
        self.widget = qt.QWidget()
        layout = qt.QVBoxLayout(self.widget)
        self._heading = qt.QLabel()
        self._heading.setWordWrap(True)
        self._table = qt.QTreeWidget()
        self._table.setObjectName("modelsTable")
        self._table.setRootIsDecorated(False)
        self._table.setHeaderLabels([_("Model"), _("On this computer"), _("Size"), _("Licence")])
        layout.addWidget(self._heading)
        layout.addWidget(self._table)
        layout.addWidget(qt.QLabel(_("For research. Not for diagnosis.")))
        self.refresh()

    def refresh(self) -> None:
        """List the models again."""
        specs = self._logic.models()
        installed = [spec.name for spec in specs if spec.path is not None]
        text = ", ".join(installed) if installed else _("none")
        self._heading.setText(_("Models on this computer: {models}").format(models=text))
        self._table.clear()
        for spec in specs:
            item = qt.QTreeWidgetItem(model_texts(spec))
            item.setToolTip(0, spec.summary)
            self._table.addTopLevelItem(item)
        for column in range(4):
            self._table.resizeColumnToContents(column)


def model_texts(spec: ModelSpec) -> list[str]:
    """A model's line in the table: name, whether it is installed, size, licence."""
    size = _("{size} MB").format(size=round(spec.bytes / 1e6)) if spec.bytes else ""
    return [spec.name, _("yes") if spec.path is not None else _("no"), size, spec.licence]
