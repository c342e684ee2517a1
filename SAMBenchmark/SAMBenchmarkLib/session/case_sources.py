"""Where the cases of an evaluation come from: files, or volumes that are in memory already."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session import fingerprint as files
from SAMBenchmarkLib.session.case_loading import LoadedCase, load_case, planned_case
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation


class CaseSource(Protocol):
    """A case that can be loaded again and again."""

    @property
    def case(self) -> Case:
        """Name and facts."""
        ...

    def fingerprint(self) -> str:
        """Another one means that the case has changed."""
        ...

    def load(self, options: BenchmarkOptions) -> LoadedCase:
        """The case in memory, with its slices planned; InputError when it cannot be used."""
        ...


@dataclass(frozen=True)
class FileSource:
    """A case in files."""

    case: Case

    def fingerprint(self) -> str:
        """Of sizes and dates; no file is read."""
        return files.fingerprint(self.case)

    def load(self, options: BenchmarkOptions) -> LoadedCase:
        """Read the files.

        Raises:
            InputError: see `load_case`.
        """
        return load_case(self.case, options)


@dataclass(frozen=True, eq=False)
class MemorySource:
    """A case in memory.

    Args:
        segmentation: all structures, on the volume's lattice.
        notes: what the user should know about it.
    """

    case: Case
    volume: Volume
    segmentation: Segmentation
    notes: tuple[str, ...] = ()

    def fingerprint(self) -> str:
        """Of every voxel, the place and the structures."""
        digest = hashlib.blake2b(digest_size=20)
        for array in (self.volume.array, self.volume.ijk_to_ras, *self.segmentation.layers):
            digest.update(f"{array.dtype} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
        digest.update(repr((self.segmentation.structures, self.volume.has_spacing, self.case.modality)).encode())
        return digest.hexdigest()

    def load(self, options: BenchmarkOptions) -> LoadedCase:
        """Plan the slices.

        Raises:
            InputError: no object is large enough.
        """
        return planned_case(self.case, [self.volume], [self.segmentation], self.notes, options)
