"""Image encoders of SAM's three sizes on the engines of this computer, beside segment_anything's own code.

    python Testing/benchmarks/encoder_speed.py [--quick] [--json FILE]

Weights are random, also where training starts at zero, and the same for all. Every engine encodes an image with the
whole network in a process of its own, and the processes take turns. The least time counts, and the least time that the
processor worked for it, which other programs hardly change. Memory is the most that the process held.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from benchmarks.comparisons import FASTER, Comparison
from benchmarks.harness import run, table
from benchmarks.side_by_side import REFERENCE, alone, case_of, peak_megabytes

from SAMSegmenterLib.models.engine_names import APPROXIMATE, FAST
from SAMSegmenterLib.models.engine_tuning import offered_engines
from SAMSegmenterLib.models.fast_encoder import FastImageEncoder
from SAMSegmenterLib.models.openvino_encoder import OpenVinoEncoder
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

SIZES = {"vit_b": (768, 12, 12), "vit_l": (1024, 16, 24), "vit_h": (1280, 16, 32)}
"""Width, heads, blocks; every fourth part of them ends with a global one."""
IMAGE, QUICK_IMAGE = 1024, 256
ROUNDS = {"vit_b": 2, "vit_l": 1, "vit_h": 1}
AIMS = {
    ("vit_b", "fast"): ("at least 1.6 x", "at most 0.50 x"),
    ("vit_b", "openvino"): ("at least 2.2 x", ""),
    ("vit_b", "openvino-int8"): ("at least 4 x", ""),
    ("vit_h", "fast"): ("at least 2 x", "below 8192 MB"),
    ("vit_h", "openvino"): ("at least 2 x", "below 8192 MB"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    case = case_of(given)
    if case is not None:
        print(json.dumps(_encode(*case[:2], int(case[2]), Path(case[3]))))
        return 0
    return run(measure, __doc__ or "", given)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    side, figures, comparisons = QUICK_IMAGE if quick else IMAGE, {}, []
    for name in ("vit_b",) if quick else SIZES:
        figures[name] = engines = _one_size(name, side, 1 if quick else ROUNDS[name])
        for engine in engines:
            if engine != REFERENCE:
                comparisons += _rows(name, engine, engines[engine], engines[REFERENCE])
    rows = [[row["what"], f"{row['value']:.1f}", f"{row['reference_value']:.1f}", row["result"]] for row in comparisons]
    return {"sizes": figures, "comparisons": comparisons}, table(("", "measured", "reference", "result"), rows)


def _one_size(name: str, side: int, rounds: int) -> dict[str, dict[str, float]]:
    """Figures of each engine: least times, memory, speed, and how far its embedding lies from the reference's."""
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for engine in offered_engines(name, "cpu"):
                found = alone(__file__, name, engine, str(side), folder)
                before = figures.get(engine, found)
                best = {key: max if key == "product_gflops" else min for key in found}
                figures[engine] = {key: best[key](value, before[key]) for key, value in found.items()}
        expected = np.load(Path(folder) / f"{REFERENCE}.npy")
        for engine, one in figures.items():
            difference = np.abs(np.load(Path(folder) / f"{engine}.npy") - expected)
            one["largest_difference"] = float(difference.max())
            one["relative_difference"] = float(np.linalg.norm(difference) / np.linalg.norm(expected))
            one["gflops"] = _operations(name, side) / one["processor_seconds"] / 1e9
    return figures


def _rows(name: str, engine: str, ours: dict[str, float], theirs: dict[str, float]) -> list[dict[str, Any]]:
    own, aims = "segment_anything's own code", AIMS.get((name, engine), ("", ""))
    what, apart = f"{name} encode, {engine}", f"{ours['largest_difference']:.1e}"
    rows = []
    for key, kind in (("seconds", ""), ("processor_seconds", ", processor time")):
        times = 1000 * ours[key], own, 1000 * theirs[key], "ms"
        rows.append(Comparison(what + kind, *times, FASTER, aims[0], apart))
    if theirs["peak_mb"]:
        memory = ours["peak_mb"], own, theirs["peak_mb"], "MB"
        rows.append(Comparison(f"{what}, memory at most", *memory, aim=aims[1]))
    rate = ours["gflops"], "one matrix product", ours["product_gflops"], "GFLOP/s"
    rows.append(Comparison(f"{what}, speed of one core", *rate, aim="" if engine in APPROXIMATE else "0.80 x"))
    return [row.to_json() for row in rows]


def _operations(name: str, side: int) -> float:
    """Multiplications and additions that an encoder must do."""
    width, blocks = SIZES[name][0], _blocks(name, side)
    tokens = (side // 16) ** 2
    linear = blocks * 24 * tokens * width**2
    everywhere = blocks // (SIZES[name][2] // 4)
    attention = 4 * tokens * width * (everywhere * tokens + (blocks - everywhere) * min(tokens, 14**2))
    around = 2 * tokens * (3 * 16**2 * width + width * 256 + 9 * 256**2)
    return float(linear + attention + around)


def _blocks(name: str, side: int) -> int:
    """All of them, but for a quick run, which takes a quarter."""
    return SIZES[name][2] if side == IMAGE else SIZES[name][2] // 4


def random_encoder(name: str, side: int) -> Any:
    """An encoder with random weights."""
    width, heads, depth = *SIZES[name][:2], _blocks(name, side)
    part = SIZES[name][2] // 4
    with torch.device("meta"):
        encoder = load_segment_anything().modeling.ImageEncoderViT(
            side,
            embed_dim=width,
            num_heads=heads,
            depth=depth,
            use_rel_pos=True,
            window_size=14,
            global_attn_indexes=tuple(range(part - 1, depth, part)),
        )
    encoder = encoder.to_empty(device="cpu").eval().requires_grad_(False)
    torch.manual_seed(0)
    for tensor_name, tensor in encoder.named_parameters():
        one_dimensional_weight = tensor.ndim == 1 and tensor_name.endswith("weight")
        tensor.normal_(1.0 if one_dimensional_weight else 0.0, 0.02)
    return encoder


def _encode(name: str, engine: str, side: int, folder: Path) -> dict[str, float]:
    """What a process of its own measures; leaves the embedding in the folder."""
    encoder = random_encoder(name, side)
    image = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(1))
    start = time.perf_counter()
    work = _on_engine(encoder, engine)
    ready = time.perf_counter() - start
    with torch.inference_mode():
        seconds, processor, embedding = _timed(lambda: work(image))
        peak = peak_megabytes()
        tokens, weights = torch.randn(4096, SIZES[name][0]), torch.randn(4 * SIZES[name][0], SIZES[name][0])
        product = min(_timed(lambda: tokens @ weights.t())[1] for _ in range(5))
    np.save(folder / f"{engine}.npy", embedding.numpy())
    return {
        "ready_seconds": ready,
        "seconds": seconds,
        "processor_seconds": processor,
        "peak_mb": round(peak, 1),
        "product_gflops": 2 * tokens.numel() * len(weights) / product / 1e9,
    }


def _on_engine(encoder: Any, engine: str) -> Callable[[torch.Tensor], torch.Tensor]:
    if engine == REFERENCE:
        return encoder
    return FastImageEncoder(encoder) if engine == FAST else OpenVinoEncoder(encoder, engine, torch.get_num_threads())


def _timed(work: Callable[[], torch.Tensor]) -> tuple[float, float, torch.Tensor]:
    start, busy = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - start, time.process_time() - busy, found


if __name__ == "__main__":
    sys.exit(main())
