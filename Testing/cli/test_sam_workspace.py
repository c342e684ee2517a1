"""`sam-workspace` says what is wrong before it opens anything, and opens what it was given."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from SAMBenchmarkLib.cli import app
from SAMSegmenterLib.cli.sam_workspace import main
from SAMSegmenterLib.core.sample_volume import sample_volume
from SAMSegmenterLib.files.writing import write_labels
from support.phantoms import two_boxes_volume


@pytest.fixture
def a_case(tmp_path):
    """Paths of a volume and of its labels."""
    volume, segmentation = two_boxes_volume()
    write_labels(tmp_path / "ct.nrrd", volume.array, volume.ijk_to_ras)
    write_labels(tmp_path / "boxes.seg.nrrd", segmentation)
    return tmp_path / "ct.nrrd", tmp_path / "boxes.seg.nrrd"


@pytest.fixture
def opened(monkeypatch):
    """Controllers and addresses of the servers that were run; none listens."""
    server = pytest.importorskip("SAMSegmenterLib.workspace.server")
    pytest.importorskip("slicer", reason="Slicer's Python package is not installed")
    found = []

    class Server:
        def __init__(self, controller, access):
            found.append((controller, access))

        def run(self, on_ready):
            on_ready("http://there/")
            found[-1][0].close()

    monkeypatch.setattr(server, "WorkspaceServer", Server)
    return found


def test_the_help_needs_no_trame(tmp_path):
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('trame', 'slicer', 'vtk', 'torch')))\n"
        "from SAMSegmenterLib.cli.sam_workspace import main; main(['--help'])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0 and "sam-workspace ct.nrrd --labels liver.seg.nrrd" in ran.stdout, ran.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gone.nrrd"], "no file gone.nrrd"),
        (["--labels", "gone.nrrd"], "no file gone.nrrd"),
        (["--host", "0.0.0.0"], "--insecure"),
        (["--certificate", "c.pem"], "both --certificate and --key"),
        (["--port", "70000"], "no port 70000"),
        (["--model", "sam-huge"], "sam-huge"),
    ],
)
def test_wrong_input_is_told_with_a_hint_and_nothing_is_served(opened, capsys, arguments, said):
    code = main([*arguments, "--no-browser"])
    told = capsys.readouterr().err
    assert code in (2, 3) and said in told and "hint: " in told and not opened


def test_volume_and_labels_are_opened_on_this_computer_alone(opened, a_case, capsys):
    volume, labels = map(str, a_case)
    assert main([volume, "--labels", labels, "--no-browser"]) == 0
    ((controller, access),) = opened
    assert [row.name for row in controller.case.segments()] == ["left box", "right box"]
    assert (access.host, access.token, controller.case.name) == ("127.0.0.1", "", "ct")
    assert "http://there/" in capsys.readouterr().out


def test_without_a_volume_there_is_one_to_try(opened):
    assert main(["--no-browser", "--host", "0.0.0.0", "--insecure"]) == 0
    ((controller, access),) = opened
    assert controller.views["axial"].count == sample_volume()[0].shape_kji[0] and access.token


def test_the_application_opens_the_demonstrations_brain(opened):
    if importlib.util.find_spec("nilearn") is None:
        pytest.skip("the brain template is not installed")
    assert app.main(["--no-browser"]) == 0
    assert opened[0][0].case.name == "MNI152-T1"


def test_the_page_is_opened_unless_it_shall_not_be(opened, monkeypatch, a_case):
    pages = []
    monkeypatch.setattr("webbrowser.open", pages.append)
    main([str(a_case[0]), "--no-browser"])
    main([str(a_case[0])])
    assert pages == ["http://there/"]
