"""What is printed past Python stays off the terminal inside the block, and comes out again after it."""

import os

import pytest

from SAMSegmenterLib.scene.native_output import native_output


def test_both_streams_are_kept_and_told_at_the_end(capfd):
    with native_output() as said:
        os.write(1, b"from a library\n")
        os.write(2, b"ITK ERROR\n")
        assert said == []
    os.write(1, b"after\n")
    assert said == ["from a library\nITK ERROR\n"]
    assert tuple(capfd.readouterr()) == ("after\n", "")


def test_an_error_in_the_block_passes_and_the_terminal_is_back(capfd):
    with pytest.raises(ValueError, match="inside"), native_output() as said:
        os.write(2, b"noise\n")
        raise ValueError("inside")
    os.write(2, b"after\n")
    assert said == ["noise\n"] and capfd.readouterr().err == "after\n"
