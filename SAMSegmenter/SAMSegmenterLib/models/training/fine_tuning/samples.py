"""What fine-tuning learns from: slices as the model sees them, with the objects in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, Rgb8, as_mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions


@dataclass(frozen=True, eq=False)
class ObjectMask:
    """One structure in one slice, kept as the block it fills.

    Args:
        structure: its name.
        shape: (H, W) of the slice.
        corner: (y, x) of the block's first pixel.
        block: (h, w) boolean.
    """

    structure: str
    shape: tuple[int, int]
    corner: tuple[int, int]
    block: Mask

    @classmethod
    def of(cls, structure: str, mask: Mask) -> ObjectMask:
        """From a mask (H, W).

        Raises:
            InputError: the mask is empty or not two-dimensional.
        """
        mask = as_mask(mask)
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            raise InputError(f"The mask of '{structure}' is empty.", "Leave out slices in which it is absent.")
        block = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return cls(structure, (mask.shape[0], mask.shape[1]), (int(rows[0]), int(columns[0])), block.copy())

    @property
    def mask(self) -> Mask:
        """(H, W) boolean."""
        full = np.zeros(self.shape, bool)
        y, x = self.corner
        full[y : y + self.block.shape[0], x : x + self.block.shape[1]] = self.block
        return full

    @property
    def box(self) -> np.ndarray:
        """(4,) float32 [x0, y0, x1, y1], inclusive maxima."""
        y, x = self.corner
        height, width = self.block.shape
        return np.array([x, y, x + width - 1, y + height - 1], np.float32)


@dataclass(frozen=True, eq=False)
class Sample:
    """A slice with its objects.

    Args:
        image: (H, W, 3) uint8, as the model sees it; three equal channels may share their memory.
        objects: one or more.
        patient: who it shows; never written anywhere.
        case, index: which slice of which volume; only their order counts.
    """

    image: Rgb8
    objects: tuple[ObjectMask, ...]
    patient: str
    case: str = ""
    index: int = 0

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            raise InputError(f"A sample's image is (H, W, 3) uint8; got {self.image.shape}, {self.image.dtype}.")
        if not self.objects:
            raise InputError("A sample has at least one object.", "Leave out slices that show none.")
        for item in self.objects:
            if item.shape != self.image.shape[:2]:
                raise InputError(f"Image and mask differ in shape: {self.image.shape[:2]} and {item.shape}.")


def compact(image: Rgb8) -> Rgb8:
    """The same image; a grey one then takes a third of the memory."""
    grey = image[..., 0]
    if (image == grey[..., None]).all():
        return np.broadcast_to(np.ascontiguousarray(grey)[..., None], image.shape)
    return np.ascontiguousarray(image)


def structures_of(samples: Iterable[Sample]) -> list[str]:
    """Names of all structures, sorted."""
    return sorted({item.structure for sample in samples for item in sample.objects})


def patients_of(samples: Iterable[Sample]) -> list[str]:
    """All patients, sorted."""
    return sorted({sample.patient for sample in samples})


def check_one_structure(samples: Sequence[Sample], options: FineTuningOptions) -> None:
    """Check that a model that answers without prompts has one structure to find, once in a slice.

    Raises:
        InputError: there are several.
    """
    names = structures_of(samples)
    if options.rules.promptless and len(names) > 1:
        raise InputError(
            f"A model without prompts finds one structure; the data hold {len(names)}: {', '.join(names)}.",
            f'Choose one with --structures "{names[0]}", or join several: --structures "{" + ".join(names[:2])}".',
        )
    if options.rules.promptless and any(len(sample.objects) > 1 for sample in samples):
        raise InputError(f"'{names[0]}' occurs more than once in a slice.", "Join its parts to one mask per slice.")


def fingerprint(samples: Sequence[Sample]) -> str:
    """Hexadecimal digest of images, objects and who belongs together; patients enter as numbers, not by name."""
    numbers: dict[str, int] = {}
    digest = hashlib.blake2b(digest_size=16)
    for sample in samples:
        patient = numbers.setdefault(sample.patient, len(numbers))
        digest.update(f"|{patient}|{sample.index}|{sample.image.shape}|".encode())
        digest.update(np.ascontiguousarray(sample.image))
        for item in sample.objects:
            digest.update(f"|{item.structure}|{item.corner}|{item.block.shape}|".encode())
            digest.update(np.packbits(item.block).tobytes())
    return digest.hexdigest()
