"""Log messages on the terminal."""

from __future__ import annotations

import logging
import sys


def configure_logging(verbose: bool) -> None:
    """Send log messages to the terminal: warnings, or everything of this project when verbose."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr)
    for name in ("SAMSegmenterLib", "SAMBenchmarkLib"):
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.WARNING)
