"""Keeps the prompts of a session in the scene while they change, and shows those that were kept there before."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from SAMSegmenterLib.core.errors import SAMError
from SAMSegmenterLib.core.prompt_file import PromptFile, SegmentPrompts, record_text
from SAMSegmenterLib.scene.editing_nodes import NodeSource
from SAMSegmenterLib.scene.prompt_node import (
    last_order_of,
    new_prompt_node,
    prompt_node_of,
    read_prompts,
    remove_orphans,
    write_prompts,
)
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.resting import Resting

logger = logging.getLogger(__name__)

REST_SECONDS = 1.0
"""Prompts go into the scene when they have not changed for so long: a scene may be saved without a word."""


@dataclass(eq=False)
class _Kept:
    """What the scene holds for one volume, as far as this session knows.

    Attributes:
        volume_node, frame: where the prompts belong.
        node: the prompt node; None before the first prompts.
        text: of the node when it was read or written last.
        records: texts of the records in it, by segment.
        is_foreign: whether the node's prompts do not fit the volume as it is now, so that they are left alone.
    """

    volume_node: Any
    frame: str
    node: Any = None
    text: str = ""
    records: frozenset[tuple[str, str]] = frozenset()
    is_foreign: bool = False


class PromptKeeper:
    """Keeps what a session has on all its volumes in the scene, one text node per volume and frame.

    Several sessions may edit one segmentation: what another one has kept since is taken over before it is replaced.

    Args:
        session: of the segmentation; its sources are of the scene (`NodeSource`).
        segmentation_node: which the prompts belong to.
        clock: seconds that never run backwards.

    Thread: main, all of it.
    """

    def __init__(
        self, session: EditingSession, segmentation_node: Any, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._session, self._segmentation_node = session, segmentation_node
        self._scene = segmentation_node.GetScene()
        self._change = Resting(REST_SECONDS, clock)
        self._kept: dict[str, _Kept] = {}
        self._end = session.on_change(self._changed)
        session.count_orders_from(last_order_of(segmentation_node))

    def follow(self) -> None:
        """Show what is kept for a volume that is at hand for the first time, and keep what has changed and rests."""
        source = self._session.source
        if isinstance(source, NodeSource) and source.volume_id not in self._kept:
            self._kept[source.volume_id] = _Kept(source.state.node, source.frame)
            self._show(source.volume_id)
        if self._change.is_waiting and not self._scene_is_busy() and self._change.take():
            self.keep()

    def keep(self) -> None:
        """Put all prompts into the scene now, or later where it takes none now."""
        if self._scene_is_busy():
            return
        try:
            self._take_over()
            for volume_id, prompts in self._session.prompt_files().items():
                if volume_id in self._kept:
                    self._write(self._kept[volume_id], prompts)
        except SAMError as error:
            logger.warning("The prompts were not put into the scene: %s", error)
        self._change.clear()

    def close(self) -> None:
        """Keep the prompts, and follow the session no more; prompts of segmentations that are gone go with them."""
        self.keep()
        self._end()
        self._kept.clear()
        if not _is_busy(self._scene):
            remove_orphans(self._scene)

    def _changed(self, names: frozenset[str]) -> None:
        if "kept prompts" in names:
            self._change.note()

    def _scene_is_busy(self) -> bool:
        """Whether nodes are not to be added now."""
        return _is_busy(self._segmentation_node.GetScene())

    def _show(self, volume_id: str) -> None:
        """Show the prompts that were saved for a volume; nothing is written for that."""
        was_waiting, kept = self._change.is_waiting, self._kept[volume_id]
        kept.node = self._find(volume_id)
        prompts = self._read(kept) if kept.node is not None else None
        if prompts is not None:
            self._session.load_prompts(prompts, volume_id)
            kept.is_foreign = prompts.volume.difference(self._session.identity_of(volume_id)) is not None
        if not was_waiting:
            self._change.clear()

    def _find(self, volume_id: str) -> Any:
        """The node with the prompts of a volume, None without; those of a volume that was removed are not taken for
        it when this session knows them to be another one's."""
        kept, identity = self._kept[volume_id], self._session.identity_of(volume_id)
        node = prompt_node_of(self._segmentation_node, kept.volume_node, kept.frame, identity)
        return None if any(other.node is node for other in self._kept.values()) else node

    def _read(self, kept: _Kept) -> PromptFile | None:
        kept.text = kept.node.GetText() or ""
        try:
            prompts = read_prompts(self._segmentation_node, kept.node)
        except SAMError as error:
            logger.warning("%s", error)
            return None
        kept.records = _records(prompts) if prompts is not None else frozenset()
        return prompts

    def _write(self, kept: _Kept, prompts: PromptFile) -> None:
        if not prompts.segments and (kept.node is None or kept.is_foreign):
            return  # nothing is kept for nothing
        if kept.node is None or kept.is_foreign or kept.node.GetScene() is None:
            kept.node, kept.is_foreign = new_prompt_node(self._segmentation_node), False
        kept.node = write_prompts(self._segmentation_node, prompts, kept.volume_node, kept.frame, kept.node)
        kept.text, kept.records = kept.node.GetText(), _records(prompts)

    def _take_over(self) -> None:
        """Prompts that another session kept with the segmentation meanwhile are not lost."""
        for volume_id, kept in self._kept.items():
            if kept.is_foreign:
                continue
            if kept.node is None or kept.node.GetScene() is None:
                kept.node = self._find(volume_id)
            if kept.node is None or kept.node.GetText() == kept.text:
                continue
            known = kept.records
            prompts = self._read(kept)
            if prompts is not None:
                self._session.load_prompts(_without(prompts, known), volume_id)


def _is_busy(scene: Any) -> bool:
    """Whether a scene is gone, closing, or in the middle of something."""
    return scene is None or scene.IsClosing() or scene.IsBatchProcessing()


def _records(prompts: PromptFile) -> frozenset[tuple[str, str]]:
    return frozenset((segment.id, record_text(record)) for segment in prompts.segments for record in segment.slices)


def _without(prompts: PromptFile, known: frozenset[tuple[str, str]]) -> PromptFile:
    """The prompts less those known already, which this session may have dropped since."""

    def of(segment: SegmentPrompts) -> SegmentPrompts:
        return replace(segment, slices=[one for one in segment.slices if (segment.id, record_text(one)) not in known])

    return replace(prompts, segments=tuple(of(segment) for segment in prompts.segments))
