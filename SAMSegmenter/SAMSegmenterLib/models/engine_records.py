"""What this computer has learnt about engines: which one is chosen for a network, and which answered rightly.

A small JSON file in the models folder; needs no torch.
"""

from __future__ import annotations

import json
import logging
import math
import os
import platform
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import StoreError
from SAMSegmenterLib.models.engine_names import ENGINES
from SAMSegmenterLib.models.folders import make_private, models_directory

logger = logging.getLogger(__name__)

SCHEMA = "sam-engines/1"


@dataclass(frozen=True)
class EngineCheck:
    """How far an engine's answers lie from PyTorch's in 32 bit, on one picture.

    Args:
        largest: difference of the embedding; relative: root mean square of it over that of the embedding;
        logits: largest difference of the mask decoder's logits, over the largest of them or 1.
        passed: whether all are within what the engine is allowed.
    """

    largest: float
    relative: float
    logits: float
    passed: bool

    def __post_init__(self) -> None:
        for value in (self.largest, self.relative, self.logits):
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                raise ValueError(f"{value!r} is not a difference")
        if not isinstance(self.passed, bool):
            raise ValueError(f"{self.passed!r} is neither true nor false")
        if self.passed and not all(math.isfinite(value) for value in (self.largest, self.relative, self.logits)):
            raise ValueError("what is not finite cannot have passed")


@dataclass(frozen=True)
class EngineRecords:
    """Checks by key, and engines chosen by key."""

    checks: dict[str, EngineCheck] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)


def records_path() -> Path:
    """The file; it lies in a folder of its own, apart from the descriptions of models."""
    return models_directory() / "engines" / "records.json"


def read_records() -> EngineRecords:
    """What is on record; nothing, and a warning, where the file cannot be read."""
    path = records_path()
    try:
        return _from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return EngineRecords()
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        logger.warning("%s is passed over, because it cannot be read: %s", path, error)
        return EngineRecords()


def remember_check(key: str, check: EngineCheck) -> None:
    """Put a check on record; without effect, but for a log line, where nothing can be written."""
    records = read_records()
    _write_if_possible(replace(records, checks={**records.checks, key: check}))


def choice_key(architecture: str, device: str) -> str:
    """Under which a choice is on record: it holds for a network's size, a kind of device and a kind of computer."""
    computer = f"{platform.system()}-{platform.machine()}-{os.cpu_count()}"
    return f"{architecture}|{device.partition(':')[0]}|{computer}"


def remembered_choice(architecture: str, device: str) -> str | None:
    """The engine that measurements chose on this computer, or None."""
    return read_records().choices.get(choice_key(architecture, device))


def remember_choice(architecture: str, device: str, engine: str) -> None:
    """Put a choice on record.

    Raises:
        StoreError: the models folder cannot be written.
    """
    records = read_records()
    _write(replace(records, choices={**records.choices, choice_key(architecture, device): engine}))


def forget_choices() -> int:
    """Take all choices off the record, so that "auto" is what it was; returns how many there were.

    Raises:
        StoreError: the models folder cannot be written.
    """
    records = read_records()
    if records.choices:
        _write(replace(records, choices={}))
    return len(records.choices)


def _from_json(data: Any) -> EngineRecords:
    if data["schema"] != SCHEMA:
        raise ValueError(f"its schema is {data['schema']!r}")
    checks = {str(key): EngineCheck(**check) for key, check in data["checks"].items()}
    for engine in data["choices"].values():
        if engine not in ENGINES:
            raise ValueError(f"there is no engine {engine!r}")
    return EngineRecords(checks, dict(data["choices"]))


def _write(records: EngineRecords) -> None:
    path = records_path()
    make_private(path.parent.parent)
    make_private(path.parent)
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps({"schema": SCHEMA, **asdict(records)}, indent=1) + "\n", encoding="utf-8")


def _write_if_possible(records: EngineRecords) -> None:
    try:
        _write(records)
    except StoreError as error:
        logger.info("What was learnt about engines is not kept: %s", error)
