"""Engines are compared with PyTorch at the first use of weights; one that is wrong gives way to the next."""

import logging
from dataclasses import replace

import pytest

from SAMSegmenterLib.core.errors import DependencyError, InputError
from SAMSegmenterLib.models import engine_trust
from SAMSegmenterLib.models.engine_records import EngineCheck, read_records, remember_choice
from SAMSegmenterLib.models.engine_trust import trusted_predictor
from SAMSegmenterLib.models.known_models import blank_spec

SPEC = blank_spec("mine", "vit_b", "a" * 64)
RIGHT, WRONG = EngineCheck(1e-6, 1e-6, 1e-6, True), EngineCheck(0.5, 0.2, 0.1, False)


class Pretended:
    """A predictor that is right or wrong, and counts how often it was looked at."""

    def __init__(self, engine, wrong=(), spec=SPEC):
        self.engine, self.spec, self.precision, self.device = engine, spec, "float32", "cpu"
        self.wrong, self.checks = wrong, 0

    def check_engine(self):
        self.checks += 1
        return WRONG if self.engine in self.wrong else RIGHT


def trusted(asked, wrong=(), missing=(), spec=SPEC, device="cpu"):
    def make(engine):
        if engine in missing:
            raise DependencyError(f"no {engine}")
        return Pretended(engine, wrong, spec)

    return trusted_predictor(make, spec, device, asked)


@pytest.fixture(autouse=True)
def versions(models_folder, monkeypatch):
    monkeypatch.setattr(engine_trust.importlib.metadata, "version", lambda name: "1")


def test_weights_are_compared_once_per_engine():
    assert trusted("openvino").checks == 1
    assert trusted("openvino").checks == 0
    assert trusted("fast").checks == 1
    assert trusted("openvino", spec=replace(SPEC, sha256="b" * 64)).checks == 1
    assert len(read_records().checks) == 3


def test_another_version_is_compared_anew(monkeypatch):
    trusted("openvino")
    monkeypatch.setattr(engine_trust.importlib.metadata, "version", lambda name: "2")
    assert trusted("openvino").checks == 1


def test_weights_without_a_hash_are_compared_every_time():
    spec = replace(SPEC, sha256="")
    assert [trusted("openvino", spec=spec).checks for _ in range(2)] == [1, 1]
    assert read_records().checks == {}


def test_an_engine_that_is_wrong_gives_way_with_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        assert trusted("openvino", wrong=("openvino",)).engine == "fast"
        assert "'openvino' is not used with the weights of 'mine'" in caplog.text and "5.0e-01" in caplog.text
        other = replace(SPEC, sha256="b" * 64)
        assert trusted("openvino", wrong=("openvino", "fast"), spec=other).engine == "torch"
    assert "'torch' runs 'mine' instead" in caplog.text


def test_what_was_wrong_once_is_not_tried_again():
    trusted("openvino", wrong=("openvino",))
    assert trusted("openvino").engine == "fast"


def test_auto_takes_what_was_measured_else_the_usual():
    assert trusted("auto").engine == "fast" and trusted("auto", device="cuda").engine == "torch"
    remember_choice("vit_b", "cpu", "openvino")
    assert trusted("auto").engine == "openvino" and trusted("torch").engine == "torch"


def test_a_measured_choice_that_is_missing_now_gives_way_with_a_warning(caplog):
    remember_choice("vit_b", "cpu", "openvino")
    with caplog.at_level(logging.WARNING):
        assert trusted("auto", missing=("openvino",)).engine == "fast"
    assert "no openvino" in caplog.text


def test_an_engine_that_is_named_and_missing_is_an_error():
    with pytest.raises(DependencyError, match="no openvino"):
        trusted("openvino", missing=("openvino",))
    with pytest.raises(InputError, match="no engine"):
        trusted("abacus")


def test_the_small_network_is_the_same_on_the_fast_engine_and_not_compared():
    spec = blank_spec("mine", "small", "a" * 64)
    assert trusted("fast", spec=spec).checks == 0 and trusted("openvino", spec=spec).checks == 1
