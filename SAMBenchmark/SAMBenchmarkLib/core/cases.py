"""A case: a volume with its reference, and what is known about it; and the list of cases in a manifest."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from SAMSegmenterLib.core.errors import InputError

REQUIRED = ("name", "volume", "labels")
OPTIONAL = ("modality", "patient", "site", "label names")
_EXAMPLE = "The first line names the columns: name,volume,labels and, if wanted, modality,patient,site,label names."


@dataclass(frozen=True)
class Case:
    """One volume to evaluate.

    Args:
        name: unique in a run; it stands in tables and reports, so it should name no patient.
        volume: file or DICOM folder.
        labels: the reference.
        modality, patient, site: in words; may be empty.
        label_names: names by label value, for files that carry none.
        series: which of several DICOM series.
        nan_as_background: accept voxels that are NaN or infinite, as background.
    """

    name: str
    volume: Path
    labels: Path
    modality: str = ""
    patient: str = ""
    site: str = ""
    label_names: tuple[tuple[int, str], ...] = ()
    series: str | None = None
    nan_as_background: bool = False


def read_manifest(path: Path | str) -> list[Case]:
    """Cases of a table: CSV as spreadsheets write it (UTF-8, with or without a byte order mark; commas or semicolons).

    Args:
        path: the file; relative paths in it start at its folder.

    Raises:
        InputError: naming every row with a problem, all at once.
    """
    path = Path(path)
    header, rows = _read_table(path)
    cases: list[Case] = []
    problems: list[str] = []
    first_row: dict[str, int] = {}
    for number, values in rows:
        found, complaints = _read_row(values, header, path.parent)
        name = values.get("name", "")
        if name in first_row:
            complaints.append(f"the name '{name}' is already that of row {first_row[name]}")
        elif name:
            first_row[name] = number
        problems += [f"row {number}: {complaint}" for complaint in complaints]
        cases += [found] if found else []
    if problems:
        listed = "\n  ".join(problems)
        raise InputError(f"{path} has {len(problems)} problem(s):\n  {listed}", "Correct these rows; nothing was run.")
    return cases


def parse_label_names(text: str) -> tuple[tuple[int, str], ...]:
    """Names by label value from "1=liver;2=spleen".

    Raises:
        InputError: not of this form, or a value twice.
    """
    names: dict[int, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        value, equals, name = (piece.strip() for piece in part.partition("="))
        if not (equals and name and value.isascii() and value.isdigit()) or int(value) in names or int(value) == 0:
            raise InputError(f"'{part}' is not a label name.", 'Write them as "1=liver;2=spleen", each value once.')
        names[int(value)] = name
    return tuple(names.items())


def _read_table(path: Path) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """Column names, and (row number, values by column) of every row that is not blank."""
    text = _read_text(path)
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    if not first_line:
        raise InputError(f"{path} is empty.", _EXAMPLE)
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in line]) for line in reader if any(map(str.strip, line))]
    except csv.Error as error:
        raise InputError(
            f"{path}, row {reader.line_num}: {error}.", "Check the quotation marks in this row."
        ) from error
    header = [name.lower().replace("_", " ") for name in lines[0][1]]
    _check_header(path, header)
    if len(lines) == 1:
        raise InputError(f"{path} lists no case.", "Add a line for each case below the column names.")
    return header, ((number, _by_column(header, cells)) for number, cells in lines[1:])


def _read_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.", "Check the path of the manifest.") from error
    except OSError as error:
        raise InputError(f"{path} could not be read: {error.strerror or error}.", "Name a CSV file.") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise InputError(
            f"{path}, row {row}: the text is not in UTF-8.", 'Save it as "CSV UTF-8" in your spreadsheet program.'
        ) from error
    if "\0" in text:
        raise InputError(f"{path} is not a CSV file.", 'Save the table as "CSV UTF-8" in your spreadsheet program.')
    return text


def _check_header(path: Path, header: list[str]) -> None:
    problems = [f"the column '{name}' is missing" for name in REQUIRED if name not in header]
    problems += [f"the column '{name}' is there twice" for name in (*REQUIRED, *OPTIONAL) if header.count(name) > 1]
    if problems:
        raise InputError(f"{path}, row 1: {'; '.join(problems)}.", _EXAMPLE)


def _by_column(header: list[str], cells: list[str]) -> dict[str, str]:
    """Values by column; what stands to the right of the last column goes under the empty name."""
    values = dict(zip(header, cells, strict=False))
    extra = [cell for cell in cells[len(header) :] if cell]
    return {**values, "": ", ".join(extra)} if extra else values


def _read_row(values: dict[str, str], header: list[str], folder: Path) -> tuple[Case | None, list[str]]:
    """The case of a row, and what is wrong with it."""
    complaints = [f"no {name} is given" for name in REQUIRED if not values.get(name)]
    if "" in values and "" not in header:
        complaints.append(f"more values than columns ('{values['']}'); put values with separators in quotation marks")
    paths = {}
    for column in ("volume", "labels"):
        if values.get(column):
            paths[column] = folder / Path(values[column]).expanduser()
            if not paths[column].exists():
                complaints.append(f"the {column} {paths[column]} does not exist")
    try:
        names = parse_label_names(values.get("label names", ""))
    except InputError as error:
        complaints.append(f"{error.message} {error.hint}")
        names = ()
    if complaints:
        return None, complaints
    known = {column: values.get(column, "") for column in ("modality", "patient", "site")}
    return Case(values["name"], paths["volume"], paths["labels"], label_names=names, **known), []
