"""Image encoders as graphs for OpenVINO.

Two blocks of ViT-B at 512 x 512 (one windowed, one global; processor time of one core): `segment_anything`'s own code
0.89 s, the same exported to ONNX Runtime 0.93 s, these graphs 0.67 s. ONNX Runtime is therefore no engine.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.models.openvino_attention import AttentionGraph
from SAMSegmenterLib.models.openvino_layers import constant, neck, norm, perceptron, tokens_of_patches
from SAMSegmenterLib.models.openvino_package import load_openvino
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

if TYPE_CHECKING:
    import openvino


def encoder_graph(encoder: Any, eight_bit: bool = False) -> openvino.Model:
    """The encoder for one image (1, 3, S, S), float32; a vision transformer's weights are shared.

    Args:
        encoder: a SAM network's; its weights must not change afterwards.
        eight_bit: hold the weights of a transformer's linear layers in 8 bit.

    Raises:
        DependencyError: OpenVINO is missing.
        ModelError: a vision transformer with parts that SAM's have not.
    """
    load_openvino()
    if isinstance(encoder, load_segment_anything().modeling.ImageEncoderViT):
        return _transformer(encoder, eight_bit)
    return _traced(encoder)


def _transformer(encoder: Any, eight_bit: bool) -> openvino.Model:
    """Built operation by operation: what PyTorch's code becomes when it is translated takes longer and more memory."""
    import openvino
    from openvino import opset13 as ops

    _check(encoder)
    side = encoder.img_size
    grid = side // encoder.patch_embed.proj.kernel_size[0]
    image = ops.parameter([1, 3, side, side], np.float32)
    x = tokens_of_patches(image, encoder.patch_embed.proj, grid)
    if encoder.pos_embed is not None:
        x = ops.add(x, constant(encoder.pos_embed.reshape(1, grid * grid, -1)))
    for block in encoder.blocks:
        attention = AttentionGraph(block.attn, grid, block.window_size, eight_bit)
        x = ops.add(x, attention(norm(x, block.norm1)))
        x = ops.add(x, perceptron(norm(x, block.norm2), block.mlp, eight_bit))
    return openvino.Model([neck(x, encoder.neck, grid)], [image])


def _check(encoder: Any) -> None:
    acts = [block.mlp.act for block in encoder.blocks]
    if any(not isinstance(act, torch.nn.GELU) or act.approximate != "none" for act in acts) or encoder.neck is None:
        raise ModelError("The OpenVINO engine does not know a part of this image encoder.", "Choose the engine 'fast'.")


def _traced(encoder: Any) -> openvino.Model:
    """Translated from PyTorch's own record of its operations."""
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    side = encoder.img_size
    example = torch.zeros(1, 3, side, side)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about shapes that become fixed, which is meant
        recorded = torch.jit.trace(encoder, example, check_trace=False)
    frontend = FrontEndManager().load_by_framework("pytorch")
    decoder = TorchScriptPythonDecoder(recorded, example_input=(example,))  # must outlive the translation
    model = frontend.convert(frontend.load(decoder))
    model.reshape([1, 3, side, side])
    return model
