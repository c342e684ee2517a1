"""A scene file appears whole or not at all, and Slicer's complaints become one sentence."""

from __future__ import annotations

import os

import pytest

from SAMSegmenterLib.core.errors import StoreError
from SAMSegmenterLib.scene.scene_file import write_scene_file


class TalkativeScene:
    """A scene that fails as Slicer's does on a full disk: with a paragraph past Python."""

    def SetRootDirectory(self, folder: str) -> None:
        pass

    def SetURL(self, url: str) -> None:
        pass

    def WriteToMRB(self, path: str) -> bool:
        os.write(1, b"itk::ExceptionObject\n")
        os.write(2, b"ERROR: In vtkMRMLScene.cxx, line 3993\n")
        return False


def test_what_slicer_prints_of_a_scene_that_it_cannot_write_stays_off_the_terminal(tmp_path, capfd):
    with pytest.raises(StoreError, match=r"could not write .*scene\.mrb") as caught:
        write_scene_file(TalkativeScene(), tmp_path / "scene.mrb")
    assert "disk may be full" in caught.value.hint
    assert tuple(capfd.readouterr()) == ("", "")
    assert list(tmp_path.iterdir()) == []
