"""The text header of a NRRD file: fields, and the key/value pairs in which Slicer stores segments."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from SAMSegmenterLib.files.formats import damaged

_LARGEST_HEADER = 1 << 24  # bytes; a header with colour tables of many segments stays far below
_TIME_KINDS = {"list", "time"}


@dataclass(frozen=True)
class NrrdHeader:
    """Fields ("kinds", "space directions", ...) in small letters, and key/value pairs as written."""

    fields: dict[str, str]
    metadata: dict[str, str]

    @property
    def has_spacing(self) -> bool:
        """Whether the header says how large a voxel is along every axis of space."""
        directions = re.findall(r"\(([^)]*)\)", self.fields.get("space directions", ""))
        if directions:
            return all(0 < _length(vector) < math.inf for vector in directions)
        spacings = [_number(text) for text in self.fields.get("spacings", "").split()]
        return any(0 < abs(value) < math.inf for value in spacings)

    @property
    def is_list(self) -> bool:
        """Whether one axis counts images instead of colours or the components of a vector."""
        return bool(_TIME_KINDS & set(self.fields.get("kinds", "").lower().split()))


def read_nrrd_header(path: Path) -> NrrdHeader:
    """Header of a .nrrd or .nhdr file.

    Raises:
        InputError: the file is no NRRD file, or its header is endless.
    """
    with path.open("rb") as file:
        start = file.read(_LARGEST_HEADER)
    if not start.startswith(b"NRRD"):
        raise damaged(path, "NRRD")
    end = re.search(rb"\r?\n\r?\n", start)
    if end is None and len(start) == _LARGEST_HEADER:  # what follows would be used by readers and not known here
        raise damaged(path, "NRRD", "its header has no end")
    text = start[: end.start() if end else len(start)].decode("utf-8", errors="replace")
    fields, metadata = {}, {}
    for line in text.split("\n")[1:]:  # no other character ends a line
        line = line.removesuffix("\r")
        if line.startswith("#"):
            continue
        if ":=" in line and (": " not in line or line.index(":=") < line.index(": ")):
            key, _, value = line.partition(":=")
            metadata[_unescape(key)] = _unescape(value)
        else:
            key, _, value = line.partition(":")
            fields[key.strip().lower()] = value.strip()
    return NrrdHeader(fields, metadata)


def _unescape(text: str) -> str:
    return re.sub(r"\\([\\n])", lambda match: "\n" if match[1] == "n" else "\\", text)


def _length(vector: str) -> float:
    return math.hypot(*(_number(text) for text in vector.split(",")))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
