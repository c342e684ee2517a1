"""The samples load without a network, by a button and by name, and are what the library makes."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from SAMSegmenterLib.core.sample_volume import sample_volume

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = ROOT / "SAMSegmenter" / "Resources"


@pytest.fixture
def sample_data(a_desktop, monkeypatch):
    """The module SampleData with the samples registered, as at start-up."""
    import slicer

    if "SampleData" not in sys.modules and importlib.util.find_spec("SampleData") is None:
        from support.desktop import sample_data_module

        monkeypatch.setitem(sys.modules, "SampleData", sample_data_module.build())
        monkeypatch.setattr(slicer.modules, "sampleDataSources", {}, raising=False)
    import SampleData

    from support.desktop import load_module_file

    load_module_file(ROOT / "SAMSegmenter" / "SAMSegmenter.py").registerSamples()
    return SampleData


def test_a_sample_is_loaded_by_its_name(sample_data):
    import slicer

    node = sample_data.downloadSample("SyntheticAbdomenCT")
    assert node.GetName().startswith("SyntheticAbdomenCT")
    assert np.array_equal(slicer.util.arrayFromVolume(node), sample_volume()[0].array)
    assert np.allclose(slicer.util.arrayFromVTKMatrix(_to_ras(node)), sample_volume()[0].ijk_to_ras)


def test_the_reference_comes_with_the_volume_and_fits_it(sample_data):
    import slicer

    volume, reference = sample_data.downloadSamples("SyntheticAbdomenCTWithReference")
    assert reference.GetSegmentation().GetNumberOfSegments() == 6
    liver = reference.GetSegmentation().GetSegmentIdBySegmentName("liver")
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(reference, liver, volume).astype(bool)
    assert abs(np.mean(slicer.util.arrayFromVolume(volume)[mask]) - 110) < 1


def test_registering_again_changes_nothing(sample_data):
    from SAMSegmenterLib.desktop.sample_data import CATEGORY, register_samples

    sources = sample_data.SampleDataLogic.sampleDataSourcesByCategory(CATEGORY)
    register_samples(sample_data, RESOURCES)
    assert [source.sampleName for source in sources] == ["SyntheticAbdomenCT", "SyntheticAbdomenCTWithReference"]
    assert all(Path(source.thumbnailFileName).is_file() for source in sources)


def test_older_versions_of_slicer_call_the_file_types_otherwise(a_desktop):
    from types import SimpleNamespace

    from SAMSegmenterLib.desktop.sample_data import register_samples

    asked = []

    def older(category, sampleName, uris, fileNames, nodeNames, thumbnailFileName, loadFileType, checksums):
        asked.append((sampleName, loadFileType))

    register_samples(SimpleNamespace(SampleDataLogic=SimpleNamespace(registerCustomSampleDataSource=older)), RESOURCES)
    assert asked[1] == ("SyntheticAbdomenCTWithReference", ["VolumeFile", "SegmentationFile"])


def test_the_files_are_what_the_library_makes(a_desktop, tmp_path):
    from SAMSegmenterLib.desktop.sample_data import REFERENCE, VOLUME
    from support.sample_files import write_samples

    for name, sha256 in (VOLUME, REFERENCE):
        assert hashlib.sha256((RESOURCES / "SampleData" / name).read_bytes()).hexdigest() == sha256
    write_samples(tmp_path)
    for name, _sha256 in (VOLUME, REFERENCE):
        shipped, made = (SimpleITK.ReadImage(str(folder / name)) for folder in (RESOURCES / "SampleData", tmp_path))
        assert np.array_equal(SimpleITK.GetArrayFromImage(shipped), SimpleITK.GetArrayFromImage(made))
        assert shipped.GetMetaDataKeys() == made.GetMetaDataKeys()


def test_what_the_pages_button_loads_is_shown(a_desktop):
    from SAMSegmenterLib.desktop.sample_data import load_sample_with_reference

    volume, reference = load_sample_with_reference()
    assert volume.GetName() == "SyntheticAbdomenCT" and reference.GetName() == "SyntheticAbdomenCT reference"


def _to_ras(node):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return matrix
