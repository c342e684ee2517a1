"""Finds what a row of results is about: the slice, the reference, what was predicted and the prompts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from SAMBenchmarkLib.core.options import STRATEGY_TITLES, BenchmarkOptions
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.report.pictures import SlicePicture
from SAMBenchmarkLib.scene.shown_object import ShownObject
from SAMBenchmarkLib.session.case_loading import LoadedCase
from SAMBenchmarkLib.session.case_sources import CaseSource, FileSource
from SAMBenchmarkLib.session.slice_pictures import picture_of_row
from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.core.geometry import plane_axis
from SAMSegmenterLib.core.prompts import Prompts

_GONE = "Run the evaluation again."


class StoredObjects:
    """Objects of an evaluation; one case is kept in memory at a time. Several threads may ask.

    Args:
        store: file of results.
        sources: all cases.
    """

    def __init__(self, store: Path, sources: Sequence[CaseSource]) -> None:
        self._store, self._sources = store, {source.case.name: source for source in sources}
        self._loaded: tuple[BenchmarkOptions, LoadedCase] | None = None

    def loaded(self, case: str, options: BenchmarkOptions) -> LoadedCase:
        """A case in memory.

        Raises:
            InputError: it is not there any more, or cannot be read.
        """
        kept = self._loaded  # an export may put another case there meanwhile
        if kept is not None and kept[0] == options and kept[1].case.name == case:
            return kept[1]
        kept = self._loaded = None
        if case not in self._sources:
            raise InputError(f"The case '{case}' is not at hand any more.", _GONE)
        loaded = self._sources[case].load(options)
        self._loaded = options, loaded
        return loaded

    def find(self, row: ResultRow, options: BenchmarkOptions) -> ShownObject:
        """What is to be seen of a row.

        Raises:
            InputError: its case has changed or is gone.
            StoreError: its mask is not stored any more.
        """
        loaded = self.loaded(row.case_id, options)
        if row.frame >= len(loaded.frames):
            raise InputError(f"The case '{row.case_id}' has changed since it was evaluated.", _GONE)
        volume, segmentation = loaded.frames[row.frame], loaded.segmentations[row.frame]
        axis = plane_axis(volume, row.plane)
        structure = next((one for one in segmentation.structures if one.value == row.label_value), None)
        if structure is None or row.slice >= volume.shape_kji[axis]:
            raise InputError(f"The case '{row.case_id}' has changed since it was evaluated.", _GONE)
        with ResultStore(self._store, read_only=True) as store:
            self._check_files(row, store)
            prediction = store.mask(row)
        prompts = Prompts.from_json(json.loads(row.prompts_json)) if row.prompts_json else None
        title = f"{row.strategy} {STRATEGY_TITLES.get(row.strategy, '')}".strip()
        reference = segmentation.mask(structure, axis, row.slice)
        about = (row.structure, f"{row.case_id}, slice {row.slice}, {title}")
        return ShownObject(volume, axis, row.slice, reference, prediction, prompts, *about)

    def _check_files(self, row: ResultRow, store: ResultStore) -> None:
        """Files may have been written anew; what is in memory stays what it was."""
        source, known = self._sources[row.case_id], store.case(row.option_hash, row.case_id)
        if isinstance(source, FileSource) and known is not None and known.fingerprint != source.fingerprint():
            raise InputError(f"The case '{row.case_id}' has changed since it was evaluated.", _GONE)

    def picture(self, row: ResultRow, options: BenchmarkOptions) -> SlicePicture | None:
        """The slice as the model saw it, for the report; None when the case is not at hand."""
        try:
            return picture_of_row(row, self.loaded(row.case_id, options), options)
        except SAMError:
            return None
