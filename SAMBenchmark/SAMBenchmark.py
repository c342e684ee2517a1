"""The module SAM Benchmark: what the Segment Anything Model can do on a loaded volume, measured against a reference."""

from __future__ import annotations

import functools
import sys
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
from slicer.util import VTKObservationMixin

# Installed, both modules lie in one folder; in the source tree each has its own.
_SEGMENTER = Path(__file__).resolve().parent.parent / "SAMSegmenter"
if (_SEGMENTER / "SAMSegmenterLib").is_dir() and str(_SEGMENTER) not in sys.path:
    sys.path.append(str(_SEGMENTER))

# The libraries are imported where they are used, so that Slicer starts as fast as without them.


class SAMBenchmark(ScriptedLoadableModule):
    """What Slicer shows about the module."""

    def __init__(self, parent: Any) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("SAM Benchmark")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        parent.dependencies = ["Segmentations", "Tables", "SAMSegmenter"]
        parent.contributors = ["The SAMSegmenter developers"]
        parent.helpText = _(
            "Measures how well the Segment Anything Model segments a loaded volume: six ways of prompting it, from no "
            "prompt at all (S1) to a box with a point (S6), are simulated from a reference segmentation and compared "
            "with it. A model that was trained without prompts is measured as it is used (S0). For research; not for "
            "diagnosis."
        )
        parent.acknowledgementText = _(
            "The strategies S1 to S6 follow Huang et al., Segment anything model for medical images?, "
            "Medical Image Analysis 92, 2024. The model: Kirillov et al., Segment Anything, ICCV 2023."
        )


class SAMBenchmarkWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The module's panel; everything that it does is in `BenchmarkPanel`."""

    def __init__(self, parent: Any = None) -> None:
        VTKObservationMixin.__init__(self)
        self.panel: Any = None
        ScriptedLoadableModuleWidget.__init__(self, parent)  # calls `setup` itself where there is no parent

    def setup(self) -> None:
        import qt

        from SAMBenchmarkLib.desktop.benchmark_widget import BenchmarkPanel

        ScriptedLoadableModuleWidget.setup(self)
        widget = slicer.util.loadUI(self.resourcePath("UI/SAMBenchmark.ui"))
        self.layout.addWidget(widget)
        self.ui = slicer.util.childWidgetVariables(widget)
        widget.setMRMLScene(slicer.mrmlScene)
        self.logic = SAMBenchmarkLogic()
        self.panel = BenchmarkPanel(self.ui, self.logic, self.parent)
        self.refreshSoon = qt.QTimer(self.parent)
        self.refreshSoon.setSingleShot(True)
        self.refreshSoon.setInterval(50)
        self.refreshSoon.connect("timeout()", self.panel.refresh)
        scene = slicer.mrmlScene
        for event, method in (
            (scene.NodeAddedEvent, self.onSceneModified),
            (scene.NodeRemovedEvent, self.onSceneModified),
            (scene.EndImportEvent, self.onSceneImported),
            (scene.StartCloseEvent, self.onSceneStartClose),
            (scene.EndCloseEvent, self.onSceneEndClose),
        ):
            self.addObserver(scene, event, method)

    def enter(self) -> None:
        """The user came to the module: a model may have been installed, a segmentation drawn meanwhile."""
        self.panel.refresh()

    def cleanup(self) -> None:
        self.removeObservers()
        if self.panel is not None:
            self.refreshSoon.stop()
            self.refreshSoon.disconnect("timeout()", self.panel.refresh)
            self.panel.cleanup()

    def onSceneModified(self, caller: Any, event: Any) -> None:
        """Many nodes come and go together, so the list waits a moment."""
        if not slicer.mrmlScene.IsClosing():
            self.refreshSoon.start()

    def onSceneImported(self, caller: Any, event: Any) -> None:
        self.panel.restoreChoices()

    def onSceneStartClose(self, caller: Any, event: Any) -> None:
        self.refreshSoon.stop()
        self.panel.sceneClosing()

    def onSceneEndClose(self, caller: Any, event: Any) -> None:
        self.panel.sceneClosed()


