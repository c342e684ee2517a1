"""The bundled model, whose answers are refined."""

from __future__ import annotations

import pytest

from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.loading import network_with_weights
from SAMSegmenterLib.models.registry import bundled_path
from SAMSegmenterLib.models.weights import read_state_dict


@pytest.fixture(scope="session")
def the_bundled_network():
    """In evaluation mode; not to be changed."""
    return network_with_weights(blank_spec("bundled", "small"), read_state_dict(bundled_path())).float()
