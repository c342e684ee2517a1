"""Numbers in place of the names of cases and patients, and the file that tells who is who."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from SAMBenchmarkLib.core.cases import Case
from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import InputError

COLUMNS = ("case", "patient", "name", "name of patient", "volume", "labels")
"""Of the key: the first two stand in results, the others in the user's own files."""


def pseudonymised(cases: Sequence[Case], key: Path, output: Path, write: bool = True) -> list[Case]:
    """Cases with numbers for names; those that the key knows keep theirs, and it is told of the others.

    Args:
        cases: with different names.
        key: a CSV file, made when it is not there, for its owner's eyes alone.
        output: folder of the results, which the key must not lie in.
        write: False leaves the key as it is.

    Raises:
        InputError: the key lies among the results, or is another file.
        StoreError: the key cannot be written; an older one is intact.
    """
    if key.resolve().is_relative_to(output.expanduser().resolve()):
        raise InputError(f"{key} would go along with the results.", "Keep the key beside the images, not in --output.")
    lines = _read(key) if key.exists() else []
    names = {line["name"]: line["case"] for line in lines}
    patients = {line["name of patient"]: line["patient"] for line in lines if line["name of patient"]}
    numbered = []
    for case in cases:
        if case.patient:
            patients.setdefault(case.patient, f"patient-{len(patients) + 1:04d}")
        about = {"name": case.name, "name of patient": case.patient, "volume": case.volume, "labels": case.labels}
        if case.name not in names:
            names[case.name] = f"case-{len(names) + 1:04d}"
            own = {"case": names[case.name], "patient": patients.get(case.patient, "")}
            lines.append({name: str(value) for name, value in {**own, **about}.items()})
        numbered.append(replace(case, name=names[case.name], patient=patients.get(case.patient, "")))
    if write:
        _write(key, lines)
    return numbered


def without_paths(text: str, case: Case) -> str:
    """A sentence about a case without the paths and names of its files, which often hold a patient's name."""
    for path, words in ((case.volume, "<volume>"), (case.labels, "<labels>")):
        for known in (str(path.resolve()), str(path), path.name if path.suffix else ""):
            text = text.replace(known, words) if known else text
    return text


def _read(key: Path) -> list[dict[str, str]]:
    try:
        lines = list(csv.DictReader(io.StringIO(key.read_text(encoding="utf-8-sig"), newline="")))
    except OSError as error:
        raise InputError(
            f"{key} could not be read: {error}.", "Name the key of an earlier run, or a new file."
        ) from error
    except (UnicodeDecodeError, csv.Error):
        lines = []
    if any(set(COLUMNS) - {name for name, value in line.items() if value is not None} for line in lines) or not lines:
        raise InputError(
            f"{key} is not a key that this program wrote; it was left as it is.", "Name a new file for the key."
        )
    return [{name: line[name] for name in COLUMNS} for line in lines]


def _write(key: Path, lines: Sequence[dict[str, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    with atomic_path(key) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_text("\ufeff" + text.getvalue(), encoding="utf-8", newline="")