class SAMBenchmarkLogic(ScriptedLoadableModuleLogic):
    """Starts evaluations and publishes what they found; works without a window."""

    def __init__(self) -> None:
        from SAMBenchmarkLib.session.scene_evaluation import SceneEvaluation

        ScriptedLoadableModuleLogic.__init__(self)
        self.evaluation = SceneEvaluation()

    def evaluate(self, volumeNode: Any, segmentationNode: Any, *arguments: Any, **options: Any) -> list[Any]:
        """See `SAMBenchmarkLib.session.evaluate_nodes.evaluate`: table nodes, when everything is done."""
        from SAMBenchmarkLib.session.evaluate_nodes import evaluate

        return evaluate(volumeNode, segmentationNode, *arguments, **options)

    def start(self, inputs: Any, choices: Any) -> Any:
        """Begin an evaluation on the worker; call `finish` when the job that this returns is done.

        Args:
            inputs: `Inputs`, see `SAMBenchmarkLib.session.scene_evaluation`.
            choices: `PanelChoices`.

        Raises:
            InputError: something is missing or does not go together.
        """
        folder = Path(choices.results).expanduser() if choices.results else None
        return self.evaluation.start(inputs, choices.options(), choices.models, folder)

    def finish(self) -> Any:
        """Write the results of the job that has ended into the scene; see `SceneEvaluation.finish`."""
        return self.evaluation.finish()

    def estimate(self, inputs: Any, choices: Any) -> Any:
        """Begin to time the models on one slice; the job's result is a `ModelsEstimate`."""
        from SAMBenchmarkLib.session.evaluate_nodes import load_model
        from SAMBenchmarkLib.session.models_estimate import estimate_models
        from SAMSegmenterLib.session.worker import shared_worker

        work = functools.partial(estimate_models, inputs.sources, choices.models, choices.options(), load_model)
        return shared_worker().submit(work)


class SAMBenchmarkTest(ScriptedLoadableModuleTest):
    """Runs inside Slicer, without a window and without weights."""

    def setUp(self) -> None:
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        for test in (self.test_EvaluationOfASyntheticVolume, self.test_ResultsAreShownAndRenewed):
            self.setUp()
            test()

    def test_EvaluationOfASyntheticVolume(self) -> None:
        """A bright ball in a dark volume and a predictor that thresholds: the ball must be found exactly."""
        from SAMBenchmarkLib.core.options import BenchmarkOptions
        from SAMBenchmarkLib.session.self_test import ball_nodes
        from SAMSegmenterLib.session.brightness_predictor import BrightnessPredictor

        self.delayDisplay("Evaluating a synthetic volume", 100)
        volumeNode, segmentationNode = ball_nodes()
        options = BenchmarkOptions(strategies=("S2", "S5"), stride=2)
        logic = SAMBenchmarkLogic()
        tables = logic.evaluate(volumeNode, segmentationNode, options, predictor=BrightnessPredictor())
        summary = next(table for table in tables if table.GetName() == "summary_predicted_iou").GetTable()
        for row in range(2):
            assert summary.GetValueByName(row, "strategy").ToString() == options.strategies[row]
            assert summary.GetValueByName(row, "dice_percent_mean").ToDouble() == 100.0
        self.delayDisplay("The tables are right", 100)

    def test_ResultsAreShownAndRenewed(self) -> None:
        """As the panel does it: pairs of the scene, work in the background, charts, one object in the views."""
        from SAMBenchmarkLib.core.options import BenchmarkOptions
        from SAMBenchmarkLib.scene.node_pairs import references_in, suggested_pairs, volumes_in
        from SAMBenchmarkLib.session.scene_evaluation import inputs_from_nodes
        from SAMBenchmarkLib.session.self_test import ball_nodes
        from SAMSegmenterLib.session.brightness_predictor import BrightnessPredictor

        scene = slicer.mrmlScene
        _volumeNode, segmentationNode = ball_nodes()
        pairs = suggested_pairs(volumes_in(scene), references_in(scene))
        assert [pair.reference.GetID() for pair in pairs] == [segmentationNode.GetID()]
        evaluation = SAMBenchmarkLogic().evaluation
        options = BenchmarkOptions(strategies=("S5",), max_slices=2)
        counts = []
        for _run in range(2):
            job = evaluation.start(
                inputs_from_nodes(pairs), options, ["brightness"], load=lambda _name: BrightnessPredictor()
            )
            while not job.done.wait(0.015):
                slicer.app.processEvents()
            (published,) = evaluation.finish().published
            counts.append(scene.GetNumberOfNodesByClass("vtkMRMLTableNode"))
        assert counts[0] == counts[1], "a second run adds no tables"
        assert any(chart.GetTitle() == "DICE by strategy" for chart in published.charts)
        evaluation.show(published.results.worst[0], published.results.run.options)
        assert scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 2
        evaluation.hide()
        assert scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 1
        evaluation.close()
        self.delayDisplay("SAM Benchmark works", 100)
