"""Slices to fine-tune on, and a SAM network so small that a training step takes milliseconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from SAMSegmenterLib.models.training.fine_tuning.samples import ObjectMask, Sample
from SAMSegmenterLib.models.weights import file_sha256

TINY = {"image_size": 64, "stride": 16, "width": 32, "mask_size": 16}


def ring_sample(patient: str, index: int, structures: tuple[str, ...] = ("ring",), side: int = 64) -> Sample:
    """A disk with a core hardly brighter: "ring" is its rim, which nobody would outline untold. Seeded by the names."""
    rng = np.random.default_rng([*patient.encode(), index])
    y, x = rng.uniform(0.4, 0.6, 2) * side
    outer = rng.uniform(0.28, 0.36) * side
    inner = 0.7 * outer
    rows, columns = np.ogrid[:side, :side]
    distance = np.hypot(rows - y, columns - x)
    grey = np.select([distance <= inner, distance <= outer], [150.0, 130.0], 50.0) + rng.normal(0, 8, distance.shape)
    image = np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    masks = {"ring": (distance > inner) & (distance <= outer), "core": distance <= inner}
    objects = tuple(ObjectMask.of(name, masks[name]) for name in structures)
    return Sample(image, objects, patient, f"case {patient}", index)


def ring_samples(patients: int = 5, slices: int = 2, structures: tuple[str, ...] = ("ring",)) -> list[Sample]:
    """Rings of several patients, the slices of each in their order."""
    return [ring_sample(f"p{n}", index, structures) for n in range(patients) for index in range(slices)]


def tiny_sam(seed: int = 0) -> Any:
    """A SAM network with a vision transformer of two blocks and random weights, 64 px."""
    modeling = load_segment_anything().modeling
    torch.manual_seed(seed)
    size, width = TINY["image_size"], TINY["width"]
    grid = size // TINY["stride"]
    encoder = modeling.ImageEncoderViT(
        img_size=size,
        patch_size=TINY["stride"],
        embed_dim=48,
        depth=2,
        num_heads=2,
        out_chans=width,
        use_rel_pos=True,
        window_size=2,
        global_attn_indexes=(1,),
    )
    prompts = modeling.PromptEncoder(
        embed_dim=width, image_embedding_size=(grid, grid), input_image_size=(size, size), mask_in_chans=4
    )
    decoder = modeling.MaskDecoder(
        transformer_dim=width,
        transformer=modeling.TwoWayTransformer(depth=2, embedding_dim=width, mlp_dim=64, num_heads=2),
        iou_head_hidden_dim=width,
    )
    return modeling.Sam(encoder, prompts, decoder).eval()


def tiny_spec(folder: Path, seed: int = 0) -> ModelSpec:
    """The tiny network as a weights file; it calls itself a vit_b, which `use_tiny_sam` makes true."""
    path = folder / "tiny.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in tiny_sam(seed).state_dict().items()}, path)
    return ModelSpec("tiny", "vit_b", file_sha256(path), **TINY, licence="CC0", path=path, bytes=path.stat().st_size)


def use_tiny_sam(monkeypatch: Any) -> None:
    """Let every network that is built from its weights be the tiny one."""
    monkeypatch.setattr("SAMSegmenterLib.models.loading.build", lambda name: tiny_sam())
