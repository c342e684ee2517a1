from __future__ import annotations

import zipfile

import numpy as np
import pytest

from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.scene.bundle import NOTES_NAME, REFERENCE_NAME, write_scene
from SAMBenchmarkLib.scene.tables import table_from_node
from SAMSegmenterLib.core.errors import StoreError
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.scene import scene_file
from SAMSegmenterLib.scene.runtime import private_scene
from SAMSegmenterLib.scene.segmentations import colours_of, segmentation_from_node
from SAMSegmenterLib.scene.volumes import volume_from_node
from support.phantoms import oblique_matrix, two_boxes_volume

SUMMARY = Table(
    "summary_oracle",
    "All figures",
    {
        "structure": ["left box", "left box", "right box", "right box"],
        "strategy": ["S1", "S5", "S1", "S5"],
        "n": [8, 8, 7, 7],
        "dice_percent_mean": [12.3456789, 100.0, float("nan"), 50.0],
    },
)
TIMING = Table("timing", "Time", {"stage": ["embedding"], "seconds": [0.25]})


def _a_case():
    volume, reference = two_boxes_volume(ijk_to_ras=oblique_matrix((2, 1, 1.5)))
    everything = np.ones_like(reference.layers[0])
    structures = (Structure(1, "left box", 0, 1), Structure(2, "right box", 1, 1))
    overlapping = Segmentation((reference.layers[0] == 1, everything), reference.ijk_to_ras, structures)
    overlapping = Segmentation(
        tuple(layer.astype(np.uint8) for layer in overlapping.layers), reference.ijk_to_ras, structures
    )
    return volume, reference, {"S5 box (predicted IoU)": overlapping, "S1 everything (oracle)": reference}


@pytest.fixture
def a_bundle(a_scene, tmp_path):
    volume, reference, predicted = _a_case()
    before = a_scene.GetNumberOfNodes()
    path = tmp_path / "scene.mrb"
    write_scene(path, volume, reference, predicted, [SUMMARY, TIMING], "Made from a phantom.")
    assert a_scene.GetNumberOfNodes() == before  # the open scene is not touched
    assert [found.name for found in tmp_path.iterdir()] == ["scene.mrb"]
    handle = private_scene()
    assert handle.scene.ReadFromMRB(str(path), True)
    yield handle.scene
    del handle  # it keeps the scene working


def _nodes(scene, kind):
    return [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]


def test_the_volume_comes_back_with_every_voxel_in_its_place(a_bundle):
    volume, _, _ = _a_case()
    (node,) = _nodes(a_bundle, "vtkMRMLScalarVolumeNode")
    back = volume_from_node(node)
    assert np.array_equal(back.array, volume.array)
    assert np.allclose(back.ijk_to_ras, volume.ijk_to_ras, atol=1e-6)


def test_every_segmentation_comes_back_with_every_voxel(a_bundle):
    _, reference, predicted = _a_case()
    (volume_node,) = _nodes(a_bundle, "vtkMRMLScalarVolumeNode")
    nodes = {node.GetName(): node for node in _nodes(a_bundle, "vtkMRMLSegmentationNode")}
    assert list(nodes) == [REFERENCE_NAME, *predicted]
    for name, given in {REFERENCE_NAME: reference, **predicted}.items():
        back = segmentation_from_node(nodes[name], volume_node)
        assert [s.name for s in back.structures] == ["left box", "right box"]
        for one, other in zip(back.structures, given.structures, strict=True):
            assert np.array_equal(back.mask(one), given.mask(other)), (name, one.name)


def test_a_structure_has_the_same_colour_everywhere(a_bundle):
    colours = [colours_of(node) for node in _nodes(a_bundle, "vtkMRMLSegmentationNode")]
    assert colours[0]["left box"] != colours[0]["right box"]
    series = {node.GetName(): node.GetColor() for node in _nodes(a_bundle, "vtkMRMLPlotSeriesNode")}
    for others in (*colours[1:], series):
        assert others == {name: pytest.approx(colour, abs=1e-4) for name, colour in colours[0].items()}


def test_tables_come_back_with_their_figures(a_bundle):
    tables = {node.GetName(): table_from_node(node) for node in _nodes(a_bundle, "vtkMRMLTableNode")}
    assert sorted(tables) == ["dice_plot_oracle", "summary_oracle", "timing"]
    summary = tables["summary_oracle"].columns
    assert summary["structure"] == SUMMARY.columns["structure"]
    assert summary["n"] == SUMMARY.columns["n"]
    expected = SUMMARY.columns["dice_percent_mean"]
    assert summary["dice_percent_mean"] == pytest.approx(expected, rel=1e-5, nan_ok=True)
    assert tables["timing"].columns["seconds"] == [0.25]


def test_the_chart_draws_the_tables_columns(a_bundle):
    (chart,) = _nodes(a_bundle, "vtkMRMLPlotChartNode")
    series = [chart.GetNthPlotSeriesNode(number) for number in range(chart.GetNumberOfPlotSeriesNodes())]
    assert [one.GetYColumnName() for one in series] == ["left box", "right box"]
    assert {one.GetTableNode().GetName() for one in series} == {"dice_plot_oracle"}
    (view,) = _nodes(a_bundle, "vtkMRMLPlotViewNode")
    assert view.GetPlotChartNode() is chart


