"""`sam-workspace` says what is wrong before it opens anything, and opens what it was given."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from SAMBenchmarkLib.cli import app
from SAMSegmenterLib.cli import sam_workspace
from SAMSegmenterLib.cli.sam_workspace import main
from SAMSegmenterLib.files.writing import write_labels
from SAMSegmenterLib.workspace.worker_options import function_of
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
    """Options of the workspaces and accesses of the gateways that were run; none listens."""
    gateway = pytest.importorskip("SAMSegmenterLib.workspace.gateway")
    found = []

    class Process:
        @staticmethod
        async def start(options):
            found.append(options)

    async def run(made, on_ready):
        await made._sessions.prepare()
        found.append(made.access)
        on_ready("http://there/")

    monkeypatch.setattr("SAMSegmenterLib.workspace.worker_process.WorkerProcess", Process)
    monkeypatch.setattr(gateway, "run_gateway", run)
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
        (["--folder", "gone"], "no folder gone"),
        (["--upload-limit", "-1"], "cannot be allowed"),
        (["--sessions", "0"], "above 0"),
        (["--idle", "0"], "above 0"),
        (["--frame", "0"], "--frame"),
    ],
)
def test_wrong_input_is_told_with_a_hint_and_nothing_is_served(opened, capsys, arguments, said):
    code = main([*arguments, "--no-browser"])
    told = capsys.readouterr().err
    assert code in (2, 3) and said in told and "hint: " in told and not opened


def test_volume_and_labels_are_opened_on_this_computer_alone(opened, a_case, capsys):
    volume, labels = map(str, a_case)
    assert main([volume, "--labels", labels, "--no-browser", "--port", "0"]) == 0
    options, access = opened
    assert (options.volume, options.labels, options.folder, options.extensions) == (volume, labels, "", ())
    assert (access.host, access.token) == ("127.0.0.1", "") and access.port > 0
    assert "http://there/" in capsys.readouterr().out


def test_what_may_be_opened_from_the_page_is_given_at_the_start(opened, a_case, tmp_path):
    assert main(["--folder", str(tmp_path), "--upload-limit", "5", "--no-browser", "--port", "0"]) == 0
    assert (opened[0].folder, opened[0].upload_megabytes, opened[0].volume) == (str(tmp_path), 5, "")


def test_others_need_the_token(opened):
    assert main(["--no-browser", "--host", "0.0.0.0", "--insecure", "--port", "0"]) == 0
    assert opened[1].token in opened[1].url() and len(opened[1].token) > 30


def test_the_application_opens_the_demonstrations_brain_and_adds_the_benchmark(opened):
    assert app.main(["--no-browser", "--port", "0"]) == 0
    assert opened[0].extensions == (app.BENCHMARK_PANEL,)
    assert callable(function_of(app.BENCHMARK_PANEL))
    if importlib.util.find_spec("nilearn") is None:
        pytest.skip("the brain template is not installed")
    assert function_of(opened[0].default_volume)().name == "MNI152-T1"


def test_the_page_is_opened_unless_it_shall_not_be(opened, monkeypatch, a_case):
    pages = []
    monkeypatch.setattr("webbrowser.open", pages.append)
    main([str(a_case[0]), "--no-browser", "--port", "0"])
    main([str(a_case[0]), "--port", "0"])
    assert pages == ["http://there/"]


def test_the_token_does_not_get_into_the_list_of_processes(monkeypatch, capsys):
    pages = []
    monkeypatch.setattr("webbrowser.open", pages.append)
    sam_workspace._ready("https://there/?token=secret", True)
    assert pages == [] and "https://there/?token=secret" in capsys.readouterr().out
