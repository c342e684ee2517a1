"""The network that is adapted: what is trained in it, what it makes of an image, and its weights as plain SAM names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.core.predictor import ModelSpec, Predictor
from SAMSegmenterLib.models.cached_encoder import CachedEncoder
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.models.predictor import TorchPredictor
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from SAMSegmenterLib.models.training.fine_tuning.lora import (
    add_lora,
    encode_with_gradient,
    lora_parameters,
    plain_state_dict,
)
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions

if TYPE_CHECKING:
    from segment_anything.modeling import Sam


class AdaptedNetwork:
    """A SAM network of which the mask decoder, and on request adapters in the encoder, are trained.

    Args:
        sam: with the base model's weights; changed in place.
        spec: of the base model.
        options: of the run.
        device: where it is trained.
        cache: of embeddings; without adapters every image is encoded once.
    """

    def __init__(
        self, sam: Sam, spec: ModelSpec, options: FineTuningOptions, device: str, cache: EmbeddingCache
    ) -> None:
        self.sam, self.spec, self.device, self.cache = sam, spec, device, cache
        self._promptless = options.rules.promptless
        self._transform = load_segment_anything().utils.transforms.ResizeLongestSide(spec.image_size)
        self.encoder_changes = options.lora_rank > 0
        if self.encoder_changes:
            add_lora(sam, options.lora_rank, options.seed)
        sam.float().eval().to(device)
        self.parameters: dict[str, nn.Parameter] = {
            **{f"mask_decoder.{name}": value for name, value in sam.mask_decoder.named_parameters()},
            **lora_parameters(sam),
        }
        for parameter in self.parameters.values():
            parameter.data = parameter.data.clone()  # it may still be a view into the file's tensors
        self._predictor = self.predictor()  # encodes, once for each image, as long as the encoder stays as it is

    def train(self) -> None:
        """Ask for gradients of what is trained, and of nothing else; norms keep their statistics."""
        self.sam.eval().requires_grad_(False)
        for parameter in self.parameters.values():
            parameter.requires_grad_(True)

    def predictor(self) -> Predictor:
        """The network as it is now behind the project's interface; call `train` before training goes on."""
        spec = replace(self.spec, promptless=self._promptless)
        predictor = TorchPredictor(self.sam, spec, self.device)
        return predictor if self.encoder_changes else CachedEncoder(predictor, self.cache)

    def features(self, image: Rgb8) -> torch.Tensor:
        """(1, C, h, w) float32 embedding of an image: of the cache, or with a gradient where the encoder is trained."""
        if self.encoder_changes:
            resized = self._transform.apply_image(np.ascontiguousarray(image))
            pixels = torch.as_tensor(resized.copy(), device=self.device).permute(2, 0, 1).contiguous()[None]
            return encode_with_gradient(self.sam, self.sam.preprocess(pixels))
        embedding = self._predictor.encode([image])[0]
        return torch.as_tensor(embedding.features.astype(np.float32), device=self.device)[None]

    def weights(self) -> dict[str, torch.Tensor]:
        """A copy of what is trained, by name, on the CPU."""
        return {name: value.detach().cpu().clone() for name, value in self.parameters.items()}

    @torch.no_grad()
    def load_weights(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Set what is trained.

        Raises:
            ModelError: names or shapes are not those of this network.
        """
        shapes = {name: tuple(value.shape) for name, value in self.parameters.items()}
        if shapes != {name: tuple(value.shape) for name, value in weights.items()}:
            raise ModelError(
                "These weights belong to another network.", "Choose an empty output folder to start again."
            )
        for name, parameter in self.parameters.items():
            parameter.copy_(weights[name])

    def plain_state(self, precision: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """All weights under SAM's own names, each in the precision that the base model's file has it in.

        Args:
            precision: the base model's tensors; those that were not trained are taken from there, bit for bit.

        Raises:
            ModelError: a value is infinite, no number, or too large for that precision.
        """
        current = plain_state_dict(self.sam)
        trained = {name for name in current if name.startswith("mask_decoder.")}
        if self.encoder_changes:
            trained |= {name for name in current if name.endswith(".attn.qkv.weight")}
        result = {}
        for name, original in precision.items():
            value = current[name].detach().cpu().to(original.dtype) if name in trained else original
            if value.is_floating_point() and not bool(torch.isfinite(value).all()):
                raise ModelError(f"The weights '{name}' are not finite.", "Train with a lower learning rate.")
            result[name] = value.clone().contiguous()
        return result