def test_notes_are_kept(a_bundle):
    assert a_bundle.GetFirstNodeByName(NOTES_NAME).GetText() == "Made from a phantom."


def test_the_views_show_the_volume_the_reference_and_one_prediction(a_bundle):
    (volume_node,) = _nodes(a_bundle, "vtkMRMLScalarVolumeNode")
    backgrounds = {node.GetBackgroundVolumeID() for node in _nodes(a_bundle, "vtkMRMLSliceCompositeNode")}
    assert backgrounds == {volume_node.GetID()}
    orientations = {node.GetName(): node.GetOrientation() for node in _nodes(a_bundle, "vtkMRMLSliceNode")}
    assert orientations == {"Red": "Axial", "Yellow": "Sagittal", "Green": "Coronal"}
    shown = [node.GetDisplayNode().GetVisibility() for node in _nodes(a_bundle, "vtkMRMLSegmentationNode")]
    assert shown == [1, 1, 0]


def test_a_case_without_predictions_tables_or_notes_is_a_scene_too(a_scene, tmp_path):
    volume, reference, _ = _a_case()
    write_scene(tmp_path / "bare.mrb", volume, reference, {}, [])
    handle = private_scene()
    assert handle.scene.ReadFromMRB(str(tmp_path / "bare.mrb"), True)
    assert handle.scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 1
    assert handle.scene.GetNumberOfNodesByClass("vtkMRMLPlotChartNode") == 0


def test_names_with_tabs_line_breaks_and_quotes_get_their_chart_and_colours(a_scene, tmp_path):
    name = 'left\t"big"\nkidney'
    volume, reference, _ = _a_case()
    reference = Segmentation(reference.layers, reference.ijk_to_ras, (Structure(1, name, 0, 1),))
    summary = Table(
        "summary_oracle", "All figures", {"structure": [name], "strategy": ["S5"], "dice_percent_mean": [50.0]}
    )
    write_scene(tmp_path / "odd.mrb", volume, reference, {}, [summary])
    handle = private_scene()
    assert handle.scene.ReadFromMRB(str(tmp_path / "odd.mrb"), True)
    (series,) = _nodes(handle.scene, "vtkMRMLPlotSeriesNode")
    assert series.GetYColumnName() == "left 'big' kidney"
    (segmentation,) = _nodes(handle.scene, "vtkMRMLSegmentationNode")
    assert series.GetColor() == pytest.approx(next(iter(colours_of(segmentation).values())), abs=0.01)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(a_scene, tmp_path, monkeypatch):
    path = tmp_path / "scene.mrb"
    path.write_bytes(b"older")
    monkeypatch.setattr(scene_file, "_pack", lambda scene, packed: False)
    volume, reference, _ = _a_case()
    with pytest.raises(StoreError, match=r"scene\.mrb"):
        write_scene(path, volume, reference, {}, [])
    assert path.read_bytes() == b"older"
    assert [found.name for found in tmp_path.iterdir()] == ["scene.mrb"]


def test_a_missing_folder_is_an_error_with_a_hint(a_scene, tmp_path):
    volume, reference, _ = _a_case()
    with pytest.raises(StoreError) as caught:
        write_scene(tmp_path / "missing" / "scene.mrb", volume, reference, {}, [])
    assert "folder" in caught.value.hint


def test_slicer_finds_nothing_to_warn_of_in_the_files_version(a_bundle):
    application, _, version = a_bundle.GetLastLoadedVersion().partition(" ")
    assert application == "Slicer"
    assert version.split()[0].startswith("5.")


def test_the_views_have_slicers_own_names_labels_and_colours(a_bundle):
    labels = {node.GetName(): node.GetLayoutLabel() for node in _nodes(a_bundle, "vtkMRMLSliceNode")}
    assert labels == {"Red": "R", "Yellow": "Y", "Green": "G"}
    red = next(node for node in _nodes(a_bundle, "vtkMRMLSliceNode") if node.GetName() == "Red").GetLayoutColor()
    assert red[0] > 0.8 > 0.5 > max(red[1:])


def test_names_in_the_archive_do_not_begin_with_a_dot(a_bundle, tmp_path):
    with zipfile.ZipFile(tmp_path / "scene.mrb") as archive:
        assert "scene/scene.mrml" in archive.namelist()
        assert not [name for name in archive.namelist() if name.rpartition("/")[2].startswith(".")]


def test_a_curve_over_clicks_becomes_a_chart_of_lines(a_scene, tmp_path):
    volume, reference, _ = _a_case()
    curve = Table("dice_by_clicks", "Mean DICE by clicks", {"clicks": [1, 2], "huang-rounds oracle": [50.0, 75.0]})
    write_scene(tmp_path / "scene.mrb", volume, reference, {}, [curve])
    handle = private_scene()
    assert handle.scene.ReadFromMRB(str(tmp_path / "scene.mrb"), True)
    (chart,) = _nodes(handle.scene, "vtkMRMLPlotChartNode")
    series = chart.GetNthPlotSeriesNode(0)
    assert (series.GetXColumnName(), series.GetYColumnName()) == ("clicks", "huang-rounds oracle")
    assert series.GetTableNode().GetTable().GetNumberOfRows() == 2
