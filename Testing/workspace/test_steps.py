"""Steps are taken back in reverse order, and done again until something else is done."""

from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.workspace.steps import ACCEPTANCE, MARK, Step, Steps

FIRST, SECOND, THIRD = (Step(kind, "s", SlicePlane.lattice(0, 1)) for kind in (MARK, ACCEPTANCE, MARK))


def test_steps_come_back_in_reverse_and_again_in_order():
    steps = Steps()
    for step in (FIRST, SECOND):
        steps.did(step)
    assert [steps.undo(), steps.undo(), steps.undo()] == [SECOND, FIRST, None]
    assert steps.can_redo and not steps.can_undo
    assert [steps.redo(), steps.redo(), steps.redo()] == [FIRST, SECOND, None]


def test_a_new_step_ends_what_can_be_redone():
    steps = Steps()
    steps.did(FIRST)
    steps.undo()
    steps.did(THIRD)
    assert not steps.can_redo and steps.undo() is THIRD


def test_nothing_is_left_after_clearing():
    steps = Steps()
    steps.did(FIRST)
    steps.did(SECOND)
    steps.undo()
    steps.clear()
    assert not steps.can_undo and not steps.can_redo
