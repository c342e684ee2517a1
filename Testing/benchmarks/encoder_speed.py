"""Image encoders of SAM's three sizes on the fast engine, beside segment_anything's own code.

    python Testing/benchmarks/encoder_speed.py [--quick] [--json FILE]

Weights are random, also where training starts at zero, and the same in both. Times are of a quarter of each network's
blocks, in its own proportion of windowed to global ones, with patches and neck, and take turns. Memory is that of a
process that encodes an image with the whole network.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from benchmarks.comparisons import Comparison
from benchmarks.harness import run, table
from benchmarks.side_by_side import OURS, REFERENCE, alone, case_of, in_turns, peak_megabytes, time_and_memory

from SAMSegmenterLib.models.fast_encoder import FastImageEncoder
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

SIZES = {"vit_b": (768, 12, 12), "vit_l": (1024, 16, 24), "vit_h": (1280, 16, 32)}
"""Width, heads, blocks; every fourth part of them ends with a global one."""
IMAGE, QUICK_IMAGE = 1024, 256
WHOLE = ("vit_b",)
"""Whose memory is measured; the larger ones take minutes in the reference."""
AIMS = {"vit_b": ("at most 0.63 x", "at most 0.50 x"), "vit_l": ("", ""), "vit_h": ("at most 0.50 x", "")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    case = case_of(given)
    if case is not None:
        print(json.dumps(_encode_once(*case)))
        return 0
    return run(measure, __doc__ or "", given)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    side, rounds = (QUICK_IMAGE, 1) if quick else (IMAGE, 3)
    figures, comparisons = {}, []
    for name in ("vit_b",) if quick else SIZES:
        figures[name] = one = _one_size(name, side, rounds)
        alone_too = (REFERENCE, OURS) if name in WHOLE and not quick else ()
        peaks = {engine: alone(__file__, name, engine)["peak_mb"] for engine in alone_too}
        what = f"{name} encode (difference at most {one['largest_difference']:.1e})"
        comparisons += time_and_memory(what, one.pop("timings"), peaks, AIMS[name])
        rate = one["gflops"], "one matrix product", one["product_gflops"], "GFLOP/s"
        comparisons.append(Comparison(f"{name} encode, speed", *rate, aim="0.80 x").to_json())
        one["peak_mb"] = peaks
    rows = [[row["what"], f"{row['value']:.1f}", f"{row['reference_value']:.1f}", row["result"]] for row in comparisons]
    return {"sizes": figures, "comparisons": comparisons}, table(("", "fast", "reference", "result"), rows)


def _one_size(name: str, side: int, rounds: int) -> dict[str, Any]:
    """Times of a quarter of the network, and how far the embeddings lie apart."""
    encoder = random_encoder(name, side, quarter=True)
    fast, image = FastImageEncoder(encoder), torch.randn(1, 3, side, side)
    width = SIZES[name][0]
    tokens, weights = torch.randn((side // 16) ** 2, width), torch.randn(4 * width, width)
    with torch.inference_mode():
        works = {REFERENCE: lambda: encoder(image), OURS: lambda: fast(image), "product": lambda: tokens @ weights.t()}
        difference = float((encoder(image) - fast(image)).abs().max())
        timings = in_turns(works, rounds)
    return {
        "timings": timings,
        "milliseconds": {engine: one.to_json() for engine, one in timings.items()},
        "largest_difference": difference,
        "gflops": _operations(name, side, len(encoder.blocks)) / timings[OURS].median / 1e9,
        "product_gflops": 2 * tokens.numel() * 4 * width / timings["product"].least / 1e9,
    }


def _operations(name: str, side: int, blocks: int) -> float:
    """Multiplications and additions that a part of an encoder with one global block must do."""
    width, tokens = SIZES[name][0], (side // 16) ** 2
    linear = blocks * 24 * tokens * width**2
    attention = 4 * tokens * width * (tokens + (blocks - 1) * 14**2)
    around = 2 * tokens * (3 * 16**2 * width + width * 256 + 9 * 256**2)
    return float(linear + attention + around)


def random_encoder(name: str, side: int, quarter: bool) -> Any:
    """An encoder with random weights, whole or a quarter of it."""
    width, heads, depth = SIZES[name]
    part = depth // 4
    blocks = part if quarter else depth
    with torch.device("meta"):
        encoder = load_segment_anything().modeling.ImageEncoderViT(
            side,
            embed_dim=width,
            num_heads=heads,
            depth=blocks,
            use_rel_pos=True,
            window_size=14,
            global_attn_indexes=tuple(range(part - 1, blocks, part)),
        )
    encoder = encoder.to_empty(device="cpu").eval().requires_grad_(False)
    torch.manual_seed(0)
    for tensor_name, tensor in encoder.named_parameters():
        one_dimensional_weight = tensor.ndim == 1 and tensor_name.endswith("weight")
        tensor.normal_(1.0 if one_dimensional_weight else 0.0, 0.02)
    return encoder


def _encode_once(name: str, engine: str) -> dict[str, float]:
    encoder = random_encoder(name, IMAGE, quarter=False)
    with torch.inference_mode():
        (FastImageEncoder(encoder) if engine == OURS else encoder)(torch.zeros(1, 3, IMAGE, IMAGE))
    return {"peak_mb": round(peak_megabytes(), 1)}


if __name__ == "__main__":
    sys.exit(main())
