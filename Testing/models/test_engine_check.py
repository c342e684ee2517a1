"""The comparison of engines with PyTorch finds the same where it is the same, and finds what is wrong."""

from functools import partial

import pytest
import torch

from SAMSegmenterLib.models.engine_check import check_engine
from SAMSegmenterLib.models.engines import CompiledEngine, FastEngine, OriginalEngine
from SAMSegmenterLib.models.predictor import no_step
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from support.random_networks import with_sams_decoder


@pytest.fixture(scope="module")
def a_transformer():
    """A small vision transformer of two blocks before SAM's own decoder."""
    network, modeling = with_sams_decoder(), load_segment_anything().modeling
    norm = partial(torch.nn.LayerNorm, eps=1e-6)
    encoder = modeling.ImageEncoderViT(
        256,
        embed_dim=32,
        num_heads=2,
        depth=2,
        norm_layer=norm,
        use_rel_pos=True,
        window_size=14,
        global_attn_indexes=(1,),
    )
    with torch.no_grad():
        for name, parameter in encoder.named_parameters():
            if "pos" in name:
                parameter.normal_(0, 0.1)
    network.image_encoder = encoder.eval()
    return network.requires_grad_(False)


def test_the_fast_engine_passes(a_transformer):
    check = check_engine("fast", FastEngine(a_transformer, no_step), a_transformer)
    assert check.passed and check.largest < 1e-5 and 0 < check.logits < 1e-4


def test_wrong_positions_are_found_in_the_fast_engine(a_transformer, monkeypatch):
    monkeypatch.setattr("SAMSegmenterLib.models.fast_attention.FastAttention._terms", lambda self, q: (None, None))
    check = check_engine("fast", FastEngine(a_transformer, no_step), a_transformer)
    assert not check.passed and check.largest > 1e-3


def test_wrong_masks_are_found(a_transformer, monkeypatch):
    engine = FastEngine(a_transformer, no_step)
    answer = engine.answer
    monkeypatch.setattr(engine, "answer", lambda *given: [1.01 * part for part in answer(*given)])
    check = check_engine("fast", engine, a_transformer)
    assert not check.passed and check.logits == pytest.approx(0.01, rel=0.01) and check.largest < 1e-5


def test_openvino_passes_and_eight_bit_is_allowed_more(a_transformer):
    pytest.importorskip("openvino", reason="the optional package openvino is not installed")
    from SAMSegmenterLib.models.engines import OpenVinoEngine

    exact = check_engine("openvino", OpenVinoEngine(a_transformer, no_step, "openvino"), a_transformer)
    near = check_engine("openvino-int8", OpenVinoEngine(a_transformer, no_step, "openvino-int8"), a_transformer)
    assert exact.passed and exact.largest < 1e-4
    assert near.passed and near.relative > 10 * exact.relative


def test_embeddings_that_are_not_finite_never_pass(a_small_network, monkeypatch):
    engine = FastEngine(a_small_network, no_step)
    monkeypatch.setattr(engine, "encode", lambda image: a_small_network.image_encoder(image) * torch.nan)
    for name in ("openvino", "openvino-int8"):
        assert not check_engine(name, engine, a_small_network).passed


def test_the_compiled_engine_passes_without_its_compiler(a_small_network, monkeypatch):
    monkeypatch.setattr(CompiledEngine, "backend", "eager")
    steps = []
    engine = CompiledEngine(a_small_network, lambda done, total: steps.append((done, total)))
    assert check_engine("compiled", engine, a_small_network).passed and steps == [(0, 1), (0, 0), (0, 0)]


def test_sams_own_code_equals_itself(a_small_network):
    check = check_engine("torch", OriginalEngine(a_small_network, no_step), a_small_network)
    assert (check.largest, check.logits, check.passed) == (0, 0, True)
