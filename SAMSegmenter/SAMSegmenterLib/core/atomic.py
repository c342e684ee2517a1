"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from SAMSegmenterLib.core.errors import StoreError

_FOLDER = "choose another folder."
_HINTS_BY_NAME = {
    "ENOSPC": f"The disk is full: free some space, or {_FOLDER}",
    "EDQUOT": f"Your share of the disk is used up: free some space, or {_FOLDER}",
    "EFBIG": f"The file is larger than this disk or your limits allow: {_FOLDER}",
    "EACCES": "You may not write there, or another program holds the file: close it, or choose your own folder.",
    "EPERM": "You may not write there: choose a folder of your own.",
    "EROFS": f"That disk is read-only: {_FOLDER}",
    "ENOENT": "The folder does not exist: create it, or choose another one.",
    "ENOTDIR": f"A part of the path is a file, not a folder: {_FOLDER}",
    "EISDIR": "There is a folder of that name: choose another file name.",
    "ENAMETOOLONG": "The name is too long for this disk: choose a shorter one.",
}
_HINTS = {getattr(errno, name): hint for name, hint in _HINTS_BY_NAME.items() if hasattr(errno, name)}


@contextlib.contextmanager
def atomic_path(target: str | os.PathLike[str]) -> Iterator[Path]:
    """Temporary path beside a target; takes the target's place when the block ends well, and is removed when it fails.

    Args:
        target: the file that is to appear. Its folder must exist; a file already there stays until it is replaced.

    Yields:
        A path in the target's folder with the target's whole ending (".nii.gz", say). Nothing is there yet.

    Raises:
        StoreError: the folder cannot be written or the disk is full. Other errors of the block (a broken connection, a
            missing input) pass as they are.
    """
    target = Path(target)
    temporary = target.with_name(f".{uuid.uuid4().hex[:12]}{_ending(target.name)}")
    try:
        _check_folder(target)
        yield temporary
        os.replace(temporary, target)
    except StoreError:
        raise
    except OSError as error:
        if not _is_about(error, temporary, target):
            raise
        raise store_error(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def store_error(target: str | os.PathLike[str], error: OSError) -> StoreError:
    """An operating system's refusal to write, as an error that the user can act on."""
    reason = error.strerror or type(error).__name__
    hint = _HINTS.get(error.errno or 0, "Check the disk and the folder, or choose another folder.")
    return StoreError(f"{target} could not be written: {reason}.", hint)


def _is_about(error: OSError, temporary: Path, target: Path) -> bool:
    """Whether the target could not be written; the block may also have read other files or a network."""
    if error.filename is not None:
        return Path(os.fsdecode(error.filename)) in (temporary, target, target.parent)
    return error.errno in _HINTS or error.errno == errno.EIO


def _check_folder(target: Path) -> None:
    """Refuse early what would fail only after the work is done."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not target.parent.is_dir():
        code = errno.ENOTDIR if target.parent.exists() else errno.ENOENT
        raise OSError(code, os.strerror(code))


def _ending(name: str) -> str:
    """The suffix that tells the format: ".nii.gz" and ".seg.nrrd" stay whole, the "2" of "run.2.csv" is left out."""
    suffixes = Path(name).suffixes[-2:]
    known = (".nii", ".seg", ".tar")
    return "".join(suffixes) if len(suffixes) == 2 and suffixes[0].lower() in known else "".join(suffixes[-1:])
