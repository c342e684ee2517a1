"""The module SAM Segmenter: installation, models, settings, and the way to the effect of the Segment Editor."""

from __future__ import annotations

import unittest
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)

# The library is imported where it is used, so that Slicer starts as fast as without it.


class SAMSegmenter(ScriptedLoadableModule):
    """What Slicer shows about the module."""

    def __init__(self, parent: Any) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("SAM Segmenter")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        parent.dependencies = ["Segmentations"]
        parent.contributors = ["The SAMSegmenter developers"]
        parent.helpText = _(
            "Segments with the Segment Anything Model in the Segment Editor. This page checks what is installed and "
            "installs what is missing, after asking; it downloads, imports, verifies and removes models; it keeps the "
            "settings; and it opens the Segment Editor with the effect SAM. For research; not for diagnosis."
        )
        parent.acknowledgementText = _("The model: Kirillov et al., Segment Anything, ICCV 2023.")
        slicer.app.connect("startupCompleted()", registerSamples)
        slicer.app.connect("startupCompleted()", registerEffect)


def registerEffect() -> None:
    """Make the effect known to every Segment Editor."""
    from SAMSegmenterLib.desktop.warm_up import warm_up

    path = Path(__file__).resolve().parent / "SAMSegmenterEffect" / "SegmentEditorSAMEffect.py"
    instance = slicer.qSlicerSegmentEditorScriptedEffect(None)
    if instance.setPythonSource(path.as_posix()):
        instance.self().register()
    warm_up()


def registerSamples() -> None:
    """Offer the synthetic volumes in the module Sample Data, where there is one."""
    from SAMSegmenterLib.desktop.sample_data import register_samples

    try:
        import SampleData
    except ImportError:
        return
    register_samples(SampleData, Path(__file__).parent / "Resources")


class SAMSegmenterWidget(ScriptedLoadableModuleWidget):
    """The module's page; everything that it does is in `ModulePage`."""

    def __init__(self, parent: Any = None) -> None:
        self.page: Any = None
        ScriptedLoadableModuleWidget.__init__(self, parent)  # calls `setup` itself where there is no parent

    def setup(self) -> None:
        from SAMSegmenterLib.desktop.module_page import ModulePage

        ScriptedLoadableModuleWidget.setup(self)
        widget = slicer.util.loadUI(self.resourcePath("UI/SAMSegmenter.ui"))
        self.layout.addWidget(widget)
        self.layout.addStretch(1)
        self.ui = slicer.util.childWidgetVariables(widget)
        widget.setMRMLScene(slicer.mrmlScene)
        self.logic = SAMSegmenterLogic()
        self.page = ModulePage(self.ui, self.parent)

    def enter(self) -> None:
        """The user came to the module: a model may have been installed meanwhile."""
        self.page.refresh()

    def cleanup(self) -> None:
        if self.page is not None:
            self.page.cleanup()


class SAMSegmenterLogic(ScriptedLoadableModuleLogic):
    """Knows the models; works without a window and without torch."""

    def models(self) -> list[Any]:
        """Every known `ModelSpec`; `path` is None for those that are not on this computer."""
        from SAMSegmenterLib.models.registry import registry

        return list(registry().values())


