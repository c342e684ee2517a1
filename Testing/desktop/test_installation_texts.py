from __future__ import annotations

import ast
from pathlib import Path

import pytest

from SAMSegmenterLib.desktop.installation_plan import inspect_packages, make_plan
from SAMSegmenterLib.desktop.torchvision_fit import Torchvision

DESKTOP = Path(__file__).resolve().parents[2] / "SAMSegmenter" / "SAMSegmenterLib" / "desktop"
ALL = {"torch": "2.8.0", "segment-anything": "1.0", "safetensors": "0.6.2"}
PLENTY = 100 * 10**9


@pytest.fixture
def texts(a_desktop):
    from SAMSegmenterLib.desktop import installation_texts

    return installation_texts


def plan_for(versions, extension=True, free=PLENTY, imported=False, torchvision=None):
    found = inspect_packages(lambda needed: versions.get(needed.distribution, ""))
    return make_plan(found, extension, free, imported, torchvision or Torchvision())


def test_the_question_names_what_comes_and_what_stays(texts):
    text = texts.plan_text(plan_for({"safetensors": "0.6.2"}))
    assert "PyTorch 2.4 or newer, with torchvision" in text and "segment-anything==1.0" in text
    assert "safetensors 0.6.2" in text.partition("Stays as it is")[2]
    assert "does not respond" in text and "GB free" not in text
    assert "to 8 GB" not in text and "up to 6 GB" in texts.plan_text(plan_for({}, free=2 * 10**9))
    assert "does not respond" not in texts.plan_text(plan_for({"torch": "2.8.0"}))


def test_a_torchvision_that_stays_is_named_in_the_question(texts):
    text = texts.plan_text(plan_for({}, torchvision=Torchvision("0.23.0", "2.8.0")))
    assert "PyTorch 2.8.0, to which the installed torchvision belongs" in text
    assert "torchvision 0.23.0" in text.partition("Stays as it is")[2]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"versions": ALL | {"torch": "1.13.1"}}, "torch 1.13.1 is installed, version 2.4 or newer is needed"),
        ({"versions": {}, "extension": False}, "Extensions Manager"),
        ({"versions": {}, "imported": True}, "Restart Slicer first"),
        ({"versions": {}, "free": 10**6}, "The disk has 1 MB free"),
        ({"versions": {}, "torchvision": Torchvision("0.14.1", "1.13.1")}, "torchvision 0.14.1 is installed, which"),
        ({"versions": {}}, "Missing: torch, segment-anything, safetensors. Press Install"),
        ({"versions": ALL}, "Everything that the models need is installed."),
    ],
)
def test_the_state_says_what_is_in_the_way_or_missing_or_that_all_is_well(texts, given, said):
    assert said in texts.state_text(plan_for(**given))


def test_a_failure_says_what_is_missing_why_and_what_to_do(texts):
    from SAMSegmenterLib.desktop.installation import NotInstalledError

    text = texts.not_installed_text(NotInstalledError(("torch",), "No space left on device."))
    assert text.startswith("torch could not be installed: No space left on device.\n") and "free disk space" in text
    assert texts.not_installed_text(NotInstalledError(("torch",))).startswith("torch could not be installed.\n")
    assert "ended with an error: odd." in texts.not_installed_text(NotInstalledError((), "odd"))


def test_the_line_of_torchvision_says_whether_it_fits(texts):
    torchvision = Torchvision("0.23.0", "2.8.0")
    assert texts.torchvision_line(torchvision, "2.8.0")[1] == "0.23.0, fits PyTorch"
    assert texts.torchvision_line(torchvision, "2.9.0")[1] == "0.23.0, for PyTorch 2.8.0"
    assert texts.torchvision_line(torchvision, "")[1] == "0.23.0"
    assert texts.torchvision_line(Torchvision(), "2.8.0")[1:3] == ["no", "not needed"]
    assert "it is not replaced" in texts.torchvision_remark(torchvision, "2.9.0")
    assert texts.torchvision_remark(torchvision, "2.8.0") == texts.torchvision_remark(Torchvision(), "2.8.0") == ""


@pytest.mark.parametrize("file", sorted(path.name for path in DESKTOP.glob("*.py")))
def test_only_whole_literal_sentences_are_given_to_the_translation(file):
    """Extraction reads literals; f-strings and joined texts never reach the translators."""
    tree = ast.parse((DESKTOP / file).read_text(encoding="utf-8"))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id == "_":
            assert [type(argument) for argument in call.args] == [ast.Constant], f"{file}:{call.lineno}"
