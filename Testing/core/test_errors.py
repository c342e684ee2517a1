"""Errors say what is wrong and what to do, and survive the way out of a worker process."""

import copy

import pytest

from SAMSegmenterLib.core.errors import Cancelled, DependencyError, InputError, ModelError, SAMError, StoreError


@pytest.mark.parametrize("kind", [SAMError, InputError, ModelError, StoreError, DependencyError])
def test_message_and_hint_are_kept_and_printed(kind):
    error = kind("The file is damaged.", "Export it again.")
    assert (error.message, error.hint) == ("The file is damaged.", "Export it again.")
    assert str(error) == "The file is damaged. Export it again."


@pytest.mark.parametrize("kind", [InputError, ModelError, StoreError, DependencyError])
def test_errors_can_be_copied_as_worker_processes_do(kind):
    again = copy.copy(kind("message", "hint"))
    assert type(again) is kind and (again.message, again.hint) == ("message", "hint")


def test_exit_codes_tell_inputs_from_models_and_stops():
    assert [kind.exit_code for kind in (InputError, StoreError, ModelError, DependencyError, Cancelled)] == [
        2,
        2,
        3,
        3,
        130,
    ]