class SAMSegmenterTest(ScriptedLoadableModuleTest):
    """Runs inside Slicer, with or without a window, and needs neither weights nor PyTorch."""

    def setUp(self) -> None:
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        for name in unittest.TestLoader().getTestCaseNames(type(self)):
            self.setUp()
            getattr(self, name)()

    def test_ModelsAreKnown(self) -> None:
        """The official architectures are listed, installed or not."""
        names = [spec.name for spec in SAMSegmenterLogic().models()]
        for name in ("sam-small", "vit_b", "vit_l", "vit_h"):
            assert name in names, names

    def test_TheInstallationCanBeInspected(self) -> None:
        """What is here is told without importing it, and a plan never touches it."""
        from SAMSegmenterLib.desktop.installation import Installation
        from SAMSegmenterLib.desktop.slicer_installer import SlicerInstaller

        installation = Installation(SlicerInstaller())
        here = {package.needed.distribution for package in installation.found() if package.is_here}
        assert not here & {needed.distribution for needed in installation.plan().install}

    def test_TheSampleNeedsNoNetwork(self) -> None:
        """The synthetic volume appears in the scene."""
        from SAMSegmenterLib.desktop.sample_data import load_sample_with_reference

        volumeNode, segmentationNode = load_sample_with_reference()
        assert slicer.util.arrayFromVolume(volumeNode).shape == (32, 160, 192)
        assert segmentationNode.GetSegmentation().GetNumberOfSegments() == 6

    def test_NodesComeBackAsTheyWere(self) -> None:
        """A volume and a segmentation survive the way into the scene and back."""
        import numpy as np

        from SAMSegmenterLib.core.geometry import Volume
        from SAMSegmenterLib.core.reference import Segmentation
        from SAMSegmenterLib.scene.segmentations import node_from_segmentation, segmentation_from_node
        from SAMSegmenterLib.scene.volumes import node_from_volume, volume_from_node

        self.delayDisplay("Volumes and segmentations into the scene and back", 100)
        labels = np.zeros((5, 6, 7), np.uint8)
        labels[1:3, 2:5, 3:6] = 1
        toRas = np.diag([0.5, 0.5, 2.0, 1.0])
        volumeNode = node_from_volume(Volume(labels * 100, toRas), "Block")
        segmentation = Segmentation.from_labels(labels, toRas, {1: "block"})
        segmentationNode = node_from_segmentation(segmentation, "Block reference", volumeNode)
        assert np.array_equal(volume_from_node(volumeNode).array, labels * 100)
        back = segmentation_from_node(segmentationNode, volumeNode)
        assert np.array_equal(back.mask(back.structures[0]), labels == 1)

    def test_AClickInAViewBecomesASegmentAndIsUndone(self) -> None:
        """The voxels written are the voxels expected, the neighbour stays, and one step back undoes it."""
        with self._effectAtWork() as work:
            if work is None:
                return
            work.click(work.BALL_RAS)
            assert not work.mask("ball").any(), "a preview must not be in the segment"
            assert work.accept() == work.expected().sum()
            assert (work.mask("ball") == work.expected()).all()
            assert (work.mask("neighbour") == work.neighbour).all()
            work.editor.undo()
            assert not work.mask("ball").any()
            work.editor.redo()
            assert (work.mask("ball") == work.expected()).all()

    def test_ScrollingLeavesThePreviewOnItsSlice(self) -> None:
        """Another slice shows no preview, and nothing is written there."""
        with self._effectAtWork() as work:
            if work is None:
                return
            work.click(work.BALL_RAS)
            work.scroll(1)
            work.wait(lambda: work.preview() is None)
            assert work.accept() == 0 and not work.mask("ball").any()
            work.scroll(-1)
            work.wait(lambda: work.preview() is not None)
            assert work.accept() == work.expected().sum()

    def test_AnAcceptedSliceIsPropagatedAndUndone(self) -> None:
        """Masks are shown slice by slice, written in one step, and one step back takes all of them."""
        with self._effectAtWork() as work:
            if work is None:
                return
            work.click(work.BALL_RAS)
            work.accept()
            work.propagate(4, 8)
            strip = work.strip()
            assert strip.keyframes == {6}
            assert [one.index for one in strip.slices if one.final] == [4, 5, 6, 7, 8]
            assert work.previewNodes() == 1
            assert (work.mask("ball") == work.expected()).all(), "nothing is written before it is accepted"
            work.acceptPropagation()
            assert (work.mask("ball") == work.expected(4, 8)).all()
            assert (work.mask("neighbour") == work.neighbour).all()
            work.wait(lambda: work.previewNodes() == 0)
            work.editor.undo()
            assert (work.mask("ball") == work.expected()).all()

    def test_PromptsAndSegmentsAreSavedWithTheScene(self) -> None:
        """Both are there again after the scene was saved, closed and loaded."""
        from SAMSegmenterLib.scene.prompt_node import read_prompts

        with self._effectAtWork() as work:
            if work is None:
                return
            work.click(work.BALL_RAS)
            work.accept()
            work.saveAndReload()
            assert (work.mask("ball") == work.expected()).all()
            (segment,) = read_prompts(work.segmentationNode).segments
            assert segment.id == "ball" and len(segment.slices[0].marks) == 1

    def test_NothingIsLeftInTheViewsAfterDeactivation(self) -> None:
        """What the effect drew is gone, and clicks are Slicer's again."""
        with self._effectAtWork() as work:
            if work is None:
                return
            work.click(work.BALL_RAS)
            drawn = work.drawnProps()
            work.editor.setActiveEffect(None)
            assert work.drawnProps() < drawn
            work.send("LeftButtonPressEvent", work.BALL_RAS)
            work.send("LeftButtonReleaseEvent", work.BALL_RAS)
            assert not work.mask("ball").any()

    def _effectAtWork(self) -> Any:
        """A Segment Editor on a synthetic volume; None where there are no views."""
        from SAMSegmenterLib.desktop.self_test import effect_at_work

        self.delayDisplay("The effect in a Segment Editor", 100)
        return effect_at_work()
