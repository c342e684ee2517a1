"""The cache of embeddings on disk: size per slice, time of a look-up, memory, and what is left when it is killed.

    python Testing/benchmarks/cache_speed.py [--quick] [--json FILE]

500 slices of random numbers in the shapes of ViT-B/L/H and of the bundled model. A look-up opens, maps and checks the
file of a slice; reading the same file by the safetensors package takes turns with it. Memory is what the process gained
while it put all slices. A process that writes slices is killed after some of them, and what it had finished is looked
up.
"""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from benchmarks.comparisons import DIFFERENCE, RATIO, Comparison
from benchmarks.harness import Timings, run, seconds_of, table
from benchmarks.side_by_side import MEGABYTE, resident_bytes
from safetensors.numpy import load_file

from SAMSegmenterLib.core.predictor import Embedding
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache

SHAPES = {"ViT-B/L/H": (256, 64, 64), "bundled model": (128, 32, 32)}
PICTURED, PICTURE = (SHAPES["bundled model"],), (512, 512, 1)
SLICES, QUICK_SLICES = 500, 10
RAM_BUDGET = 64 << 20
MOST_MB = 2.1


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["--write"]:
        return _write(Path(given[1]))
    return run(measure, __doc__ or "", given)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    cases, comparisons = {}, []
    for name, shape in SHAPES.items():
        with tempfile.TemporaryDirectory(prefix="sam-cache-") as folder:
            cases[name] = one = _one_shape(Path(folder), shape, QUICK_SLICES if quick else SLICES)
        comparisons += _comparisons(name, shape, one)
    with tempfile.TemporaryDirectory(prefix="sam-cache-") as folder:
        finished, found = _killed(Path(folder), 5 if quick else 100)
    cases["killed while writing"] = {"finished": finished, "found_again": found}
    comparisons.append(
        Comparison(
            "slices found again after kill -9", found, "finished before", finished, "slices", aim="1.00 x"
        ).to_json()
    )
    rows = [
        [row["what"], f"{row['value']:.3f}", row["unit"], f"{row['reference_value']:.3f}", row["result"]]
        for row in comparisons
    ]
    return {"cases": cases, "comparisons": comparisons}, table(("", "measured", "", "reference", "result"), rows)


def _one_shape(folder: Path, shape: tuple[int, ...], slices: int) -> dict[str, Any]:
    cache, before = EmbeddingCache(folder, RAM_BUDGET), resident_bytes()
    for number in range(slices):
        cache.put(_embedding(number, shape))
    gained = resident_bytes() - before
    size, unused = cache.size_bytes() / slices, EmbeddingCache(folder, 0)
    ours, theirs, apart = [], [], 0
    for number in range(slices):
        key = f"{number:040x}"
        path = folder / key[:2] / f"{key}.safetensors"
        ours.append(seconds_of(lambda key=key: unused.get(key)))
        theirs.append(seconds_of(lambda path=path: load_file(path)))
        apart += not _same(unused.get(key), _embedding(number, shape))
    return {
        "bytes_per_slice": size,
        "look_up": Timings(tuple(ours)).to_json(),
        "safetensors": Timings(tuple(theirs)).to_json(),
        "ram_mb": cache.ram_bytes / MEGABYTE,
        "memory_gained_mb": gained / MEGABYTE,
        "slices": slices,
        "slices_that_differ": apart,
    }


def _comparisons(name: str, shape: tuple[int, ...], one: dict[str, Any]) -> list[dict[str, Any]]:
    numbers = float(_embedding(0, shape).nbytes)
    differ = f"{one['slices_that_differ']} of {one['slices']} slices"
    size = one["bytes_per_slice"] / 1e6, "its numbers", numbers / 1e6, "MB", RATIO
    looked_up = one["look_up"]["median_ms"], "safetensors' own reader", one["safetensors"]["median_ms"], "ms", RATIO
    memory = one["memory_gained_mb"], "budget in memory", RAM_BUDGET / MEGABYTE, "MB", DIFFERENCE
    rows = [
        Comparison(f"{name}, a slice on disk", *size, f"at most {MOST_MB} MB", differ),
        Comparison(f"{name}, look-up", *looked_up, "below 1 ms", differ),
        Comparison(f"{name}, memory gained by {one['slices']} slices", *memory, "about the budget"),
    ]
    return [row.to_json() for row in rows]


def _killed(folder: Path, count: int) -> tuple[int, int]:
    """Slices that a killed process had finished, and how many of them are there."""
    command = [sys.executable, __file__, "--write", str(folder)]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    finished = [int(writer.stdout.readline()) for _ in range(count)] if writer.stdout else []
    writer.kill()
    rest, _ = writer.communicate()
    finished += [int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    cache = EmbeddingCache(folder, 0)
    found = [cache.get(f"{number:040x}") for number in finished]
    expected = [_embedding(number, SHAPES["bundled model"]) for number in finished]
    same = [one is not None and _same(one, other) for one, other in zip(found, expected, strict=True)]
    return len(finished), sum(same)


def _same(one: Embedding, other: Embedding) -> bool:
    """Whether all arrays are alike, bit for bit."""
    arrays, others = one.pack(), other.pack()
    return arrays.keys() == others.keys() and all(np.array_equal(arrays[name], others[name]) for name in arrays)


def _write(folder: Path) -> int:
    """Until somebody ends it."""
    cache = EmbeddingCache(folder, 0)
    for number in range(10_000):
        cache.put(_embedding(number, SHAPES["bundled model"]))
        print(number, flush=True)
    return 0


def _embedding(number: int, shape: tuple[int, ...]) -> Embedding:
    """Finite numbers of 16 bits that differ from slice to slice; with the bundled model's picture of a grey slice."""
    words = _random_words(shape) ^ np.uint16(number)
    picture = _random_words(PICTURE).astype(np.uint8) ^ np.uint8(number % 256) if shape in PICTURED else None
    return Embedding(f"{number:040x}", (512, 512), (1024, 1024), words.view(np.float16), picture)


@functools.cache
def _random_words(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 1 << 14, shape, np.uint16)


if __name__ == "__main__":
    sys.exit(main())
