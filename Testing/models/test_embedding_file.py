"""Files of embeddings are safetensors, come back bit for bit, and damage is seen."""

import mmap
import os
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file

from SAMSegmenterLib.core.predictor import Embedding
from SAMSegmenterLib.models.embedding_file import UNREADABLE, embedding_bytes, read_embedding

KEY = "ab" * 20


def an_embedding(shape=(16, 16, 16)):
    return Embedding(KEY, (30, 41), (187, 256), np.random.default_rng(1).normal(size=shape).astype(np.float16))


@pytest.mark.parametrize("shape", [(16, 16, 16), (3, 5, 7), (1, 1, 1), (256, 64, 64)])
def test_any_safetensors_reader_reads_the_file(tmp_path, shape):
    embedding, path = an_embedding(shape), tmp_path / "one.safetensors"
    path.write_bytes(embedding_bytes(embedding))
    arrays = load_file(path)
    np.testing.assert_array_equal(arrays["features"], embedding.features)
    assert arrays["sizes"].tolist() == [30, 41, 187, 256]
    found = read_embedding(KEY, path)
    assert found.original_size == (30, 41) and found.input_size == (187, 256)
    assert found.features.dtype == np.float16
    np.testing.assert_array_equal(found.features, embedding.features)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_kept_picture_comes_back(tmp_path, channels):
    picture = np.random.default_rng(2).integers(0, 255, (31, 57, channels), np.uint8)
    embedding, path = replace(an_embedding(), picture=picture), tmp_path / "one.safetensors"
    path.write_bytes(embedding_bytes(embedding))
    found = read_embedding(KEY, path)
    assert found.picture.dtype == np.uint8 and found.nbytes == embedding.nbytes == 16**3 * 2 + picture.size
    np.testing.assert_array_equal(found.picture, picture)
    np.testing.assert_array_equal(load_file(path)["picture"], picture)


def test_a_vit_embedding_takes_less_than_a_tenth_of_a_megabyte_more_than_its_numbers():
    assert 256 * 64 * 64 * 2 < len(embedding_bytes(an_embedding((256, 64, 64)))) <= 2_100_000


@pytest.mark.skipif(os.name == "nt", reason="files are read there, so that they can be deleted")
def test_features_lie_in_the_file_and_outlive_its_deletion(tmp_path):
    path = tmp_path / "one.safetensors"
    path.write_bytes(embedding_bytes(an_embedding()))
    found = read_embedding(KEY, path)
    path.unlink()
    base = found.features
    while isinstance(base, np.ndarray):
        base = base.base
    assert isinstance(base.obj, mmap.mmap) and not found.features.flags.writeable
    np.testing.assert_array_equal(found.features, an_embedding().features)


def damaged(content: bytes, how: str) -> bytes:
    rows = np.frombuffer(content, np.uint8)[-8192:].copy()
    if how == "a bit":
        rows[4000] ^= 16
    elif how == "a lost page":
        rows[:4096] = 0
    else:
        rows = np.roll(rows, 4096)
    return content[:-8192] + rows.tobytes()


@pytest.mark.parametrize("how", ["a bit", "a lost page", "pages in another order"])
def test_every_kind_of_damage_to_the_numbers_is_seen(tmp_path, how):
    path = tmp_path / "one.safetensors"
    path.write_bytes(damaged(embedding_bytes(an_embedding((64, 16, 16))), how))
    with pytest.raises(ValueError, match="checksum"):
        read_embedding(KEY, path)


@pytest.mark.parametrize("content", [b"", b"x", b"\xff" * 100, b"\x02\0\0\0\0\0\0\0{}", b"\x02\0\0\0\0\0\0\0[]"])
def test_what_is_no_embedding_raises_what_is_announced(tmp_path, content):
    path = tmp_path / "one.safetensors"
    path.write_bytes(content)
    with pytest.raises(UNREADABLE):
        read_embedding(KEY, path)
