"""Work in steps gives the same result when all of them are done at once."""

import pytest

from SAMSegmenterLib.core.stepwise import finished


def counting(steps, done):
    for number in range(steps):
        done.append(number)
        yield
    return sum(done)


def test_all_steps_that_are_left_are_done_and_the_result_is_returned():
    done = []
    work = counting(4, done)
    next(work)
    assert finished(work) == 6 and done == [0, 1, 2, 3]
    assert finished(counting(0, [])) == 0


def test_what_goes_wrong_in_a_step_is_raised():
    def failing():
        yield
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        finished(failing())
