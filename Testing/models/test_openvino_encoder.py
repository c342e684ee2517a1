"""The encoder in OpenVINO equals SAM's own; its 8-bit form stays near; being stopped ends its work."""

import subprocess
import sys

import pytest
import torch
from models.test_fast_encoder import HEADS, an_encoder

from SAMSegmenterLib.core.errors import Cancelled, DependencyError, ModelError
from SAMSegmenterLib.models.openvino_encoder import OpenVinoEncoder, has_bf16

pytest.importorskip("openvino", reason="the optional package openvino is not installed")
TOLERANCE = 1e-4


def images(side, count=1):
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(1))


def both(encoder, batch, engine="openvino"):
    with torch.inference_mode():
        return OpenVinoEncoder(encoder, engine, 1)(batch), encoder(batch)


def assert_equal(encoder, batch):
    found, expected = both(encoder, batch)
    assert found.shape == expected.shape and expected.std() > 0.5
    torch.testing.assert_close(found, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", HEADS)
def test_widths_and_heads_of_all_sizes(name):
    assert_equal(an_encoder(*HEADS[name], 256), images(256))


@pytest.mark.parametrize("side", [64, 224, 240, 272])
def test_grids_smaller_than_a_window_of_whole_windows_with_padding_and_of_a_prime_number_of_rows(side):
    assert_equal(an_encoder(64, 4, side), images(side))


@pytest.mark.parametrize("options", [{"use_rel_pos": False}, {"qkv_bias": False}, {"use_abs_pos": False}])
def test_parts_that_a_transformer_may_lack(options):
    assert_equal(an_encoder(64, 4, 256, **options), images(256))


def test_batches_and_images_alone_are_the_same():
    engine, batch = OpenVinoEncoder(an_encoder(64, 4, 128), "openvino", 1), images(128, 3)
    together, alone = engine(batch), [engine(image[None]) for image in batch]
    assert all(torch.equal(one, other[0]) for one, other in zip(together, alone, strict=True))


def test_eight_bit_is_near_and_not_the_same():
    found, expected = both(an_encoder(64, 4, 256), images(256), "openvino-int8")
    error = (found - expected).norm() / expected.norm()
    assert 1e-4 < error < 0.02


def test_the_small_network_is_translated(a_small_network):
    found, expected = both(a_small_network.image_encoder, images(256))
    torch.testing.assert_close(found, expected, rtol=0, atol=TOLERANCE)
    assert expected.abs().max() > 0.1


def test_what_sams_transformers_have_not_is_refused():
    from functools import partial

    with pytest.raises(ModelError, match="does not know a part"):
        OpenVinoEncoder(an_encoder(64, 4, 64, act_layer=partial(torch.nn.GELU, approximate="tanh")), "openvino", 1)


@pytest.mark.skipif(has_bf16(), reason="this processor computes in bfloat16")
def test_bfloat16_is_refused_where_the_processor_has_it_not():
    with pytest.raises(ModelError, match="bfloat16"):
        OpenVinoEncoder(an_encoder(64, 4, 64), "openvino-bf16", 1)


def test_being_stopped_ends_the_work_and_the_next_image_is_right(monkeypatch):
    monkeypatch.setattr("SAMSegmenterLib.models.openvino_encoder._LOOK_SECONDS", 0.001)
    encoder, steps = an_encoder(64, 4, 320, depth=6), []

    def stopping(done, total):
        steps.append((done, total))
        if len(steps) == 2:
            raise Cancelled

    engine = OpenVinoEncoder(encoder, "openvino", 1, stopping)
    with pytest.raises(Cancelled):
        engine(images(320))
    assert steps == [(0, 1), (0, 1)]
    with torch.inference_mode():
        torch.testing.assert_close(engine(images(320)), encoder(images(320)), rtol=0, atol=TOLERANCE)


def test_without_the_package_it_is_said_what_to_install(monkeypatch):
    from SAMSegmenterLib.models import openvino_encoder

    openvino_encoder._core.cache_clear()
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(DependencyError, match="OpenVINO cannot be imported") as caught:
        OpenVinoEncoder(an_encoder(64, 4, 64), "openvino", 1)
    assert "pip install openvino" in caught.value.hint


def test_importing_the_package_reports_to_nobody():
    code = (
        "import sys; from SAMSegmenterLib.models.openvino_package import load_openvino; load_openvino().Core();"
        "print([name for name in sys.modules if 'telemetry' in name and 'ovc' not in name])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
