"""Colours go to the browser and come back as they were."""

from SAMSegmenterLib.workspace.css_colours import css
from SAMSegmenterLib.workspace.page_values import colour


def test_a_colour_is_written_as_a_browser_reads_it():
    assert css((1.0, 0.5, 0.0)) == "#ff8000"
    assert css(colour("#0a7d33")) == "#0a7d33"
