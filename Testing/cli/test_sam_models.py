"""`sam-models` as a user sees it: what it prints, asks, leaves behind and returns."""

import hashlib
import io
import sys
from dataclasses import replace

import pytest

from SAMSegmenterLib.cli.sam_models import main
from SAMSegmenterLib.models import registry
from SAMSegmenterLib.models.imported import write_sidecar
from SAMSegmenterLib.models.known_models import OFFICIAL, blank_spec, with_metadata
from support.weights_server import serving

CONTENT = b"pretended weights" * 1000


@pytest.fixture(autouse=True)
def models_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SAM_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setattr(registry, "bundled_path", lambda: tmp_path / "absent.safetensors")
    return tmp_path / "models"


@pytest.fixture
def a_server(monkeypatch):
    with serving(CONTENT, "sam_vit_b.pth") as server:
        sha256 = hashlib.sha256(CONTENT).hexdigest()
        spec = replace(OFFICIAL["vit_b"], url=server.url, bytes=len(CONTENT), sha256=sha256)
        monkeypatch.setitem(OFFICIAL, "vit_b", spec)
        yield server


def answering(monkeypatch, text):
    stream = io.StringIO(text)
    stream.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", stream)


def test_the_list_names_all_models_with_size_and_licence(capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert names == ["sam-small", "vit_b", "vit_l", "vit_h", "medsam"]
    assert any("vit_h" in line and "not installed" in line and "2.56 GB" in line for line in lines)


def test_the_list_tells_promptless_models_apart(models_folder, capsys):
    models_folder.mkdir()
    path = models_folder / "vessels.safetensors"
    path.write_bytes(CONTENT)
    card = {"card": "Finds vessels.", "promptless": "true"}
    write_sidecar(replace(with_metadata(blank_spec("vessels", "small"), card), path=path, bytes=len(CONTENT)))
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("vessels"))
    assert lines[first].endswith("promptless") and "installed" in lines[first]
    assert "Finds vessels. Promptless: gives one mask for each slice" in lines[first + 1]
    assert not any(line.endswith("promptless") for line in lines if not line.startswith("vessels"))


@pytest.mark.parametrize("arguments", [["--help"], ["download", "--help"], ["import", "--help"]])
def test_help_is_there(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 0 and "usage: sam-models" in capsys.readouterr().out


def test_no_command_and_unknown_options_are_input_errors(capsys):
    for arguments in ([], ["list", "--nonsense"], ["paint"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2


def test_a_download_shows_what_it_is_before_it_begins_and_verifies(a_server, models_folder, capsys):
    assert main(["download", "vit_b", "--yes"]) == 0
    out = capsys.readouterr().out
    assert "licence: Apache-2.0" in out and a_server.url in out and "installed and verified" in out
    assert (models_folder / "sam_vit_b.pth").read_bytes() == CONTENT
    assert main(["verify"]) == 0
    assert capsys.readouterr().out == "vit_b: ok\n"
    assert main(["download", "vit_b"]) == 0
    assert "vit_b is installed" in capsys.readouterr().out and len(a_server.requests) == 1


@pytest.mark.parametrize(("answer", "code", "requests"), [("y\n", 0, 1), ("n\n", 130, 0), ("\n", 130, 0), ("", 130, 0)])
def test_a_download_asks_first(a_server, monkeypatch, answer, code, requests):
    answering(monkeypatch, answer)
    assert main(["download", "vit_b"]) == code
    assert len(a_server.requests) == requests


def test_without_anybody_to_ask_nothing_is_downloaded(a_server, models_folder, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert main(["download", "vit_b"]) == 2
    assert "hint: Add --yes" in capsys.readouterr().err
    assert a_server.requests == [] and not models_folder.exists()


def test_wrong_bytes_are_a_model_error_and_leave_nothing(a_server, models_folder, capsys):
    a_server.content = CONTENT[::-1]
    assert main(["download", "vit_b", "--yes"]) == 3
    assert "error: What http" in capsys.readouterr().err
    assert list(models_folder.iterdir()) == []


def test_what_cannot_be_downloaded_says_what_to_do(capsys):
    assert main(["download", "medsam"]) == 2
    assert "sam-models import FILE --name medsam" in capsys.readouterr().err
    assert main(["download", "nonsense"]) == 2
    assert "Choose one of: sam-small" in capsys.readouterr().err


def test_damage_is_found_and_told(a_server, models_folder, capsys):
    main(["download", "vit_b", "--yes"])
    (models_folder / "sam_vit_b.pth").write_bytes(CONTENT[::-1])
    capsys.readouterr()
    assert main(["verify", "vit_b"]) == 3
    captured = capsys.readouterr()
    assert captured.out == "vit_b: damaged\n" and "hint: Run 'sam-models remove vit_b'" in captured.err


def test_verifying_what_is_not_there_is_told(capsys):
    assert main(["verify"]) == 0
    assert capsys.readouterr().out == "no weights are installed\n"
    assert main(["verify", "vit_b"]) == 3


def test_removing_asks_first(a_server, models_folder, monkeypatch, capsys):
    main(["download", "vit_b", "--yes"])
    answering(monkeypatch, "n\n")
    assert main(["remove", "vit_b"]) == 130
    assert (models_folder / "sam_vit_b.pth").exists()
    answering(monkeypatch, "yes\n")
    assert main(["remove", "vit_b"]) == 0
    assert list(models_folder.iterdir()) == []
    assert main(["remove", "vit_b", "--yes"]) == 2
    assert main(["remove", "sam-small", "--yes"]) == 2
    assert "comes with the program" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"no checkpoint", None])
def test_importing_what_is_no_checkpoint_is_a_model_error(tmp_path, models_folder, content, capsys):
    path = tmp_path / "file.pth"
    if content is not None:
        path.write_bytes(content)
    assert main(["import", str(path)]) == 3
    captured = capsys.readouterr()
    assert captured.err.startswith(f"error: {'There is no file ' if content is None else ''}{path}")
    assert "hint: " in captured.err and "Traceback" not in captured.err
    assert not models_folder.exists()


def test_being_interrupted_is_130(a_server, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("SAMSegmenterLib.cli.sam_models.download", interrupted)
    assert main(["download", "vit_b", "--yes"]) == 130


def test_encoded_slices_are_counted_and_deleted_after_asking(tmp_path, monkeypatch, capsys):
    import numpy as np

    from SAMSegmenterLib.core.predictor import Embedding
    from SAMSegmenterLib.models.embedding_cache import EmbeddingCache

    monkeypatch.setenv("SAM_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("SAM_CACHE_GB", "3")
    EmbeddingCache(tmp_path).put(Embedding("ab" * 20, (9, 9), (9, 9), np.zeros((512, 32, 32), np.float16)))
    assert main(["cache"]) == 0
    assert "1 encoded slices, 1 MB of at most 3.00 GB" in capsys.readouterr().out
    assert main(["cache", "--purge"]) == 2 and "--yes" in capsys.readouterr().err
    assert len(list(tmp_path.rglob("*.safetensors"))) == 1
    assert main(["cache", "--purge", "--yes"]) == 0 and "deleted" in capsys.readouterr().out
    assert list(tmp_path.rglob("*.safetensors")) == []
