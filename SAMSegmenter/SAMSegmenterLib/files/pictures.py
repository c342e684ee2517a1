"""PNG, JPEG, BMP and TIFF files: pictures without a place in the patient.

Pillow decodes them, because it notices files that are cut short and knows about palettes; what it cannot keep
(colour of 16 bits, signed TIFF) is taken from SimpleITK.
"""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import numpy as np
import SimpleITK
from PIL import Image, UnidentifiedImageError

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.formats import LOSSY, damaged, ending_of, require_readable, stem_of
from SAMSegmenterLib.files.stored import LPS_TO_RAS, StoredImage
from SAMSegmenterLib.files.tiff_details import needs_exact_reader, tiff_spacing
from SAMSegmenterLib.files.volume_files import read_itk

_DAMAGED = (OSError, EOFError, SyntaxError, ValueError, TypeError, KeyError, IndexError, struct.error)
_KINDS = {".png": "PNG", ".bmp": "BMP", ".tif": "TIFF", ".tiff": "TIFF", ".jpg": "JPEG", ".jpeg": "JPEG"}
_PIXEL_BYTES = {"1": 1, "L": 1, "LA": 2, "I;16": 2, "I;16B": 2, "P": 3, "RGB": 3}
"""By Pillow's name of the kind of pixel; all others have 4, or 6 to 8 in the rare files of 16 bits per colour."""
_EXIF_ORIENTATION = 274
_ALPHA_NOTE = "The picture's transparency (alpha channel) was dropped."


def read_picture(path: Path, as_labels: bool = False) -> StoredImage:
    """Read a PNG, JPEG, BMP or TIFF file.

    Args:
        as_labels: take palette pictures by their index instead of their colour, when index 0 is black.

    Returns:
        One frame, (K, J, I) or (K, J, I, 3): the pages of a TIFF are its slices. Alpha is dropped, with a note.

    Raises:
        InputError: missing, empty, cut short, damaged, or larger than can be decoded.
    """
    require_readable(path)
    kind = _KINDS[ending_of(path)]
    try:
        with warnings.catch_warnings(), Image.open(path) as picture:
            warnings.simplefilter("ignore")
            pages, notes = _pages(picture, path, as_labels)
            spacing, spacing_note = tiff_spacing(picture, len(pages)) if kind == "TIFF" else (None, "")
            turned = kind == "JPEG" and picture.getexif().get(_EXIF_ORIENTATION, 1) != 1
    except Image.DecompressionBombError as error:
        raise _too_large(path) from error
    except UnidentifiedImageError as error:
        raise damaged(path, kind) from error
    except _DAMAGED as error:
        if isinstance(error, InputError):
            raise
        raise damaged(path, kind, "it is damaged or cut short") from error
    notes += [spacing_note] if spacing_note else []
    notes += ["The picture is marked to be shown turned or mirrored; it was taken as stored."] if turned else []
    matrix = LPS_TO_RAS if spacing is None else LPS_TO_RAS @ np.diag([*spacing, 1.0])
    return StoredImage((np.stack(pages),), matrix, spacing is not None, stem_of(path), tuple(dict.fromkeys(notes)))


def picture_bytes(path: Path, most: int) -> int:
    """Size of all pages of a picture file in memory, by their headers; counting ends above `most`.

    Raises:
        InputError: the file is damaged.
    """
    size = 0
    try:
        with warnings.catch_warnings(), Image.open(path) as picture:
            warnings.simplefilter("ignore")
            for index in range(_page_count(picture, path)):
                picture.seek(index)
                size += picture.width * picture.height * _PIXEL_BYTES.get(picture.mode, 4)
                if size > most:
                    break
    except Image.DecompressionBombError as error:
        raise _too_large(path) from error
    except _DAMAGED as error:
        raise damaged(path, _KINDS[ending_of(path)]) from error
    return size


def _page_count(picture: Image.Image, path: Path) -> int:
    return 1 if ending_of(path) in LOSSY else getattr(picture, "n_frames", 1)  # cameras add previews to JPEG


def _too_large(path: Path) -> InputError:
    return InputError(f"{path.name} is too large a picture.", "Cut out the part that is of interest.")


def _pages(picture: Image.Image, path: Path, as_labels: bool) -> tuple[list[np.ndarray], list[str]]:
    """Decoded pages of the first page's size, and notes."""
    count = _page_count(picture, path)
    exact = _png_has_16_bit_colour(path) or (picture.format == "TIFF" and needs_exact_reader(picture))
    pages, notes = [], []
    for index in range(count):
        picture.seek(index)
        page, note = _decode(picture, as_labels)
        notes += [note] if note else []
        pages.append(page)
    same = [page for page in pages if page.shape == pages[0].shape]
    if len(same) < count:
        notes.append(f"{count - len(same)} of {count} pages differ in size from the first and were left out.")
    if exact:
        if len(same) < count:
            raise InputError(f"The pages of {path.name} differ in size.", "Save the pages as files of their own.")
        same = _decode_exactly(path)
    return same, notes


def _decode(picture: Image.Image, as_labels: bool) -> tuple[np.ndarray, str]:
    """One page, (J, I) or (J, I, 3), decoded whole so that a cut-off file is noticed; and a note or ""."""
    picture.load()
    if picture.mode == "P":
        return _expand_palette(picture, as_labels)
    if picture.mode in ("RGBA", "LA", "PA"):
        opaque = np.asarray(picture.convert("RGBA"))[..., :3]
        return np.ascontiguousarray(opaque[..., 0] if picture.mode == "LA" else opaque), _ALPHA_NOTE
    if picture.mode in ("CMYK", "YCbCr", "LAB", "HSV", "RGBX"):
        picture = picture.convert("RGB")
    pixels = np.asarray(picture)
    pixels = pixels.astype(np.uint8 if pixels.dtype == np.bool_ else pixels.dtype.newbyteorder("="))
    return np.ascontiguousarray(pixels), ""


def _expand_palette(picture: Image.Image, as_labels: bool) -> tuple[np.ndarray, str]:
    palette = np.array(picture.getpalette("RGB") or [], np.uint8).reshape(-1, 3)
    if as_labels and len(palette) and not palette[0].any():
        return np.asarray(picture), ""
    note = _ALPHA_NOTE if "transparency" in picture.info else ""
    rgb = np.asarray(picture.convert("RGBA"))[..., :3]
    is_grey = bool((rgb == rgb[..., :1]).all())
    return np.ascontiguousarray(rgb[..., 0] if is_grey else rgb), note


def _png_has_16_bit_colour(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(26)
    return len(start) == 26 and start.startswith(b"\x89PNG") and start[24] == 16 and start[25] in (2, 4, 6)


def _decode_exactly(path: Path) -> list[np.ndarray]:
    """Pages with all their bits; alpha, the last of two or four channels, is dropped."""
    image = read_itk(path, _KINDS[ending_of(path)])
    array = SimpleITK.GetArrayFromImage(image)
    channels = image.GetNumberOfComponentsPerPixel()
    if channels > 1:
        array = array[..., 0] if channels == 2 else array[..., :3]
    return list(np.ascontiguousarray(array if image.GetDimension() == 3 else array[None]))
