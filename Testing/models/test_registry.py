"""Names lead to models, and what is missing says how to get it."""

import hashlib
import importlib.resources
import subprocess
import sys
from dataclasses import replace

import pytest

from SAMSegmenterLib.core.errors import Cancelled, InputError, ModelError
from SAMSegmenterLib.models import registry as module
from SAMSegmenterLib.models.known_models import OFFICIAL, blank_spec
from SAMSegmenterLib.models.registry import bundled_path, find, load, registry, remove, resolve, verify

pytestmark = pytest.mark.usefixtures("models_folder")
STANDARD = ["sam-small", "vit_b", "vit_l", "vit_h", "medsam"]


@pytest.fixture
def an_official_file(models_folder, monkeypatch):
    """Something that passes for ViT-B."""
    content = b"pretended weights"
    sha256 = hashlib.sha256(content).hexdigest()
    monkeypatch.setitem(OFFICIAL, "vit_b", replace(OFFICIAL["vit_b"], bytes=len(content), sha256=sha256))
    models_folder.mkdir()
    path = models_folder / "sam_vit_b_01ec64.pth"
    path.write_bytes(content)
    return path


def test_the_registry_lists_the_standard_models_the_default_first():
    assert list(registry()) == STANDARD
    assert registry()["vit_l"] == OFFICIAL["vit_l"]


@pytest.mark.usefixtures("no_bundled_model")
def test_a_missing_bundled_model_is_no_failure_until_it_is_wanted():
    assert registry()["sam-small"] == blank_spec("sam-small", "small")
    with pytest.raises(ModelError, match="not on this computer") as caught:
        resolve("sam-small")
    assert "install the program again" in caught.value.hint


def test_the_bundled_model_is_described_by_its_own_file(monkeypatch, a_weights_file):
    monkeypatch.setattr(module, "bundled_path", lambda: a_weights_file)
    spec = resolve("sam-small")
    assert spec.path == a_weights_file and spec.bytes == a_weights_file.stat().st_size
    assert spec.sha256 == hashlib.sha256(a_weights_file.read_bytes()).hexdigest()
    assert (spec.licence, spec.card, spec.mask_threshold) == ("CC0", "Random weights.", 0.25)
    verify(spec)


def test_the_bundled_file_is_hashed_once(monkeypatch, a_weights_file):
    monkeypatch.setattr(module, "bundled_path", lambda: a_weights_file)
    registry()
    monkeypatch.setattr(module, "file_sha256", lambda path: pytest.fail("hashed again"))
    registry()


def test_a_damaged_bundled_file_counts_as_missing(monkeypatch, tmp_path):
    (tmp_path / "damaged.safetensors").write_bytes(b"damaged weights")
    monkeypatch.setattr(module, "bundled_path", lambda: tmp_path / "damaged.safetensors")
    assert registry()["sam-small"].path is None


def test_the_bundled_file_lies_among_the_packages_resources():
    assert bundled_path().parent == importlib.resources.files("SAMSegmenterLib.resources")
    assert bundled_path().name == "sam-small.safetensors"


def test_an_unknown_name_lists_the_known_ones():
    for ask in (find, resolve, load, remove):
        with pytest.raises(InputError, match="no model 'sam'") as caught:
            ask("sam")
        assert caught.value.hint == f"Choose one of: {', '.join(STANDARD)}."


@pytest.mark.parametrize(
    ("name", "words"), [("vit_h", "sam-models download vit_h"), ("medsam", "sam-models import FILE --name medsam")]
)
def test_a_model_that_is_not_installed_says_how_to_get_it(name, words):
    with pytest.raises(ModelError, match=f"'{name}' are not on this computer") as caught:
        resolve(name)
    assert words in caught.value.hint


def test_an_official_file_in_the_models_folder_is_installed(an_official_file):
    assert resolve("vit_b").path == an_official_file
    verify(resolve("vit_b"))
    assert remove("vit_b").path == an_official_file
    assert not an_official_file.exists() and find("vit_b").path is None


def test_an_official_file_of_another_size_is_not_installed(an_official_file):
    an_official_file.write_bytes(b"pretended")
    assert find("vit_b").path is None


def test_damaged_weights_are_found_by_their_hash(an_official_file):
    an_official_file.write_bytes(b"pretended_weights")
    with pytest.raises(ModelError, match="are damaged") as caught:
        verify(resolve("vit_b"))
    assert "sam-models remove vit_b" in caught.value.hint
    with pytest.raises(Cancelled):
        verify(resolve("vit_b"), should_stop=lambda: True)


def test_what_is_not_installed_or_bundled_cannot_be_removed():
    with pytest.raises(InputError, match="not on this computer"):
        remove("vit_b")
    with pytest.raises(InputError, match="comes with the program"):
        remove("sam-small")


def test_an_unknown_engine_is_named():
    with pytest.raises(InputError, match="no engine 'abacus'"):
        load(blank_spec("x", "small"), engine="abacus")


def test_the_registry_needs_no_torch():
    code = "import sys; sys.modules['torch'] = None; from SAMSegmenterLib.models.registry import registry; registry()"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_loading_without_torch_names_what_is_missing():
    code = """
import sys
sys.modules["torch"] = None
from SAMSegmenterLib.core.errors import DependencyError
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.registry import load
try:
    load(blank_spec("x", "small"))
except DependencyError as error:
    print(error)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "The package 'torch' cannot be imported" in result.stdout and "pip install torch" in result.stdout
