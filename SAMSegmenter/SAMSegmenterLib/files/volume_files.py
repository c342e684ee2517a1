"""NRRD, NIfTI and MetaImage files, read with SimpleITK."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import SimpleITK

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files import meta_image_header
from SAMSegmenterLib.files.formats import META_IMAGE, NIFTI, NRRD, damaged, ending_of, require_readable, stem_of
from SAMSegmenterLib.files.nifti_header import NiftiHeader, check_voxels, read_nifti_header
from SAMSegmenterLib.files.nrrd_header import NrrdHeader, read_nrrd_header
from SAMSegmenterLib.files.stored import LPS_TO_RAS, StoredImage

logger = logging.getLogger(__name__)
_NAMES = {**dict.fromkeys(NRRD, "NRRD"), **dict.fromkeys(NIFTI, "NIfTI"), **dict.fromkeys(META_IMAGE, "MetaImage")}
_PERMISSIVE = "ITK_NIFTI_SFORM_PERMISSIVE"


def read_volume_file(path: Path) -> StoredImage:
    """Read a NRRD, NIfTI or MetaImage file.

    Returns:
        One frame per volume of a 4D file or entry of a list axis. Values as stored, rescaled where the format says so.

    Raises:
        InputError: missing, empty, cut short or damaged.
    """
    require_readable(path)
    ending = ending_of(path)
    if ending in NIFTI:
        return _read_nifti(path, read_nifti_header(path))
    if ending in META_IMAGE:
        return _read_meta_image(path)
    image, header = read_itk(path, _NAMES[ending]), read_nrrd_header(path)
    return _stored(path, image, header.has_spacing, header=header)


def read_itk(path: Path, kind: str) -> SimpleITK.Image:
    """A file as SimpleITK reads it, its many-lined complaints turned into one sentence."""
    with _quiet():
        try:
            return SimpleITK.ReadImage(str(path))
        except RuntimeError as error:
            logger.debug("%s: %s", path.name, error)
            alone = ending_of(path) in (".nhdr", ".mhd")
            reason = "it is damaged or cut short, or the file with its voxels is not beside it"
            raise (damaged(path, kind, reason) if alone else damaged(path, kind)) from error


def voxel_bytes(path: Path) -> int:
    """Size of the image in memory as the reader finds it in the header; no voxel is read.

    Raises:
        InputError: the file is damaged.
    """
    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(str(path))
    with _quiet():
        try:
            reader.ReadImageInformation()
        except RuntimeError as error:
            raise damaged(path, _NAMES[ending_of(path)]) from error
    voxel = SimpleITK.Image([1] * 2, reader.GetPixelID(), reader.GetNumberOfComponents())
    return math.prod(reader.GetSize()) * voxel.GetNumberOfComponentsPerPixel() * voxel.GetSizeOfPixelComponent()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without ITK's warnings on the terminal."""
    before = SimpleITK.ProcessObject.GetGlobalWarningDisplay()
    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        yield
    finally:
        SimpleITK.ProcessObject.SetGlobalWarningDisplay(before)


def _read_meta_image(path: Path) -> StoredImage:
    header = meta_image_header.read_meta_image_header(path)
    meta_image_header.check_voxels(path, header)
    return _stored(path, read_itk(path, "MetaImage"), header.has_spacing)


def _read_nifti(path: Path, header: NiftiHeader) -> StoredImage:
    gaps = check_voxels(path, header)
    try:
        return _with_gaps(_stored(path, read_itk(path, "NIfTI"), header.has_spacing), gaps)
    except InputError:
        if header.sform is None:
            raise
    before = os.environ.get(_PERMISSIVE)
    os.environ[_PERMISSIVE] = "1"  # ITK refuses axes that are not at right angles; the voxels are wanted all the same
    try:
        stored = _stored(path, read_itk(path, "NIfTI"), header.has_spacing)
    finally:
        os.environ.pop(_PERMISSIVE) if before is None else os.environ.update({_PERMISSIVE: before})
    stored = _with_gaps(stored, gaps)
    note = "The volume's axes are not at right angles to each other; its exact matrix was kept."
    return StoredImage(stored.frames, header.sform, stored.has_spacing, stored.name, (*stored.notes, note))


def _with_gaps(stored: StoredImage, positions: np.ndarray) -> StoredImage:
    """NaN put back where the file has NaN or infinity; the file stores frame after frame, each in array order."""
    if len(positions):
        size = stored.frames[0].size
        for number, frame in enumerate(stored.frames):
            own = positions[(positions >= number * size) & (positions < (number + 1) * size)]
            frame.reshape(-1)[own - number * size] = np.nan  # frames are contiguous: this writes into them
    return stored


def _stored(path: Path, image: SimpleITK.Image, has_spacing: bool, header: NrrdHeader | None = None) -> StoredImage:
    if image.GetDimension() > 4:
        raise InputError(f"{path.name} has {image.GetDimension()} dimensions.", "Save its volumes one by one.")
    array = SimpleITK.GetArrayFromImage(image)
    if np.iscomplexobj(array):
        raise InputError(f"{path.name} holds complex numbers.", "Save its magnitude as an image of its own.")
    frames = _frames(array, image, is_list=header is not None and header.is_list)
    notes = (f"The file holds {len(frames)} volumes; each is a frame of its own.",) if len(frames) > 1 else ()
    metadata = header.metadata if header else {}
    return StoredImage(frames, _ijk_to_ras(image), has_spacing, stem_of(path), notes, metadata)


def _frames(array: np.ndarray, image: SimpleITK.Image, is_list: bool) -> tuple[np.ndarray, ...]:
    """Volumes (K, J, I) or (K, J, I, 3 or 4) out of (T, K, J, I, components), some of which may be missing."""
    dimension, components = image.GetDimension(), image.GetNumberOfComponentsPerPixel()
    volumes = list(array) if dimension == 4 else [array if dimension == 3 else array[None]]
    is_colour = components in (3, 4) and array.dtype in (np.uint8, np.uint16) and not is_list
    if components == 1 or is_colour:
        return tuple(volumes)
    return tuple(np.ascontiguousarray(volume[..., c]) for volume in volumes for c in range(components))


def _ijk_to_ras(image: SimpleITK.Image) -> Matrix4:
    dimension = image.GetDimension()
    used = min(dimension, 3)
    matrix = np.eye(4)
    direction = np.reshape(image.GetDirection(), (dimension, dimension))[:used, :used]
    matrix[:used, :used] = direction * np.array(image.GetSpacing()[:used])
    matrix[:used, 3] = image.GetOrigin()[:used]
    return LPS_TO_RAS @ matrix
