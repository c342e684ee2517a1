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
        from SAMBenchmarkLib.desktop.benchmark_widget import BenchmarkPanel

        ScriptedLoadableModuleWidget.setup(self)
        widget = slicer.util.loadUI(self.resourcePath("UI/SAMBenchmark.ui"))
        self.layout.addWidget(widget)
        self.ui = slicer.util.childWidgetVariables(widget)
        widget.setMRMLScene(slicer.mrmlScene)
        self.logic = SAMBenchmarkLogic()
        self.panel = BenchmarkPanel(self.ui, self.logic, self.parent)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)

    def enter(self) -> None:
        """The user came to the module: a model may have been installed meanwhile."""
        self.panel.fillModels()

    def cleanup(self) -> None:
        self.removeObservers()
        if self.panel is not None:
            self.panel.cleanup()

    def onSceneEndClose(self, caller: Any, event: Any) -> None:
        self.panel.forgetTables()


class SAMBenchmarkLogic(ScriptedLoadableModuleLogic):
    """Starts evaluations and publishes what they found; works without a window."""

    def __init__(self) -> None:
        ScriptedLoadableModuleLogic.__init__(self)
        self.job: Any = None
        self.request: Any = None

    def evaluate(self, volumeNode: Any, segmentationNode: Any, *arguments: Any, **options: Any) -> list[Any]:
        """See `SAMBenchmarkLib.session.evaluate_nodes.evaluate`: table nodes, when everything is done."""
        from SAMBenchmarkLib.session.evaluate_nodes import evaluate

        return evaluate(volumeNode, segmentationNode, *arguments, **options)

    def start(self, volumeNode: Any, segmentationNode: Any, options: Any, model: str, predictor: Any = None) -> Any:
        """Begin an evaluation on the worker; call `finish` when the job that this returns is done.

        Args:
            options: `BenchmarkOptions`.
            predictor: a loaded model, else the one of the registry that `model` names.

        Raises:
            InputError: the nodes cannot be used.
        """
        from SAMBenchmarkLib.session.evaluate_nodes import prepare, run
        from SAMSegmenterLib.session.worker import shared_worker

        self.request = prepare(volumeNode, segmentationNode, options, model)
        self.job = shared_worker().submit(functools.partial(run, self.request.work, predictor))
        return self.job

    def finish(self) -> tuple[list[Any], Any, Any]:
        """Table nodes of the job that has ended, its `EvaluationOutcome` and its `EvaluationWork`.

        Raises:
            Whatever went wrong during the work; InputError when the nodes were changed or removed meanwhile.
        """
        from SAMBenchmarkLib.session.evaluate_nodes import publish

        job, request = self.job, self.request
        self.job = self.request = None
        outcome = job.result()
        return publish(request, outcome), outcome, request.work


class SAMBenchmarkTest(ScriptedLoadableModuleTest):
    """Runs inside Slicer, without a window and without weights."""

    def setUp(self) -> None:
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        self.setUp()
        self.test_EvaluationOfASyntheticVolume()

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
        assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTableNode") == len(tables)
        self.delayDisplay("SAM Benchmark works", 100)
