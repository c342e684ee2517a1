"""What the process of one workspace is asked to do, as text that is sent to it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from SAMSegmenterLib.core.errors import InputError

SAMPLE = "SAMSegmenterLib.workspace.opening:sample"
"""Gives the volume to show when none was named."""


@dataclass(frozen=True)
class WorkerOptions:
    """Options of a workspace's process; paths as text, empty where there is none.

    Args:
        volume: file or folder of DICOM files; empty opens what `default_volume` gives.
        labels: structures to begin with.
        series: which series of a DICOM folder.
        frame: which volume of a 4D file, from 1; 0 when none was chosen.
        model: of the registry; empty for the user's own choice.
        device: where it runs.
        folder: files below it may be opened from the page; empty for none.
        upload_megabytes: size of an uploaded file, at most; 0 refuses all.
        default_volume: "module:function" that gives a `Volume`.
        extensions: "module:function" that give a `workspace.extension.Extension` each.
        verbose: log what is done.
    """

    volume: str = ""
    labels: str = ""
    series: str = ""
    frame: int = 0
    model: str = ""
    device: str = "auto"
    folder: str = ""
    upload_megabytes: int = 2048
    default_volume: str = SAMPLE
    extensions: tuple[str, ...] = ()
    verbose: bool = False

    def __post_init__(self) -> None:
        if self.upload_megabytes < 0:
            raise InputError(
                f"Uploads of {self.upload_megabytes} MB cannot be allowed.", "Choose a size in MB, or 0 to refuse all."
            )

    def to_text(self) -> str:
        """One line of text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> WorkerOptions:
        """Inverse of `to_text`."""
        values = json.loads(text)
        return cls(**{**values, "extensions": tuple(values["extensions"])})


def function_of(reference: str) -> Callable[..., Any]:
    """The function that "module:function" names; such names come from this program alone, never from a browser."""
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)
