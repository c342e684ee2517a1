"""Stored masks of one case put together again: one segmentation per strategy and mask selection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from SAMBenchmarkLib.core.options import SELECTIONS, STRATEGY_TITLES, TABLE_ORDER
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.store import ResultStore
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import StoreError
from SAMSegmenterLib.core.geometry import Volume, plane_axis
from SAMSegmenterLib.core.reference import Segmentation, Structure

SHORT_SELECTION_TITLES = {"oracle": "oracle", "predicted_iou": "predicted IoU", "first": "first candidate"}


def prediction_name(strategy: str, selection: str) -> str:
    """Name of a predicted segmentation, as in "S5 box (predicted IoU)"."""
    title = f"{strategy} {STRATEGY_TITLES.get(strategy, '')}".strip()
    return f"{title} ({SHORT_SELECTION_TITLES.get(selection, selection)})"


def predictions_as_segmentations(
    store: ResultStore, option_hash: str, case_id: str, frame: int, volume: Volume, segmentation: Segmentation
) -> Mapping[str, Segmentation]:
    """Everything that was predicted for one frame of a case.

    Args:
        volume: the frame that was evaluated.
        segmentation: its reference, on the volume's lattice; gives the structures and their names.

    Returns:
        Segmentations by `prediction_name`: the strategies selected by predicted IoU first, then the other selections.
        Each is put together when it is asked for, so that only one of them needs memory at a time; the store must stay
        open. Slices that were not evaluated are empty. Every structure of the reference is there, if need be empty.
    """
    found: dict[tuple[str, str], list[ResultRow]] = {}
    for row in store.rows(option_hash, case_id=case_id, frame=frame):
        if not (row.variant or row.round or row.repeat):
            found.setdefault((row.selection, row.strategy), []).append(row)
    names = TABLE_ORDER
    order = ("predicted_iou", *(name for name in SELECTIONS if name != "predicted_iou"))
    keys = sorted(found, key=lambda key: (order.index(key[0]), names.index(key[1])))
    by_name = {prediction_name(strategy, selection): found[selection, strategy] for selection, strategy in keys}
    return PredictedSegmentations(store, by_name, volume, segmentation)


@dataclass(frozen=True, eq=False)
class PredictedSegmentations(Mapping[str, Segmentation]):
    """Segmentations by name, put together when asked for."""

    store: ResultStore
    rows: dict[str, list[ResultRow]]
    volume: Volume
    reference: Segmentation

    def __getitem__(self, name: str) -> Segmentation:
        layers = _Layers(self.volume.shape_kji, len(self.reference.structures))
        structures = []
        for number, structure in enumerate(self.reference.structures, start=1):
            slices = [
                (plane_axis(self.volume, row.plane), row.slice, self._mask(row))
                for row in self.rows[name]
                if row.label_value == structure.value
            ]
            structures.append(Structure(structure.value, structure.name, layers.place(slices, number), number))
        result = replace(self.reference, layers=tuple(layers.arrays), ijk_to_ras=self.volume.ijk_to_ras)
        return replace(result, structures=tuple(structures))

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def _mask(self, row: ResultRow) -> Mask:
        mask = self.store.mask(row)
        axis = plane_axis(self.volume, row.plane)
        expected = tuple(n for other, n in enumerate(self.volume.shape_kji) if other != axis)
        if mask.shape != expected or not 0 <= row.slice < self.volume.shape_kji[axis]:
            raise StoreError(
                f"The stored masks of {row.case_id} do not fit the volume: {mask.shape} pixels instead of {expected}.",
                "The volume has changed since it was evaluated; run the evaluation again into a new folder.",
            )
        return mask


class _Layers:
    """Label arrays that structures are laid into; a structure that would cover another one goes into the next."""

    def __init__(self, shape: tuple[int, int, int], structures: int) -> None:
        self._shape, self._dtype = shape, np.uint8 if structures < 256 else np.uint16
        self.arrays = [np.zeros(shape, self._dtype)]

    def place(self, slices: list[tuple[int, int, Mask]], value: int) -> int:
        """Write a structure's slices (axis, index, mask) with a value; returns the layer's number."""
        free = (
            number
            for number, array in enumerate(self.arrays)
            if not any((_slice(array, axis, index)[mask] != 0).any() for axis, index, mask in slices)
        )
        layer = next(free, len(self.arrays))
        if layer == len(self.arrays):
            self.arrays.append(np.zeros(self._shape, self._dtype))
        for axis, index, mask in slices:
            _slice(self.arrays[layer], axis, index)[mask] = value
        return layer


def _slice(array: np.ndarray, axis: int, index: int) -> np.ndarray:
    """One slice as a view that can be written."""
    return np.moveaxis(array, axis, 0)[index]
