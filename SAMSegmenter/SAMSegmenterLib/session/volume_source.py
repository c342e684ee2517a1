"""A volume at hand in the form in which editing asks for one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import RasToRas
from SAMSegmenterLib.core.windowing import Window


@dataclass(frozen=True, eq=False)
class VolumeSource:
    """A volume at hand as a `Source`, and its own `SourceProvider`: for replays, and wherever nothing changes it.

    Args:
        volume: the volume.
        segmentation_to_volume, volume_to_segmentation: see `source_provider.Source`.
    """

    volume: Volume
    volume_id: str = "volume"
    token: Hashable = 0
    displayed: Window | None = None
    hounsfield: bool | None = None
    segmentation_to_volume: Matrix4 | RasToRas | None = None
    volume_to_segmentation: Matrix4 | RasToRas | None = None
    remarks: tuple[str, ...] = ()

    def source(self) -> VolumeSource:
        """Itself."""
        return self
