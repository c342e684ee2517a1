"""A workspace on a phantom, with a model whose answer is known and a worker that works when it is told to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.workspace.case import WorkspaceCase
from SAMSegmenterLib.workspace.case_keeper import CaseKeeper
from SAMSegmenterLib.workspace.controller import WorkspaceController
from SAMSegmenterLib.workspace.opening import Opened
from support.editing import StepWorker
from support.effect_service import a_service
from support.phantoms import matrix, two_boxes_volume

IN_FIRST, IN_SECOND = (12.0, 12.0), (36.0, 25.0)
"""Places (u, v) of the axial view inside the two boxes: the phantom lies as it is shown."""


@dataclass
class WorkspaceDesk:
    """A workspace and its worker."""

    controller: WorkspaceController
    worker: StepWorker

    @property
    def messages(self) -> str:
        """All notices."""
        return "\n".join(str(notice) for notice in self.controller.session.notices)

    def settle(self) -> None:
        """Run all jobs and tick until nothing happens any more."""
        for _ in range(200):
            ran = self.worker.run_next()
            changed = self.controller.tick()
            if not ran and not changed and self.worker.is_idle:
                return
        raise AssertionError("the workspace does not come to rest")

    def voxels(self, row: int = 0) -> int:
        """How many voxels the segment of a row has."""
        writer = self.controller.case.writers.writer()
        return int(writer.segment_on(self.controller.case.segments()[row].id, writer.lattice().extent).sum())


def a_workspace_desk(volume: Volume | None = None, labels: Segmentation | None = None) -> WorkspaceDesk:
    """A workspace on a volume, two boxes as scanners store them by default; its worker has nothing to do yet."""
    volume = volume if volume is not None else two_boxes_volume(ijk_to_ras=matrix(lps=True))[0]
    worker = StepWorker()
    service = a_service(worker=worker)
    service.choose("threshold", "cpu")
    desk = WorkspaceDesk(WorkspaceController(WorkspaceCase(volume, labels), service), worker)
    desk.settle()
    return desk


@dataclass
class KeeperDesk:
    """A workspace whose case can be exchanged and is kept, and its worker."""

    keeper: CaseKeeper
    worker: StepWorker

    @property
    def controller(self) -> WorkspaceController:
        """Of the case at hand."""
        return self.keeper.controller

    @property
    def messages(self) -> str:
        """All notices."""
        return WorkspaceDesk(self.controller, self.worker).messages

    def settle(self) -> None:
        """Run all jobs and tick until nothing happens any more."""
        WorkspaceDesk(self.controller, self.worker).settle()
        self.keeper.tick()

    def voxels(self, row: int = 0) -> int:
        """How many voxels the segment of a row has."""
        return WorkspaceDesk(self.controller, self.worker).voxels(row)


def a_keeper_desk(folder: Path, volume: Volume | None = None) -> KeeperDesk:
    """A workspace on a volume, two boxes as scanners store them by default, that keeps its work in a folder."""
    volume = volume if volume is not None else two_boxes_volume(ijk_to_ras=matrix(lps=True))[0]
    worker = StepWorker()
    service = a_service(worker=worker)
    service.choose("threshold", "cpu")
    desk = KeeperDesk(CaseKeeper(service, folder, Opened(volume)), worker)
    desk.settle()
    return desk
