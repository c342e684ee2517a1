"""Records of a study with a stopwatch, from texts and scenes, as timed objects."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from SAMBenchmarkLib.core.timed_objects import TimedObject
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.timed_task import CONDITIONS, EDITED, END, SCHEMA, WITH
from SAMSegmenterLib.session.event_log import Event, read_events
from SAMSegmenterLib.session.stopwatch import records_of

SCENE, TEXTS = ".mrb", (".txt", ".jsonl", ".json", ".log")
MOST_BYTES = 100 << 20
"""A record is a few kilobytes; what is larger is something else."""

WRITES = ("accepted", "assigned", "prompts run")
"""Events of a session that write the model's masks: an answer, a proposal, those of a file of prompts."""

BEGINNING = 200
"""The schema stands within so many characters of a record."""


def read_logs(paths: Sequence[Path]) -> tuple[list[TimedObject], list[str]]:
    """Timed objects of all logs, and notes on what was left out.

    Args:
        paths: texts, scenes (`.mrb`), or folders of these. Logs of one folder belong to one reader, who is called as
            the folder is when there are several folders, with the folders around it where two have one name. Texts in a
            folder that are no record are passed over; a text that is named must be one.

    Raises:
        InputError: a path is missing or no log, or there is no record in any.
    """
    files = list(dict.fromkeys(file for path in paths for file in _files(path)))
    readers = _reader_names({file.parent for file in files})
    objects: list[TimedObject] = []
    notes: list[str] = []
    for file in files:
        for name, text in _texts(file):
            for record in records_of(_events(name, text)):
                found = _timed(record, readers[file.parent])
                if isinstance(found, TimedObject):
                    objects.append(found)
                else:
                    notes.append(f"{name}: {found}")
    if not objects:
        reasons = f" {notes[0]}" if notes else ""
        raise InputError(f"The logs hold no object that was timed to its end.{reasons}", "Press Start, then Stop.")
    return objects, notes


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(file.resolve() for file in path.rglob("*") if _may_be_log(file))
        if not found:
            raise InputError(f"{path} holds no logs.", "Logs are texts 'SAM stopwatch' or scenes that hold one.")
        return found
    if not path.exists():
        raise InputError(f"There is no file {path}.", "Check the path of the log.")
    return [path.resolve()]


def _may_be_log(file: Path) -> bool:
    """Whether a file of a folder is a scene, or a text that begins as a record does: letters may lie beside it."""
    if file.suffix.lower() not in (SCENE, *TEXTS) or not file.is_file():
        return False
    if file.suffix.lower() == SCENE:
        return True
    try:
        with file.open("rb") as stream:
            return SCHEMA.encode() in stream.read(BEGINNING)
    except OSError:
        return True  # reading it says why not


def _reader_names(folders: set[Path]) -> dict[Path, str]:
    """Folder -> reader: its name, with as many of the folders around it as tell all readers apart."""
    if len(folders) < 2:
        return dict.fromkeys(folders, "reader")
    most = max(len(folder.parts) for folder in folders)
    for depth in range(1, most + 1):
        names = {folder: "/".join(folder.parts[-depth:]) for folder in folders}
        if len(set(names.values())) == len(folders):
            break
    return names


def _texts(file: Path) -> Iterator[tuple[str, str]]:
    """Name and content of every text of a file that is a record; a text that is named must be one."""
    if file.suffix.lower() != SCENE:
        yield file.name, _decoded(file)
        return
    try:
        with zipfile.ZipFile(file) as bundle:
            members = [info for info in bundle.infolist() if info.filename.lower().endswith(TEXTS)]
            for info in (info for info in members if info.file_size <= MOST_BYTES):
                text = bundle.read(info).decode("utf-8", errors="replace")
                if SCHEMA in text[:BEGINNING]:
                    yield f"{file.name}, {Path(info.filename).name}", text
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise InputError(f"{file.name} cannot be read as a scene: {error}.", "Save the scene again.") from error


def _decoded(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{file.name} is not a log: it is not a text in UTF-8.", "Name logs of a study.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"{file.name} cannot be read: {reason}.", "Check who may read it.") from error


def _events(name: str, text: str) -> list[Event]:
    try:
        return read_events(text.splitlines())
    except InputError as error:
        raise InputError(f"{name} is not a log of a study: {error.message}", "Name logs of a study.") from error


def _timed(record: Sequence[Event], reader: str) -> TimedObject | str:
    """The object of a record, or why there is none."""
    facts, kinds = record[0].facts, [event.kind for event in record]
    name, condition = str(facts.get("object", "")), facts.get("condition")
    if facts.get("schema") != SCHEMA or condition not in CONDITIONS or not name:
        return "a record of another kind was left out."
    if END not in kinds:
        return f"'{name}' {condition} was not timed to its end and was left out."
    record = record[: kinds.index(END) + 1]
    times = [event.seconds for event in record]
    pauses = [late - early for early, late in pairwise(times)]
    if min(pauses, default=0.0) < 0:
        return f"'{name}' {condition} was left out: its clock ran backwards."
    counts = _counts(record)
    corrections = counts["corrections"] if condition == WITH else max(0, counts["edits"] - 1)
    return TimedObject(
        reader,
        str(facts.get("case", "")),
        name,
        str(condition),
        times[-1] - times[0],
        *(counts[kind] for kind in ("marked", "previewed", "accepted", "edits")),
        corrections,
        max(pauses, default=0.0),
    )


def _counts(record: Sequence[Event]) -> dict[str, int]:
    """How often each thing was done; a slice's first mark is no correction, every other one is."""
    counts = {"marked": 0, "previewed": 0, "accepted": 0, "edits": 0, "corrections": 0}
    plane, begun = "", set()
    for event in record:
        if event.kind == "shown":
            plane = str(event.facts.get("plane"))
        elif event.kind in WRITES:
            counts["accepted"] += bool(event.facts.get("changed", 1))
        elif event.kind == EDITED:
            counts["edits"] += 1
        elif event.kind in counts:
            counts[event.kind] += 1
        if event.kind == "marked":
            counts["corrections"] += plane in begun
            begun.add(plane)
        counts["corrections"] += event.kind in ("moved", "removed")
    counts["edits"] = max(0, counts["edits"] - counts["accepted"])  # an acceptance changes the segment once
    counts["corrections"] += counts["edits"]
    return counts
