"""Long acceptances are written bit by bit: what comes meanwhile waits, looking at other slices does not."""

import pytest

from SAMSegmenterLib.session.preview import AcceptResult
from SAMSegmenterLib.workspace.actions import PageActions
from SAMSegmenterLib.workspace.writing import STEP_SECONDS, Writing
from support.workspace_desk import IN_FIRST

BOX_ON_SLICE = 12 * 15


class Clock:
    """Seconds, of which each look takes half a step's time."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += STEP_SECONDS / 2
        return self.now


def counting(steps, done):
    for number in range(steps):
        done.append(number)
        yield
    return AcceptResult(sum(done), "")


def test_work_goes_on_for_a_while_at_a_time_until_its_end():
    writing, steps, results = Writing(Clock()), [], []
    writing.begin(counting(5, steps), results.append)
    assert writing.is_running and len(steps) == 2 and not results
    for _ in range(3):
        writing.advance()
    assert steps == [0, 1, 2, 3, 4] and not writing.is_running and results[0].changed == 10
    writing.advance()
    assert len(results) == 1


def test_the_next_work_begins_when_the_one_before_is_finished():
    writing, first, second, results = Writing(Clock()), [], [], []
    writing.begin(counting(9, first), results.append)
    writing.begin(counting(1, second), results.append)
    assert len(first) == 9 and [one.changed for one in results] == [36, 0]


def test_what_waits_comes_in_order_when_all_is_written():
    writing = Writing(Clock())
    writing.begin(counting(9, []), lambda _result: None)
    for name in ("one", "two"):
        writing.wait(name)
    assert writing.take_waiting() is None and writing.is_busy
    writing.finish()
    assert [writing.take_waiting() for _ in range(3)] == ["one", "two", None] and not writing.is_busy


def test_what_fails_is_over():
    def failing():
        yield
        raise ValueError("a fault")

    writing = Writing(Clock())
    with pytest.raises(ValueError, match="a fault"):
        writing.begin(failing(), lambda _result: None)
    assert not writing.is_running


@pytest.fixture
def slowly(a_desk):
    """A desk whose marked slices wait for acceptance, and which writes one step per tick."""
    controller = a_desk.controller
    for index in (7, 8, 9):
        controller.do(lambda index=index: controller.scroll("axial", index))
        controller.do(lambda: controller.click("axial", IN_FIRST))
        a_desk.settle()
    controller.do(controller.session.predict_stack)
    a_desk.settle()
    advance = controller.writing.advance
    controller.writing.advance = lambda seconds=0.0: advance(0.0)
    return a_desk


def test_slices_are_accepted_bit_by_bit_as_one_step_and_other_slices_can_be_seen_meanwhile(slowly):
    controller = slowly.controller
    controller.do(controller.accept_stack)
    assert controller.writing.is_running
    controller.do(lambda: controller.scroll("coronal", 3), waits=False)
    assert controller.views["coronal"].index == 3 and controller.writing.is_running
    slowly.settle()
    assert not controller.writing.is_running and slowly.voxels() == 3 * BOX_ON_SLICE
    controller.do(controller.undo)
    assert slowly.voxels() == 0 and controller.view.name == "axial"
    controller.do(controller.redo)
    assert slowly.voxels() == 3 * BOX_ON_SLICE


def test_undo_that_takes_long_is_followed_by_the_marks_at_the_next_tick(slowly, monkeypatch):
    controller = slowly.controller
    controller.do(controller.accept_stack)
    slowly.settle()
    monkeypatch.setattr("SAMSegmenterLib.workspace.controller._QUICK_SECONDS", 0.0)
    controller.do(controller.undo)
    assert slowly.voxels() == 0 and controller.writing.is_busy and not controller.session.prompts.is_pending
    controller.do(controller.redo)
    controller.tick()
    slowly.settle()
    assert slowly.voxels() == 3 * BOX_ON_SLICE and not controller.session.prompts.is_pending


def test_marks_and_undo_wait_until_all_is_written(slowly):
    controller = slowly.controller
    controller.do(controller.accept_stack)
    controller.tick()
    controller.do(controller.undo)
    assert controller.writing.is_running and not controller.steps.can_redo
    slowly.settle()
    assert slowly.voxels() == 0 and controller.steps.can_redo


def test_who_copies_the_segments_gets_all_or_nothing(slowly):
    controller = slowly.controller
    controller.do(controller.accept_stack)
    for _ in range(4):
        controller.tick()
    assert controller.writing.is_running
    assert int(controller.case.segmentation().layers[0].astype(bool).sum()) == 3 * BOX_ON_SLICE
    assert not controller.writing.is_running


def test_a_fault_halfway_takes_everything_back(slowly, monkeypatch):
    controller = slowly.controller
    writer = controller.case.writers.writer()
    monkeypatch.setattr("SAMSegmenterLib.scene.logic_writer.STEP_VOXELS", 1)
    write, calls = writer._write, []

    def fails_at_the_second(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError("a fault")
        write(*arguments)

    monkeypatch.setattr(type(writer), "_write", lambda _self, *arguments: fails_at_the_second(*arguments))
    monkeypatch.setattr(type(writer).commit_in_steps, "__defaults__", (1,))
    controller.do(controller.accept_stack)
    slowly.settle()
    assert len(calls) == 2 and slowly.voxels() == 0 and not controller.writing.is_running
    assert not controller.case.writers.writer().can_undo and controller.session.stack is not None


def test_the_end_of_the_workspace_writes_what_was_begun(slowly):
    controller = slowly.controller
    controller.do(controller.accept_stack)
    controller.close()
    assert not controller.writing.is_running and slowly.voxels() == 3 * BOX_ON_SLICE


@pytest.fixture
def carried(a_desk):
    """A desk with results on slices 4 to 11 that wait for acceptance, which writes one step per tick, and its keys."""
    controller = a_desk.controller
    actions = PageActions(controller, lambda: None).by_name()
    controller.do(lambda: controller.click("axial", IN_FIRST))
    a_desk.settle()
    actions["key"]("accept")
    actions["key"]("propagate", {"first": 4, "last": 11})
    a_desk.settle()
    advance = controller.writing.advance
    controller.writing.advance = lambda seconds=0.0: advance(0.0)
    return a_desk, actions


def test_accepting_again_what_is_being_written_says_so_and_writes_nothing_twice(carried):
    desk, actions = carried
    for _ in range(3):
        actions["key"]("accept_carried")
        desk.controller.tick()
    assert desk.controller.writing.is_running and "still being written" in desk.messages
    desk.settle()
    assert desk.voxels() == 8 * BOX_ON_SLICE and "nothing to accept" not in desk.messages
    actions["key"]("undo")
    desk.settle()
    assert desk.voxels() == BOX_ON_SLICE, "one step takes all of it back"


def test_accepting_when_all_is_written_says_that_there_is_nothing(carried):
    desk, actions = carried
    actions["key"]("accept_carried")
    desk.settle()
    actions["key"]("accept_carried")
    assert "nothing to accept" in desk.messages and desk.voxels() == 8 * BOX_ON_SLICE


def test_the_rest_is_accepted_after_a_range_that_is_being_written(carried):
    desk, actions = carried
    actions["accept_range"](5, 6)
    actions["accept_range"](5, 6)
    actions["key"]("accept_carried")
    assert desk.controller.writing.is_running
    desk.settle()
    assert desk.voxels() == 8 * BOX_ON_SLICE and "nothing to accept" not in desk.messages
    actions["key"]("undo")
    desk.settle()
    assert desk.voxels() == 3 * BOX_ON_SLICE


def test_what_is_undone_while_it_is_written_is_accepted_by_the_key_that_follows(carried):
    desk, actions = carried
    actions["accept_range"](5, 6)
    for key in ("undo", "accept_carried"):
        actions["key"](key)
    assert desk.controller.writing.is_running
    desk.settle()
    assert desk.voxels() == 8 * BOX_ON_SLICE
    actions["key"]("undo")
    desk.settle()
    assert desk.voxels() == BOX_ON_SLICE


def test_a_stack_that_is_accepted_twice_is_written_once(slowly):
    actions = PageActions(slowly.controller, lambda: None).by_name()
    actions["key"]("accept_stack")
    actions["key"]("accept_stack")
    assert slowly.controller.writing.is_running and "still being written" in slowly.messages
    slowly.settle()
    assert slowly.voxels() == 3 * BOX_ON_SLICE and "nothing to accept" not in slowly.messages


def test_a_range_that_is_nonsense_changes_nothing_while_masks_are_written(carried):
    desk, actions = carried
    actions["key"]("accept_carried")
    actions["accept_range"](None, 3)
    desk.settle()
    assert desk.voxels() == 8 * BOX_ON_SLICE
