"""Strips: a few slices of one structure with the reference and what propagation found."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from SAMBenchmarkLib.propagation.measure_part import Measured, Subject
from SAMBenchmarkLib.propagation.record import Record
from SAMBenchmarkLib.propagation.scoring import Masks, slice_dice
from SAMBenchmarkLib.report.pictures import SlicePicture, draw
from SAMBenchmarkLib.validation.contact_sheets import CAPTION, COLUMNS, GAP, INK, PAPER, TILE
from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.slicing import SlicePlane, slice_grid

MOST_BEYOND = 3
"""Slices shown beyond an end that was overrun."""


def strip_name(record: Record, options: str = "") -> str:
    """File name of a structure's strip; strips of other options have other names, and do not replace it."""
    return hashlib.blake2b(f"{record.about.key}|{options}".encode(), digest_size=8).hexdigest() + ".png"


def write_strip(measured: Measured, folder: Path, options: str = "") -> None:
    """Draw a structure that was measured; one with a failure is left out.

    Args:
        options: hash of everything that decides the figures, see `journal.option_hash`.

    Raises:
        StoreError: the file cannot be written.
    """
    if measured.masks is None:
        return
    with atomic_path(folder / strip_name(measured.record, options)) as temporary:
        temporary.write_bytes(strip(measured.subject, measured.masks))


def strip(subject: Subject, masks: Masks) -> bytes:
    """A PNG of one row of slices, from below the structure to above it.

    Args:
        masks: by number of the slice; those that are not there are empty.
    """
    numbers = shown_slices(subject, masks)
    sheet = Image.new("RGB", (COLUMNS * (TILE + GAP), TILE + CAPTION), PAPER)
    pen = ImageDraw.Draw(sheet)
    extent = subject.reference.any(axis=0)
    for number in numbers:
        extent |= masks.get(number, np.zeros_like(extent))
    for column, number in enumerate(numbers):
        left = column * (TILE + GAP)
        sheet.paste(_tile(subject, masks, number, extent), (left, 0))
        dice = slice_dice(masks, subject.reference, number)
        text = f"slice {number}" + (", start" if number == subject.part.start else "")
        text += f"\n{'nothing there' if np.isnan(dice) else f'Dice {dice:.2f}'}"
        pen.text((left, TILE + 2), text, fill=INK, font=ImageFont.load_default(size=14))
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def shown_slices(subject: Subject, masks: Masks) -> list[int]:
    """Numbers spread evenly over the structure and what lies a little beyond it; the start is among them."""
    part, held = subject.part, [index for index, mask in masks.items() if mask.any()]
    low = max(min([part.first, *held]), part.first - MOST_BEYOND)
    high = min(max([part.last, *held]), part.last + MOST_BEYOND)
    numbers = np.unique(np.rint(np.linspace(low, high, COLUMNS)).astype(int)).tolist()
    nearest = min(range(len(numbers)), key=lambda place: abs(numbers[place] - part.start))
    numbers[nearest] = part.start
    return sorted(set(numbers))


def _tile(subject: Subject, masks: Masks, number: int, extent: np.ndarray) -> Image.Image:
    volume = subject.case.volume
    grid = slice_grid(volume, SlicePlane.lattice(subject.case.axis, number), square_pixels=False)
    to_ras = volume.ijk_to_ras @ grid.pixel_to_ijk if volume.has_spacing else None
    picture = SlicePicture(subject.slices.image(number), subject.reference[number], grid.spacing_yx, to_ras)
    prompts = subject.prompts if number == subject.part.start else None
    drawing = draw(picture, masks.get(number), prompts, extent)
    with Image.open(io.BytesIO(drawing.png)) as image:
        return image.convert("RGB").resize((TILE, TILE), Image.Resampling.LANCZOS)
