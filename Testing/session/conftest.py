"""What tests of sessions share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from SAMSegmenterLib.session.collection import COLLECTION


@pytest.fixture(autouse=True)
def a_free_collector() -> Iterator[None]:
    """Tests that leave work undone do not keep garbage from being collected in the next ones."""
    yield
    while COLLECTION.is_held:
        COLLECTION.release()
