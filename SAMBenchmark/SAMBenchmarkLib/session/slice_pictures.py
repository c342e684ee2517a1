"""Images and references behind rows, for the report: from the store where they were kept, else from the files."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.evaluation import model_image
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.report.pictures import SlicePicture
from SAMBenchmarkLib.session.case_loading import LoadedCase, load_case
from SAMSegmenterLib.core.errors import SAMError
from SAMSegmenterLib.core.geometry import plane_axis
from SAMSegmenterLib.core.slicing import SlicePlane, extract

logger = logging.getLogger(__name__)


class SlicePictures:
    """Finds the picture of a row; use it as `picture_of`.

    Args:
        store: where pictures are kept; those made from files are added, so that a later report needs no files.
        cases: by name; without a case's files only kept pictures are found.
        loaded: a case that is in memory already.
    """

    def __init__(
        self,
        store: ResultStore,
        options: BenchmarkOptions,
        cases: Mapping[str, Case] | None = None,
        loaded: LoadedCase | None = None,
    ) -> None:
        self._store, self._options, self._cases = store, options, dict(cases or {})
        self._loaded = loaded

    def __call__(self, row: ResultRow) -> SlicePicture | None:
        """Slice and reference behind a row; None when neither the store nor the files have them."""
        kept = self._store.picture(row)
        if kept is not None:
            return SlicePicture(
                kept["rgb8"], kept["reference"], _pair(kept["spacing_yx"]), _matrix(kept["pixel_to_ras"])
            )
        loaded = self._load(row.case_id)
        if loaded is None:
            return None
        picture = picture_of_row(row, loaded, self._options)
        if picture is not None:
            self._store.save_picture(row, _arrays(picture))
        return picture

    def _load(self, name: str) -> LoadedCase | None:
        if self._loaded is not None and self._loaded.case.name == name:
            return self._loaded
        case = self._cases.pop(name, None)  # a case that cannot be read is not tried again
        if case is None:
            return None
        self._loaded = None  # one case at a time in memory
        try:
            self._loaded = load_case(case, self._options)
        except SAMError as error:
            logger.warning("no pictures of %s: %s", name, error)
            return None
        self._cases[name] = case
        return self._loaded


def picture_of_row(row: ResultRow, loaded: LoadedCase, options: BenchmarkOptions) -> SlicePicture | None:
    """The slice of a row as the model saw it, with the reference; None when the case does not have that object."""
    if row.frame >= len(loaded.frames):
        return None
    volume, segmentation = loaded.frames[row.frame], loaded.segmentations[row.frame]
    structure = next((s for s in segmentation.structures if s.value == row.label_value), None)
    axis = plane_axis(volume, row.plane)
    if structure is None or row.slice >= volume.shape_kji[axis]:
        return None
    image = extract(volume, SlicePlane.lattice(axis, row.slice), square_pixels=False)
    to_ras = volume.ijk_to_ras @ image.pixel_to_ijk if volume.has_spacing else None
    reference = segmentation.mask(structure, axis, row.slice)
    return SlicePicture(model_image(volume, image, options), reference, image.spacing_yx, to_ras)


def _arrays(picture: SlicePicture) -> dict[str, np.ndarray]:
    return {
        "rgb8": picture.rgb8,
        "reference": picture.reference,
        "spacing_yx": np.array(picture.spacing_yx or ()),
        "pixel_to_ras": np.zeros((0, 0)) if picture.pixel_to_ras is None else picture.pixel_to_ras,
    }


def _pair(values: np.ndarray) -> tuple[float, float] | None:
    return (float(values[0]), float(values[1])) if values.size == 2 else None


def _matrix(values: np.ndarray) -> np.ndarray | None:
    return values if values.size else None
