"""Engines are measured beside SAM's own code, and the one that is chosen is both right and clearly faster."""

from dataclasses import replace

import pytest

from SAMSegmenterLib.models import engine_tuning
from SAMSegmenterLib.models.engine_records import EngineCheck
from SAMSegmenterLib.models.engine_tuning import EngineMeasurement, best_engine, measure_engines, offered_engines
from SAMSegmenterLib.models.known_models import blank_spec

RIGHT, WRONG = EngineCheck(1e-6, 1e-6, 1e-6, True), EngineCheck(0.5, 0.2, 0.1, False)


def measured(**encode):
    names = {name.replace("_", "-"): seconds for name, seconds in encode.items()}
    return [EngineMeasurement(name, seconds, 0.01, RIGHT, 1.0, 100.0) for name, seconds in names.items()]


def chosen(measurements, **options):
    return best_engine(measurements, "vit_b", "cpu", **options).engine


@pytest.fixture
def with_openvino(monkeypatch):
    monkeypatch.setattr(engine_tuning, "openvino_installed", lambda: True)
    monkeypatch.setattr(engine_tuning, "has_bf16", lambda: False)


def test_the_fastest_that_is_exact_is_chosen():
    all_of_them = measured(torch=10, fast=6, openvino=5, openvino_int8=2)
    assert chosen(all_of_them) == "openvino" and chosen(all_of_them, approximate=True) == "openvino-int8"


def test_what_is_hardly_faster_does_not_replace_the_usual_engine():
    assert chosen(measured(torch=10, fast=6, openvino=5.9)) == "fast"


def test_what_answers_wrongly_is_not_chosen():
    torch, fast, openvino = measured(torch=10, fast=6, openvino=1)
    assert chosen([torch, fast, replace(openvino, check=WRONG)]) == "fast"
    assert chosen([torch, replace(fast, check=WRONG), replace(openvino, check=WRONG)]) == "torch"


def test_prompts_count_as_much_as_a_slice_usually_gets():
    torch, fast = measured(torch=0.05, fast=0.05)
    assert fast.seconds_per_slice == pytest.approx(0.10)
    assert best_engine([torch, replace(fast, decode_seconds=0.001)], "small", "cpu").engine == "fast"


def test_what_is_offered_depends_on_network_and_device(with_openvino, monkeypatch):
    assert offered_engines("vit_b", "cpu") == ("torch", "fast", "openvino", "openvino-int8")
    assert offered_engines("small", "cpu") == ("torch", "fast", "openvino")
    assert offered_engines("vit_b", "cuda:0") == ("torch", "compiled")
    monkeypatch.setattr(engine_tuning, "has_bf16", lambda: True)
    assert offered_engines("vit_h", "cpu")[-1] == "openvino-bf16"
    monkeypatch.setattr(engine_tuning, "openvino_installed", lambda: False)
    assert offered_engines("vit_h", "cpu") == ("torch", "fast")


def test_a_small_model_is_measured_on_all_engines(a_weights_file, monkeypatch):
    monkeypatch.setattr(engine_tuning, "ROUNDS", 1)
    spec, events = replace(blank_spec("mine", "small", "a" * 64), path=a_weights_file), []
    found = measure_engines(spec, on_progress=events.append)
    assert [one.engine for one in found] == list(offered_engines("small", "cpu"))
    assert all(one.check.passed and one.masks_alike > 0.999 and one.encode_seconds > 0 for one in found)
    assert (found[0].check.largest, found[0].check.logits, found[0].masks_alike) == (0, 0, 1)
    assert (events[0].done, events[0].message, events[-1].done) == (0, "torch", len(found))


def test_an_engine_that_is_missing_is_left_out_with_a_warning(a_weights_file, monkeypatch, with_openvino, caplog):
    from SAMSegmenterLib.core.errors import DependencyError
    from SAMSegmenterLib.models import engines

    def missing(*arguments):
        raise DependencyError("it is broken")

    monkeypatch.setattr(engines, "OpenVinoEncoder", missing)
    monkeypatch.setattr(engine_tuning, "ROUNDS", 1)
    found = measure_engines(replace(blank_spec("mine", "small"), path=a_weights_file))
    assert [one.engine for one in found] == ["torch", "fast"]
    assert "'openvino' is left out: it is broken" in caplog.text
