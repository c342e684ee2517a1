from __future__ import annotations

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.timed_task import CONDITIONS, TimedTask


def test_each_condition_can_be_timed():
    assert [TimedTask(condition, "c", "liver").condition for condition in CONDITIONS] == list(CONDITIONS)


def test_another_condition_is_refused():
    with pytest.raises(InputError, match="Choose one of: with SAM, without SAM"):
        TimedTask("blindfolded", "c", "liver")
