"""What an editing session asks about the volume that a slice view shows.

The scene, or whoever holds the volume, fits these protocols without importing them. Everything is called on the main
thread; voxels reach the worker only as copies of slices that the session cuts out itself.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import RasToRas
from SAMSegmenterLib.core.windowing import Window


class Source(Protocol):
    """A volume as it is at one moment. All attributes are read-only.

    Attributes:
        volume: its voxels and their place. The array may be a view of the scene's own memory: the session reads slices
            of it at once, on the main thread, and keeps no reference to it in any job.
        volume_id: which volume this is, and which frame of it; stays the same while its voxels change.
        token: compared with ==; differs as soon as voxels, frame or place differ.
        displayed: window that the viewer shows it with; None for colour, or where there is no viewer.
        hounsfield: True for CT numbers, False for others, None when nobody knows.
        segmentation_to_volume: RAS of the segmentation's lattice to RAS of `volume.ijk_to_ras`, a (4, 4) matrix or a
            function of (N, 3) points; None when both are the same.
        volume_to_segmentation: the other way.
        remarks: what the user should know about volume and window: the view shows another volume than the one that is
            segmented, a second one lies over it, or its colour table is inverted.
    """

    @property
    def volume(self) -> Volume: ...
    @property
    def volume_id(self) -> str: ...
    @property
    def token(self) -> Hashable: ...
    @property
    def displayed(self) -> Window | None: ...
    @property
    def hounsfield(self) -> bool | None: ...
    @property
    def segmentation_to_volume(self) -> Matrix4 | RasToRas | None: ...
    @property
    def volume_to_segmentation(self) -> Matrix4 | RasToRas | None: ...
    @property
    def remarks(self) -> tuple[str, ...]: ...


class SourceProvider(Protocol):
    """Knows which volume is segmented."""

    def source(self) -> Source | None:
        """The volume now; None when there is none, because it was removed or the scene was closed.

        Called on the main thread at every tick and before every use. It must be quick (well below 1 ms) when nothing
        changed: whoever provides it compares modification times and returns the same object again.

        Raises:
            InputError: there is a volume that cannot be used; the hint says what to do.
        """
        ...
