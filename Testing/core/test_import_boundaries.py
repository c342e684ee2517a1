"""Each layer imports only what lies left of it, on paper and when it is loaded."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"SAMSegmenterLib": ROOT / "SAMSegmenter", "SAMBenchmarkLib": ROOT / "SAMBenchmark"}
GUI = ("vtk", "vtkmodules", "slicer", "qt", "ctk", "PySide6", "trame", "trame_slicer")
BLOCKED = {
    "core": (*GUI, "torch", "SimpleITK", "pydicom", "PIL", "segment_anything", "safetensors"),
    "files": (*GUI, "torch", "segment_anything"),
    "models": (*GUI, "SimpleITK", "pydicom", "openvino"),
    "imaging": (*GUI, "torch", "segment_anything", "cv2", "skimage"),
    "baselines": (*GUI, "torch", "segment_anything", "cv2", "skimage"),
    "validation": (*GUI, "cv2", "skimage"),
    "propagation": (*GUI, "cv2", "skimage"),
}
LEFT = {
    "core": set(),
    "models": {"core"},
    "files": {"core"},
    "scene": {"core"},
    "resources": set(),
    "report": {"core"},
    "imaging": {"core"},
    "baselines": {"core", "imaging"},
    "validation": {"core", "models", "files", "baselines", "report"},
    "propagation": {"core", "models", "files", "validation", "report"},
    "session": {"core", "models", "files", "scene", "report", "imaging", "baselines"},
    "desktop": {"core", "models", "files", "scene", "session", "report"},
    "workspace": {"core", "models", "files", "scene", "session", "report"},
    "cli": {
        *("core", "models", "files", "scene", "session", "report", "baselines", "validation", "propagation"),
        "workspace",
    },
}
OUTSIDE = {
    "core": {"numpy", "scipy"},
    "files": {"numpy", "scipy", "SimpleITK", "pydicom", "PIL"},
    "models": {"numpy", "scipy", "torch", "segment_anything", "safetensors", "PIL", "openvino"},
    "imaging": {"numpy", "scipy"},
    "baselines": {"numpy", "scipy", "SimpleITK"},
}


def modules(layer, package="*"):
    """(package, dotted name, file) of every module of a layer."""
    for name, folder in PACKAGES.items():
        if package in ("*", name):
            for path in sorted((folder / name / layer).rglob("*.py")):
                dotted = path.relative_to(folder).with_suffix("").as_posix().replace("/", ".")
                yield name, dotted.removesuffix(".__init__"), path


def imports(path):
    """Dotted names that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


CASES = [(layer, package) for layer in BLOCKED for package in PACKAGES if list(modules(layer, package))]


@pytest.mark.parametrize(("layer", "package"), CASES)
def test_every_module_loads_without_what_its_layer_must_not_need(layer, package):
    names = [dotted for _, dotted, _ in modules(layer, package)]
    assert len(names) > 1
    code = (
        f"import sys, importlib\n"
        f"sys.path[:0] = {[str(folder) for folder in PACKAGES.values()]!r}\n"
        f"sys.modules.update(dict.fromkeys({BLOCKED[layer]!r}))\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("layer", LEFT)
def test_layers_import_only_layers_left_of_them(layer):
    allowed = LEFT[layer] | {layer, "resources"}
    for _, dotted, path in modules(layer):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] in PACKAGES and len(parts) > 1 and parts[1] in LEFT:
                assert parts[1] in allowed, f"{dotted} ({layer}) imports {name}"


@pytest.mark.parametrize("layer", OUTSIDE)
def test_lower_layers_import_only_the_libraries_they_name(layer):
    allowed = OUTSIDE[layer] | set(sys.stdlib_module_names) | set(PACKAGES)
    for _, dotted, path in modules(layer):
        for name in imports(path):
            assert name.split(".")[0] in allowed, f"{dotted} imports {name}"


def test_the_segmenter_never_imports_the_benchmark():
    for path in PACKAGES["SAMSegmenterLib"].rglob("*.py"):
        assert not [name for name in imports(path) if name.startswith("SAMBenchmark")], path


def test_every_layer_folder_is_known():
    found = {p.name for n, f in PACKAGES.items() for p in (f / n).iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert found <= set(LEFT)
