"""What a file holds, before it is decided whether that is an image or labels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True, eq=False)
class StoredImage:
    """Pixels as they were stored, with their place.

    Args:
        frames: arrays of equal shape, (K, J, I) or (K, J, I, 3 or 4); several for time points, echoes and the like.
        ijk_to_ras: (4, 4), common to all frames.
        has_spacing: False when the file does not say how large a pixel is.
        name: for display; holds no patient data.
        notes: what the user should know about how it was read, one sentence each.
        metadata: text fields of the file (NRRD only).
    """

    frames: tuple[np.ndarray, ...]
    ijk_to_ras: Matrix4
    has_spacing: bool = True
    name: str = ""
    notes: tuple[str, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
