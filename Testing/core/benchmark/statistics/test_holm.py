import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.statistics.holm import holm


def test_values_are_those_of_another_program():
    """From pingouin 0.7.0, multicomp(method="holm")."""
    assert holm([0.01, 0.04, 0.03, 0.005, 0.9]) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.9])


def test_a_case_worked_by_hand():
    # sorted 0.02 * 3, 0.02 * 2 (not below the one before), 0.5 * 1
    assert holm([0.5, 0.02, 0.02]) == pytest.approx([0.5, 0.06, 0.06])


def test_no_value_exceeds_one():
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]


def test_tests_that_could_not_be_made_do_not_count():
    corrected = holm([math.nan, 0.02, 0.5])
    assert math.isnan(corrected[0]) and corrected[1:] == pytest.approx([0.04, 0.5])
    assert np.isnan(holm([math.nan])).all() and len(holm([])) == 0
