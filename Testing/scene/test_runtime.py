from __future__ import annotations

import subprocess
import sys

import pytest

from SAMSegmenterLib.core.errors import DependencyError
from SAMSegmenterLib.scene import runtime


def test_importing_the_runtime_imports_neither_slicer_nor_vtk():
    code = "import sys, SAMSegmenterLib.scene.runtime; print({'slicer', 'vtk'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_missing_slicer_package_is_an_error_with_a_hint(monkeypatch):
    monkeypatch.setitem(sys.modules, "slicer", None)
    with pytest.raises(DependencyError) as caught:
        runtime.ensure_scene()
    assert "pip install" in caught.value.hint
    assert caught.value.exit_code == 3


def test_the_scene_is_made_once_and_is_the_one_that_slicer_util_reads(a_scene):
    import slicer

    assert runtime.ensure_scene().scene is a_scene
    assert slicer.mrmlScene is a_scene
    assert slicer.modules.segmentations.logic().IsA("vtkSlicerSegmentationsModuleLogic")


def test_an_existing_scene_is_used_and_left_as_it_is(a_scene, monkeypatch):
    import slicer

    other = slicer.vtkMRMLScene()
    monkeypatch.setattr(slicer, "mrmlScene", other)
    monkeypatch.setattr(slicer, runtime._MADE_HERE, None, raising=False)
    nodes = other.GetNumberOfNodes()
    assert runtime.ensure_scene().scene is other
    assert other.GetNumberOfNodes() == nodes


def test_a_private_scene_shares_no_node_with_the_open_one(a_scene):
    before = a_scene.GetNumberOfNodes()
    private = runtime.private_scene()
    private.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "only here")
    assert private.scene is not a_scene
    assert a_scene.GetNumberOfNodes() == before
    assert private.scene.GetFirstNodeByName("only here") is not None


def test_messages_of_vtk_go_to_the_log(a_scene, caplog, capfd):
    import vtk

    with caplog.at_level("WARNING", logger=runtime.__name__):
        vtk.vtkOutputWindow.GetInstance().DisplayWarningText("a warning of a filter\n")
    assert [(record.levelname, record.message) for record in caplog.records] == [("WARNING", "a warning of a filter")]
    assert capfd.readouterr().err == ""
