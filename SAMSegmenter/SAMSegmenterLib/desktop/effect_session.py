"""The editing session behind one copy of the effect: it follows the editor's nodes and the slice view in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.slicing import SliceImage
from SAMSegmenterLib.desktop.effect_stopwatch import EffectStopwatch
from SAMSegmenterLib.desktop.scripted_writer import ScriptedWriterProvider
from SAMSegmenterLib.desktop.shared_service import new_autosave, shared_service
from SAMSegmenterLib.scene.editing_nodes import EditorSource
from SAMSegmenterLib.scene.node_state import NodeState
from SAMSegmenterLib.scene.shown_volumes import shown_frame
from SAMSegmenterLib.scene.slice_views import SliceView, plane_shown, to_image_xy
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.prompt_keeper import PromptKeeper

OnChange = Callable[[frozenset[str]], None]


class EffectSession:
    """Keeps one `EditingSession` per segmentation, as long as the editor has that segmentation.

    Nodes are compared at every tick and before every action, so that nothing depends on the order of Slicer's events.

    Args:
        scripted_effect: the C++ half of the effect.
        on_change: called with the names of what changed; see `EditingSession.on_change`. "session" is another one.

    Attributes:
        session: None while there is no segmentation.
        view_name: name of the slice view in use, empty before the first.
        stopwatch: times objects for a study.

    Thread: main, all of it.
    """

    def __init__(self, scripted_effect: Any, on_change: OnChange) -> None:
        self._effect, self._on_change = scripted_effect, on_change
        self.session: EditingSession | None = None
        self._editor_node: Any = None
        self._segmentation_node: Any = None
        self._segmentation_state: NodeState | None = None
        self._slice_node: Any = None
        self._keeper: PromptKeeper | None = None
        self.stopwatch = EffectStopwatch(self)

    @property
    def segmentation_node(self) -> Any:
        """`vtkMRMLSegmentationNode` that is edited, None for none."""
        return self._segmentation_node

    @property
    def view_name(self) -> str:
        """Name of the slice view in use."""
        return self._slice_node.GetLayoutName() or "" if self._slice_node is not None else ""

    @property
    def slice_node(self) -> Any:
        """`vtkMRMLSliceNode` of the view in use, None before the first."""
        return self._slice_node

    def use_view(self, slice_node: Any) -> None:
        """Work in this slice view from now on."""
        if slice_node is not self._slice_node:
            self._slice_node = slice_node
            self.follow()
            self._on_change(frozenset({"plane"}))

    def follow(self, wait_seconds: float = 0.0) -> EditingSession | None:
        """Compare with the editor's nodes and the view, publish what is finished, begin what is due.

        To be called every 20 ms with a wait of 15 ms, and before every action.

        Returns:
            The session, None when there is nothing to edit.
        """
        node = self._effect.parameterSetNode()
        segmentation = node.GetSegmentationNode() if node is not None else None
        if segmentation is not None and segmentation.GetScene() is None:
            segmentation = None
        if node is not self._editor_node or segmentation is not self._segmentation_node:
            self._replace(node, segmentation)
        session = self.session
        if session is None:
            return None
        session.tick(wait_seconds)
        session.select_segment(node.GetSelectedSegmentID() or None)
        session.show(self._plane())
        self._notice_edits()
        self._keeper.follow()
        return session

    def image_xy(self, slice_node: Any, view_xy: tuple[int, int]) -> tuple[float, float] | None:
        """Where a place in a view lies on the slice that is prompted; None outside the volume."""
        session = self.session
        if session is None or session.grid is None or session.source is None:
            return None
        view = SliceView.of(slice_node)
        return to_image_xy(view, session.grid, session.source.volume.ijk_to_ras, view_xy)

    def grid(self) -> SliceImage | None:
        """Where the pixels of the slice shown lie."""
        return self.session.grid if self.session is not None else None

    def segment_name(self, segment_id: str) -> str:
        """Name of a segment, empty when it is gone."""
        node = self._segmentation_node
        segment = node.GetSegmentation().GetSegment(segment_id) if node is not None else None
        return segment.GetName() or "" if segment is not None else ""

    def keep_prompts(self) -> None:
        """Put the prompts into the scene now, to be saved with it; they go there by themselves when they rest."""
        if self._keeper is not None:
            self._keeper.keep()

    def close(self) -> None:
        """End the session; prompts stay with the scene."""
        if self._keeper is not None:
            self._keeper.close()
        if self.session is not None:
            self.session.close()
        self.session = self._keeper = self._slice_node = None
        self._editor_node = self._segmentation_node = self._segmentation_state = None

    def _replace(self, editor_node: Any, segmentation: Any) -> None:
        slice_node = self._slice_node
        self.close()
        self._editor_node, self._segmentation_node, self._slice_node = editor_node, segmentation, slice_node
        if segmentation is not None:
            self.session = EditingSession(
                shared_service(),
                ScriptedWriterProvider(self._effect, editor_node, segmentation),
                EditorSource(editor_node, lambda: self._slice_node),
                autosave=new_autosave(),
            )
            self.session.on_change(self._on_change)
            self._keeper = PromptKeeper(self.session, segmentation)
            self._segmentation_state = NodeState.of(segmentation)
        self._on_change(frozenset({"session"}))

    def _plane(self) -> Any:
        """The slice that the view in use shows of the volume; None for none."""
        node, session = self._slice_node, self.session
        if node is None or node.GetScene() is None or session is None or session.source is None:
            return None
        try:
            return plane_shown(SliceView.of(node), session.source.volume)
        except InputError:
            return None

    def _notice_edits(self) -> None:
        """Undo and redo of the editor, and other effects, change segments without telling."""
        state = self._segmentation_state
        if state is not None and not state.is_current:
            self._segmentation_state = NodeState.of(self._segmentation_node)
            self.session.segmentation_changed(for_all_volumes=shown_frame(self._segmentation_node) is None)
