"""A volume at hand answers what a session asks of a scene."""

from __future__ import annotations

import inspect

from SAMSegmenterLib.session.source_provider import Source, SourceProvider
from SAMSegmenterLib.session.volume_source import VolumeSource
from support.phantoms import two_boxes_volume


def test_a_volume_has_everything_that_a_source_and_its_provider_have():
    volume, _ = two_boxes_volume()
    source = VolumeSource(volume)
    for protocol in (Source, SourceProvider):
        names = [name for name, _member in inspect.getmembers(protocol) if not name.startswith("_")]
        assert names and all(hasattr(source, name) for name in names)
    assert source.source() is source and source.volume is volume and source.remarks == ()
