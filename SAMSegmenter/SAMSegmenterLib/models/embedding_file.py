"""One cached embedding as a safetensors file with a checksum, mapped into memory when it is read.

Written and read without the safetensors package: the format is a length, a header in JSON and the arrays' bytes.
"""

from __future__ import annotations

import hashlib
import json
import math
import mmap
import os
import struct
from pathlib import Path

import numpy as np

from SAMSegmenterLib.core.predictor import Embedding

UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error)
"""What reading a damaged file raises."""

_TYPES = {"F16": np.dtype("<f2"), "F32": np.dtype("<f4"), "I64": np.dtype("<i8"), "U8": np.dtype("u1")}
_ALIGNMENT = 64
_ROW = 512
"""64-bit words that are summed up before they enter the checksum."""


def embedding_bytes(embedding: Embedding) -> bytes:
    """The file of an embedding.

    Source: https://huggingface.co/docs/safetensors (format).
    """
    arrays = {name: np.ascontiguousarray(array) for name, array in embedding.pack().items()}
    header: dict[str, object] = {"__metadata__": {"checksum": _checksum(embedding.key, arrays)}}
    names, start = {str(kind): name for name, kind in _TYPES.items()}, 0
    for name, array in arrays.items():
        end = start + array.nbytes
        kind = names[str(array.dtype.newbyteorder("<"))]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [start, end]}
        start = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % _ALIGNMENT)
    return b"".join([struct.pack("<Q", len(text)), text, *(array.tobytes() for array in arrays.values())])


def read_embedding(key: str, path: Path) -> Embedding:
    """An embedding whose features lie in the file, which stays mapped as long as they are used.

    Raises:
        OSError, ValueError, KeyError, TypeError, AttributeError, struct.error: the file is damaged, see `UNREADABLE`.
    """
    content = _content(path)
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(bytes(content[8 : 8 + length]))
    arrays = {name: _array(content, 8 + length, entry) for name, entry in header.items() if name != "__metadata__"}
    if header["__metadata__"]["checksum"] != _checksum(key, arrays):
        raise ValueError("the checksum differs")
    return Embedding.unpack(key, arrays)


def _content(path: Path) -> memoryview:
    with path.open("rb") as file:
        if os.name == "nt":  # a mapped file could not be deleted there
            return memoryview(file.read())
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _array(content: memoryview, origin: int, entry: dict) -> np.ndarray:
    start, end = entry["data_offsets"]
    kind, shape = _TYPES[entry["dtype"]], tuple(entry["shape"])
    if end - start != kind.itemsize * math.prod(shape):
        raise ValueError("the shape does not fit the size")
    return np.frombuffer(content[origin + start : origin + end], kind).reshape(shape)


def _checksum(key: str, arrays: dict[str, np.ndarray]) -> str:
    """Of key, names, types, shapes and contents.

    Contents enter as sums over rows of words, which changed bits, lost pages and pages in another order change; a
    cryptographic sum over every byte takes longer than all the rest of a look-up.
    """
    digest = hashlib.blake2b(key.encode(), digest_size=16)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"|{name}|{array.dtype.str}|{array.shape}|".encode())
        flat = array.reshape(-1).view(np.uint8)
        whole = flat[: flat.size // (8 * _ROW) * 8 * _ROW].view("<u8").reshape(-1, _ROW)
        digest.update(whole.sum(axis=1, dtype=np.uint64))
        digest.update(flat[whole.nbytes :])
    return digest.hexdigest()
