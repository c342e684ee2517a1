import logging

import pytest

from SAMSegmenterLib.core.terminal_log import configure_logging


@pytest.fixture(autouse=True)
def _levels_as_before():
    loggers = [logging.getLogger(name) for name in ("SAMSegmenterLib", "SAMBenchmarkLib")]
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.mark.parametrize("package", ["SAMSegmenterLib", "SAMBenchmarkLib"])
def test_details_of_both_packages_are_logged_only_when_wanted(package):
    logger = logging.getLogger(f"{package}.core.anything")
    configure_logging(False)
    assert (logger.isEnabledFor(logging.WARNING), logger.isEnabledFor(logging.INFO)) == (True, False)
    configure_logging(True)
    assert logger.isEnabledFor(logging.DEBUG)
