"""`sam-segment` run on phantoms with a predictor that is exact."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from SAMSegmenterLib.cli.sam_segment import main
from SAMSegmenterLib.cli.segment_job import ModelChoice
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.files.labels import read_labels
from SAMSegmenterLib.files.writing import write_labels
from support.case_files import write_volume
from support.fake_predictor import ThresholdPredictor
from support.phantoms import two_boxes_volume


@dataclass
class Bench:
    """A folder with the two boxes as files, and the command run in it.

    Attributes:
        asked: which models the command loaded.
    """

    folder: Path
    volume: Volume
    truth: Segmentation
    predictor: Predictor = field(default_factory=ThresholdPredictor)
    asked: list[ModelChoice] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path, **phantom: Any) -> Bench:
        """With "volume.nrrd" and "truth.seg.nrrd" in the folder."""
        volume, truth = two_boxes_volume(**phantom)
        write_volume(folder / "volume.nrrd", volume)
        write_labels(folder / "truth.seg.nrrd", truth)
        return cls(folder, volume, truth)

    def run(self, *arguments: str, output: str = "out.seg.nrrd", volume: bool = True) -> int:
        """Exit code of the command; words that name a file of the folder become its path."""
        named = ["--volume", str(self.folder / "volume.nrrd")] if volume else []
        words = [str(self.folder / word) if (self.folder / word).exists() else word for word in arguments]
        return main([*named, *words, "--output", str(self.folder / output)], self._load)

    def json(self, name: str, contents: Any) -> str:
        """Write a JSON file and return its name."""
        (self.folder / name).write_text(json.dumps(contents), encoding="utf-8")
        return name

    def result(self, output: str = "out.seg.nrrd") -> Segmentation:
        """What the command wrote."""
        return read_labels(self.folder / output)

    def labels(self, output: str = "out.seg.nrrd") -> np.ndarray:
        """(K, J, I) label values that the command wrote."""
        (layer,) = self.result(output).layers
        return layer

    @property
    def files(self) -> set[str]:
        """Names of the files in the folder that were not there at the start."""
        return {path.name for path in self.folder.iterdir()} - {"volume.nrrd", "truth.seg.nrrd"}

    def _load(self, choice: ModelChoice) -> Predictor:
        self.asked.append(choice)
        return self.predictor


def boxes_around(truth: Segmentation, axis: int = 0) -> list[dict[str, Any]]:
    """Structures of a box file: the box around every structure in every slice."""
    found = []
    for one in truth.structures:
        slices = []
        for index in np.flatnonzero(truth.pixels_per_slice(one, axis)):
            rows, columns = np.nonzero(truth.mask(one, axis, int(index)))
            box = [int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())]
            slices.append({"index": int(index), "box": box})
        found.append({"name": one.name, "value": one.value, "slices": slices})
    return found
