"""A user, other modules and Slicer's own undo, all at once and in any order, watched after every step."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import slicer

from SAMSegmenterLib.core.extents import extent_of_shape
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import paste
from SAMSegmenterLib.scene.segment_voxels import segment_block
from SAMSegmenterLib.session.prepared_slice import PreparedSlice
from SAMSegmenterLib.session.slice_prediction import SliceRequest, predict_slice
from support.desktop.editing import open_editor
from support.effect_desk import EffectDesk
from support.fake_predictor import ThresholdPredictor

MODELS = ("threshold", "another")
WINDOWS = ("displayed", "minmax", "limits:0,255", "auto")
UNDO_STATES = 10


@dataclass
class EditorAtWork:
    """One Segment Editor with the effect, and what its undo and redo should give.

    Attributes:
        past, future: masks of all segments.
        is_restored: whether undo or redo was the last thing that changed the segmentation.
    """

    widget: Any
    past: deque[dict[str, np.ndarray]] = field(default_factory=lambda: deque(maxlen=UNDO_STATES))
    future: list[dict[str, np.ndarray]] = field(default_factory=list)
    is_restored: bool = False

    @property
    def effect(self) -> Any:
        return self.widget.effectByName("SAM")

    @property
    def controller(self) -> Any:
        return self.effect.self().controller

    @property
    def is_active(self) -> bool:
        return self.widget.activeEffect() is not None

    @property
    def session(self) -> Any:
        return self.controller.owner.session


class Walk:
    """Does things at random on a desk; the same seed does the same things.

    Args:
        desk: two segments, "one" and "two", on a volume whose `ijk_to_ras` is the identity.
        other_volume: of the same place, with other voxels.
        rng: chooses.
        editors: how many work on the segmentation.
    """

    def __init__(self, desk: EffectDesk, other_volume: Any, rng: np.random.Generator, editors: int = 1) -> None:
        self.desk, self.rng = desk, rng
        self.segmentation = desk.editing.segmentation_node
        self.volumes = [desk.editing.volume_node, other_volume]
        self.editors = [EditorAtWork(desk.editing.editor)]
        for number in range(1, editors):
            node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode", f"Editor {number + 1}")
            widget = open_editor(node, self.segmentation, self.volumes[0])
            widget.setActiveEffectByName("SAM")
            self.editors.append(EditorAtWork(widget))
        for editor in self.editors:
            editor.widget.mrmlSegmentEditorNode().SetOverwriteMode(2)  # segments may overlap: none gives way
            editor.widget.setMaximumNumberOfUndoStates(UNDO_STATES)
        self._shape = tuple(self.volumes[0].GetImageData().GetDimensions()[::-1])
        self._lattice = Lattice(np.eye(4), extent_of_shape(self._shape))
        self.at_work = self.editors[0]
        self.done: list[str] = []
        self.faults: list[str] = []
        self.counts: dict[str, int] = {}
        self._watch = _Errors(self.faults)
        self._names = self.written = 0

    def __enter__(self) -> Walk:
        logging.getLogger().addHandler(self._watch)
        return self

    def __exit__(self, *_: Any) -> None:
        logging.getLogger().removeHandler(self._watch)

    def step(self) -> None:
        """Do one thing, then check everything."""
        actions, weights = zip(*self._actions().items(), strict=True)
        name = actions[self.rng.choice(len(actions), p=np.array(weights) / sum(weights))]
        self.at_work = self.editors[self.rng.integers(len(self.editors))]
        before = self.masks()
        self.done.append(name)
        self.counts[name] = self.counts.get(name, 0) + 1
        expected = getattr(self, f"_do_{name}")(before)
        self._check(before if expected is None else expected)
        if self.rng.random() < 0.7:
            self.settle()
            self._check(before if expected is None else expected)

    def settle(self) -> None:
        """Run jobs and ticks of all editors until nothing is left to do."""
        for _ in range(200):
            ran = self.desk.worker.run_next()
            for editor in self.editors:
                editor.controller._tick()
            if not ran and not self.desk.worker.waiting:
                return
        raise AssertionError("the effects do not come to rest")

    def masks(self) -> dict[str, np.ndarray]:
        """All segments on the volume's lattice, by id."""
        segmentation = self.segmentation.GetSegmentation()
        ids = [segmentation.GetNthSegmentID(n) for n in range(segmentation.GetNumberOfSegments())]
        return {segment_id: self._mask(segment_id) for segment_id in ids}

    def _mask(self, segment_id: str) -> np.ndarray:
        return segment_block(self.segmentation, segment_id, self._lattice, self._lattice.extent) != 0

    def _actions(self) -> dict[str, float]:
        return {
            "click": 12,
            "click_outside_the_structure": 4,
            "drag": 5,
            "accept": 10,
            "accept_at_once": 3,
            "reject": 3,
            "undo_mark": 3,
            "redo_mark": 2,
            "clear": 2,
            "candidate": 4,
            "scroll": 6,
            "hover": 3,
            "other_view": 3,
            "segment": 5,
            "volume": 3,
            "model": 2,
            "window": 2,
            "mode": 3,
            "clean_up": 2,
            "other_effect": 2,
            "undo": 5,
            "redo": 3,
            "rename": 1,
            "remove_segment": 1,
            "add_segment": 2,
            "other_module_paints": 2,
            "voxels": 1,
            "one_job": 6,
            "let_time_pass": 2,
            "overview": 2,
            "uncertainty": 1,
            "scene_is_saved": 1,
        }

    def _check(self, expected: dict[str, np.ndarray]) -> None:
        found, told = self.masks(), " < ".join(self.done[:-9:-1])
        assert not self.faults, (told, self.faults)
        assert found.keys() == expected.keys(), (told, found.keys(), expected.keys())
        for segment_id, mask in expected.items():
            differing = np.argwhere(found[segment_id] != mask)
            assert not len(differing), (told, segment_id, differing[:5].tolist(), len(differing))
        for editor in self.editors:
            self._check_preview(editor, told)

    def _check_preview(self, editor: EditorAtWork, told: str) -> None:
        """A preview belongs to what is shown, and is what the model says of the voxels as they are now."""
        if not editor.is_active:
            return
        editor.controller._tick()
        session = editor.session
        for preview in (session.preview, session.hover_preview) if session is not None else ():
            if preview is None:
                continue
            assert preview.plane == session.plane and session.plane is not None, told
            assert preview.segment_id == session.segment_id == editor.widget.currentSegmentID(), told
        if session is None or not session.preview_is_current:
            return
        prompts = session.prompts
        assert session.preview.marks is prompts.marks, told
        prepared = PreparedSlice.of(session.source, session.plane)
        answer = predict_slice(
            SliceRequest(prepared, prompts.marks, prompts.window, session.cleanup), ThresholdPredictor()
        )
        assert np.array_equal(session.preview.mask, answer.masks[session.preview.chosen]), told

    # what a user does; each returns the masks expected afterwards, None when nothing may change

    def _hand(self) -> Any:
        names = sorted(self.desk.editing.views)
        return self.desk.editing.views[names[self.rng.integers(len(names))]]

    def _place(self, label: int | None = None) -> tuple[float, float, float]:
        array = slicer.util.arrayFromVolume(self.volumes[0])
        choice = np.argwhere(array > 100) if label else np.argwhere(array >= 0)
        k, j, i = choice[self.rng.integers(len(choice))]
        return self.desk.editing.ras(int(k), int(j), int(i))

    def _click_at(self, ras: tuple[float, float, float]) -> None:
        hand = self._hand()
        hand.show(ras)
        hand.click(ras, modifiers=("alt",) if self.rng.random() < 0.2 else ())

    def _do_click(self, _: Any) -> None:
        self._click_at(self._place(label=1))

    def _do_click_outside_the_structure(self, _: Any) -> None:
        self._click_at(self._place())

    def _do_drag(self, _: Any) -> None:
        tool = ("box", "scribble", "lasso")[self.rng.integers(3)]
        if self.at_work.is_active:
            self.at_work.effect.setParameter("Tool", tool)
        hand, (r, a, s) = self._hand(), self._place(label=1)
        hand.show((r, a, s))
        offsets = {"Red": (3, 4, 0), "Green": (3, 0, 2), "Yellow": (0, 3, 2)}
        (dr, da, ds) = next(value for name, value in offsets.items() if self.desk.editing.views[name] is hand)
        corner = self._inside((r + dr, a, s + ds)), self._inside((r + dr, a + da, s + ds))
        hand.drag((r, a, s), *corner)
        if self.at_work.is_active:
            self.at_work.effect.setParameter("Tool", "point")

    def _inside(self, ras: tuple[float, float, float]) -> tuple[float, float, float]:
        k, j, i = self._shape
        return tuple(float(min(place, last - 1)) for place, last in zip(ras, (i, j, k), strict=True))

    def _do_accept(self, before: dict[str, np.ndarray]) -> dict[str, np.ndarray] | None:
        self.settle()
        return self._accepted(before)

    def _do_accept_at_once(self, before: dict[str, np.ndarray]) -> dict[str, np.ndarray] | None:
        return self._accepted(before)

    def _accepted(self, before: dict[str, np.ndarray]) -> dict[str, np.ndarray] | None:
        editor = self.at_work
        if not editor.is_active:
            return None
        session = editor.controller.owner.follow()
        if session is None:
            return None
        if session._board.is_running("preview"):  # the key comes while the mask is on its way
            assert editor.effect.self().onApply() == 0
            return None
        preview, mode = session.preview, session.mode
        changed = editor.effect.self().onApply()
        if not changed:
            return None
        assert preview is not None
        expected = {name: mask.copy() for name, mask in before.items()}
        self._write(expected[preview.segment_id], preview, mode)
        assert changed == (expected[preview.segment_id] != before[preview.segment_id]).sum() > 0
        self._note_edit(editor, before)
        self.written += 1
        return expected

    def _write(self, mask: np.ndarray, preview: Any, mode: str) -> None:
        pasted = paste(preview.mask, preview.image)
        whole = np.zeros_like(mask)
        if pasted is not None:
            (i0, i1, j0, j1, k0, k1), block = pasted
            whole[k0 : k1 + 1, j0 : j1 + 1, i0 : i1 + 1] = block
        if mode == "set":
            at = [slice(None)] * 3
            at[preview.plane.axis] = preview.plane.index
            mask[tuple(at)] = whole[tuple(at)]
        else:
            mask[whole] = mode == "add"

    def _note_edit(self, editor: EditorAtWork, before: dict[str, np.ndarray]) -> None:
        editor.past.append(before)
        for one in self.editors:
            one.future.clear()
            one.is_restored = False

    def _session(self) -> Any:
        return self.at_work.controller.owner.follow() if self.at_work.is_active else None

    def _call(self, method: str) -> None:
        session = self._session()
        if session is not None:
            getattr(session, method)()

    def _do_reject(self, _: Any) -> None:
        self._call("reject")

    def _do_undo_mark(self, _: Any) -> None:
        self._call("undo_mark")

    def _do_redo_mark(self, _: Any) -> None:
        self._call("redo_mark")

    def _do_clear(self, _: Any) -> None:
        self._call("clear_marks")

    def _do_candidate(self, _: Any) -> None:
        self._call("next_candidate")

    def _do_overview(self, _: Any) -> None:
        self._call("find_proposals")

    def _do_uncertainty(self, _: Any) -> None:
        self._call("find_uncertainty")

    def _do_scroll(self, _: Any) -> None:
        self._hand().show(self._place())

    def _do_hover(self, _: Any) -> None:
        if self.at_work.is_active:
            self.at_work.effect.setParameter("PreviewUnderMouse", int(self.rng.integers(2)))
        self._do_other_view(None)

    def _do_other_view(self, _: Any) -> None:
        hand, place = self._hand(), self._place()
        hand.show(place)
        hand.move(place)

    def _do_segment(self, before: dict[str, np.ndarray]) -> None:
        self.at_work.widget.setCurrentSegmentID(sorted(before)[self.rng.integers(len(before))])

    def _do_volume(self, _: Any) -> None:
        self.at_work.widget.setSourceVolumeNode(self.volumes[self.rng.integers(2)])

    def _set(self, name: str, value: Any) -> None:
        if self.at_work.is_active:
            self.at_work.effect.setParameter(name, value)

    def _do_model(self, _: Any) -> None:
        self._set("Model", MODELS[self.rng.integers(2)])

    def _do_window(self, _: Any) -> None:
        self._set("Window", WINDOWS[self.rng.integers(len(WINDOWS))])

    def _do_mode(self, _: Any) -> None:
        self._set("Mode", ("set", "add", "remove")[self.rng.integers(3)])

    def _do_clean_up(self, _: Any) -> None:
        name, values = (("FillHoles", (0, 1)), ("KeepParts", ("all", "clicked", "largest")))[self.rng.integers(2)]
        self._set(name, values[self.rng.integers(len(values))])

    def _do_other_effect(self, _: Any) -> None:
        self.at_work.widget.setActiveEffectByName("" if self.at_work.is_active else "SAM")

    # what others do

    def _do_undo(self, before: dict[str, np.ndarray]) -> dict[str, np.ndarray] | None:
        return self._stepped("undo", self.at_work.past, self.at_work.future, before)

    def _do_redo(self, before: dict[str, np.ndarray]) -> dict[str, np.ndarray] | None:
        return self._stepped("redo", self.at_work.future, self.at_work.past, before)

    def _stepped(self, step: str, source: Any, target: Any, before: dict[str, np.ndarray]) -> Any:
        """Several editors have a history each, and Slicer's do not know of each other: what comes out is up to them."""
        getattr(self.at_work.widget, step)()
        if len(self.editors) > 1:
            return self.masks()
        if not source:
            return None
        self.at_work.is_restored = True
        target.append(before)
        return source.pop()

    def _do_rename(self, before: dict[str, np.ndarray]) -> None:
        self._names += 1
        name = sorted(before)[self.rng.integers(len(before))]
        self.segmentation.GetSegmentation().GetSegment(name).SetName(f"renamed {self._names}")
        for editor in self.editors:
            if editor.is_restored:  # Slicer's history then has a step that holds the new name alone
                self._note_edit(editor, before)

    def _do_remove_segment(self, before: dict[str, np.ndarray]) -> dict[str, np.ndarray] | None:
        if len(before) < 2:
            return None
        name = sorted(before)[self.rng.integers(len(before))]
        self.at_work.widget.saveStateForUndo()
        self.segmentation.GetSegmentation().RemoveSegment(name)
        self._note_edit(self.at_work, before)
        return {key: mask for key, mask in before.items() if key != name}

    def _do_add_segment(self, before: dict[str, np.ndarray]) -> dict[str, np.ndarray] | None:
        missing = [name for name in ("one", "two") if name not in before]
        if not missing:
            return None
        self.at_work.widget.saveStateForUndo()
        self.segmentation.GetSegmentation().AddEmptySegment(missing[0], missing[0])
        self._note_edit(self.at_work, before)
        return {**before, missing[0]: np.zeros(self._shape, bool)}

    def _do_other_module_paints(self, before: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        name = sorted(before)[self.rng.integers(len(before))]
        painted = before[name].copy()
        k, j, i = (self.rng.integers(n - 2) for n in self._shape)
        painted[k : k + 2, j : j + 2, i : i + 2] ^= True
        self.at_work.widget.saveStateForUndo()
        slicer.util.updateSegmentBinaryLabelmapFromArray(
            painted.astype(np.uint8), self.segmentation, name, self.volumes[0]
        )
        self._note_edit(self.at_work, before)
        return {**before, name: painted}

    def _do_voxels(self, _: Any) -> None:
        node = self.volumes[self.rng.integers(2)]
        array = slicer.util.arrayFromVolume(node)
        k, j, i = (self.rng.integers(n - 2) for n in self._shape)
        array[k : k + 2, j : j + 2, i : i + 2] = 120
        slicer.util.arrayFromVolumeModified(node)

    def _do_one_job(self, _: Any) -> None:
        self.desk.worker.run_next()
        self.at_work.controller._tick()

    def _do_let_time_pass(self, _: Any) -> None:
        for editor in self.editors:
            keeper = editor.controller.owner._keeper
            if keeper is not None:
                keeper._change._changed_at -= 100

    def _do_scene_is_saved(self, _: Any) -> None:
        slicer.mrmlScene.InvokeEvent(slicer.mrmlScene.StartSaveEvent)


class _Errors(logging.Handler):
    """Log records that no run may have."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        self._faults.append(self.format(record))
