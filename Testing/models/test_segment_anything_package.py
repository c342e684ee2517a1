"""The package loads without torchvision, with a broken one, and leaves no trace in `sys.modules`."""

import subprocess
import sys
import textwrap

import pytest


def run_python(code: str, *path: str) -> subprocess.CompletedProcess:
    """Run code in a fresh interpreter, so that the module table is its own."""
    prefix = f"import sys; sys.path[:0] = {list(path)!r}\n"
    return subprocess.run(
        [sys.executable, "-c", prefix + textwrap.dedent(code)], capture_output=True, text=True, timeout=120, check=False
    )


LOAD = """
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
package = load_segment_anything()
assert package.SamPredictor and package.SamAutomaticMaskGenerator and package.modeling.Sam
assert load_segment_anything() is package
from segment_anything.utils.transforms import resize
print(resize.__module__, sorted(name for name in sys.modules if name.startswith("torchvision")))
"""


@pytest.mark.parametrize("failure", ["raise ImportError('no such library')", "raise RuntimeError('operator nms')"])
def test_a_broken_torchvision_is_replaced_during_the_import_only(tmp_path, failure):
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text("from . import half\n" + failure, encoding="utf-8")
    (tmp_path / "torchvision" / "half.py").write_text("", encoding="utf-8")
    result = run_python(LOAD, str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["SAMSegmenterLib.models.torchvision_stand_ins", "[]"]


def test_a_working_torchvision_is_used(tmp_path):
    for name, text in {
        "__init__": "",
        "ops/__init__": "",
        "ops/boxes": "def batched_nms(*a): ...\ndef box_area(*a): ...",
        "transforms/__init__": "",
        "transforms/functional": "def resize(*a): ...\ndef to_pil_image(*a): ...",
    }.items():
        target = tmp_path / "torchvision" / f"{name}.py"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    result = run_python(LOAD, str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert result.stdout.split()[0] == "torchvision.transforms.functional"


@pytest.mark.parametrize("missing", ["torch", "segment_anything"])
def test_a_missing_package_is_named_in_the_error(missing):
    result = run_python(f"""
    sys.modules[{missing!r}] = None
    from SAMSegmenterLib.core.errors import DependencyError
    from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
    try:
        load_segment_anything()
    except DependencyError as error:
        print(str(error))
    """)
    assert missing in result.stdout, result.stderr
    assert "nstall" in result.stdout
