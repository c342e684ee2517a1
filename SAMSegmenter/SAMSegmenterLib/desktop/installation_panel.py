"""The section "Installation": what is here, what would be installed, and a test that it works."""

from __future__ import annotations

import functools
import logging
from typing import Any

import qt
from slicer.i18n import tr as _

from SAMSegmenterLib.core.errors import Cancelled, SAMError
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.desktop.installation import Installation, NotInstalledError
from SAMSegmenterLib.desktop.installation_plan import TORCH, Found, Plan
from SAMSegmenterLib.desktop.installation_texts import (
    not_installed_text,
    package_line,
    plan_text,
    state_text,
    torchvision_line,
    torchvision_remark,
)
from SAMSegmenterLib.desktop.settings_store import read_preferences
from SAMSegmenterLib.desktop.texts import error_text, progress_text
from SAMSegmenterLib.desktop.tick import JobTick
from SAMSegmenterLib.models.known_models import BUNDLED
from SAMSegmenterLib.session.trial import Trial, try_model
from SAMSegmenterLib.session.worker import Job, Worker, shared_worker

logger = logging.getLogger(__name__)


class InstallationPanel:
    """Connects the widgets of the section with `Installation`.

    Args:
        ui: widgets by name.
        installation: looks, plans and installs.
        dialogs: asks, see `Dialogs`.
        parent: widget that owns timers.
        worker: of the test; the shared one when None.
    """

    def __init__(
        self, ui: Any, installation: Installation, dialogs: Any, parent: Any, worker: Worker | None = None
    ) -> None:
        self.ui, self._installation, self._dialogs, self._parent = ui, installation, dialogs, parent
        self._worker = worker
        self._job: Job | None = None
        self._tick: JobTick | None = None
        self._connections = [
            (ui.checkButton, self.refresh),
            (ui.installButton, self.onInstallClicked),
            (ui.tryButton, self.onTryClicked),
        ]
        for button, slot in self._connections:
            button.connect("clicked()", slot)
        self.refresh()

    def cleanup(self) -> None:
        """Let go of everything; an installation under way goes on."""
        if self._tick is not None:
            self._tick.stop()
            self._tick = None
            self._job.stop()
        for button, slot in self._connections:
            button.disconnect("clicked()", slot)
        self._connections = []

    def refresh(self) -> None:
        """Look again at what is installed."""
        if not self._connections:
            return
        found, plan = self._installation.found(), self._installation.plan()
        self.ui.packagesTable.clear()
        torch = _torch_version(found)
        for line in (*map(package_line, found), torchvision_line(plan.torchvision, torch)):
            self.ui.packagesTable.addTopLevelItem(qt.QTreeWidgetItem(line))
        for column in range(4):
            self.ui.packagesTable.resizeColumnToContents(column)
        remark = torchvision_remark(plan.torchvision, torch)
        self.ui.installationLabel.setText("\n".join(filter(None, (state_text(plan), remark))))
        self._updateButtons(plan)

    def onInstallClicked(self) -> None:
        """Show the plan, ask, install."""
        self._installation.run(self._consents, self.onInstalled)
        if self._installation.is_running:
            self.ui.installationLabel.setText(_("Installing ... The log is in the Python console."))
        self._updateButtons()

    def onInstalled(self, error: BaseException | None, changed: tuple[str, ...]) -> None:
        """Say how it went, and what of others was touched all the same."""
        if not self._connections:
            return
        self.refresh()
        if isinstance(error, Cancelled):
            text = _("Nothing was installed.")
        elif error is not None:
            self._log(error)
            text = self._failure_text(error)
        elif not changed:
            text = _("Installed. Press Test to see that it works.")
        else:
            text = _("Installed.")
        if changed:
            text += "\n" + _("These packages changed as well: {packages}. Restart Slicer.").format(
                packages=", ".join(changed)
            )
        self.ui.installationLabel.setText(text)

    def onTryClicked(self) -> None:
        """Load the bundled model and segment a small image, on the worker."""
        preferences = read_preferences()
        load = functools.partial(preferences.load, BUNDLED, preferences.device, "float32")
        worker = self._worker if self._worker is not None else shared_worker()
        self._job = worker.submit(functools.partial(try_model, load))
        self.ui.installationLabel.setText(_("Testing ..."))
        self._tick = JobTick(self._job, self._onProgress, self._onTried, self._parent)
        self._updateButtons()

    def _onProgress(self, event: ProgressEvent) -> None:
        self.ui.installationLabel.setText(progress_text(event))

    def _onTried(self, job: Job[Trial]) -> None:
        self._tick = self._job = None
        try:
            text = _trial_text(job.result())
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must read about it here
            self._log(error)
            text = error_text(error)
        self.ui.installationLabel.setText(text)
        self._updateButtons()

    def _failure_text(self, error: BaseException) -> str:
        """What is in the way says more than what is therefore missing."""
        if not isinstance(error, NotInstalledError):
            return error_text(error)
        plan = self._installation.plan()
        return state_text(plan) if plan.has_obstacles else not_installed_text(error)

    def _consents(self, plan: Plan) -> bool:
        return self._dialogs.confirm(
            _("Install packages"), _("Install what the models need?"), plan_text(plan), _("Install")
        )

    def _updateButtons(self, plan: Plan | None = None) -> None:
        plan = plan if plan is not None else self._installation.plan()
        idle = not self._installation.is_running and self._tick is None
        self.ui.installButton.setEnabled(idle and plan.is_possible)
        self.ui.tryButton.setEnabled(idle and not plan.is_needed)
        self.ui.checkButton.setEnabled(idle)

    def _log(self, error: BaseException) -> None:
        if isinstance(error, SAMError | Cancelled):
            logger.info("Shown to the user: %s", error)
        else:
            logger.error("The installation or its test failed.", exc_info=error)


def _torch_version(found: tuple[Found, ...]) -> str:
    return next((package.version for package in found if package.needed is TORCH), "")


def _trial_text(trial: Trial) -> str:
    text = _(
        "{model} works on {device}: loaded in {load} s, slice prepared in {encode} s, click answered in {click} ms."
    ).format(
        model=trial.model,
        device=trial.device,
        load=f"{trial.load_seconds:.1f}",
        encode=f"{trial.encode_seconds:.2f}",
        click=round(1000 * trial.click_seconds),
    )
    if trial.dice < 0.8:
        text += "\n" + _("But it did not find the disc in the test image (Dice {dice}): verify the model.").format(
            dice=f"{trial.dice:.2f}"
        )
    return text
