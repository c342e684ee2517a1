"""Engines by name, and which is chosen where none is named."""

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.engine_names import APPROXIMATE, AUTO, ENGINES, OPENVINO_ENGINES, chosen_engine


@pytest.mark.parametrize(
    ("architecture", "device", "expected"),
    [("vit_b", "cpu", "fast"), ("vit_h", "cpu", "fast"), ("small", "cpu", "fast"), ("vit_b", "cuda", "torch")],
)
def test_auto_is_fast_on_the_cpu(architecture, device, expected):
    assert chosen_engine(AUTO, architecture, device) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_that_is_named_is_used_for_transformers_on_the_cpu(engine):
    assert chosen_engine(engine, "vit_l", "cpu") == engine


@pytest.mark.parametrize("engine", [engine for engine in ENGINES if engine not in OPENVINO_ENGINES])
def test_engines_of_pytorch_run_everything_everywhere(engine):
    used = {chosen_engine(engine, name, device) for name in ("small", "vit_l") for device in ("cpu", "cuda", "mps")}
    assert used == {engine}


@pytest.mark.parametrize("engine", OPENVINO_ENGINES)
def test_openvino_is_refused_on_graphics_cards(engine):
    with pytest.raises(InputError, match="runs on the CPU"):
        chosen_engine(engine, "vit_b", "cuda:1")


@pytest.mark.parametrize("engine", APPROXIMATE)
def test_rounding_engines_run_transformers_only(engine):
    with pytest.raises(InputError, match="vision transformers only"):
        chosen_engine(engine, "small", "cpu")


def test_an_unknown_engine_is_refused_with_the_names_of_the_others():
    with pytest.raises(InputError, match="no engine 'abacus'") as caught:
        chosen_engine("abacus", "vit_b", "cpu")
    assert all(name in caught.value.hint for name in (AUTO, *ENGINES))
