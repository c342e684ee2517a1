"""Ctrl+C outside a command's work ends without a traceback."""

import sys

import pytest

from SAMSegmenterLib.cli.interrupts import quieten_interrupts


@pytest.fixture
def hook(monkeypatch):
    told = []
    monkeypatch.setattr(sys, "excepthook", lambda *fault: told.append(fault))
    quieten_interrupts()
    return told


def test_an_interrupt_is_a_word_and_no_traceback(hook, capsys):
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert capsys.readouterr().err == "stopped\n"
    assert hook == []


def test_other_faults_are_told_as_before(hook, capsys):
    fault = ValueError("x")
    sys.excepthook(ValueError, fault, None)
    assert hook == [(ValueError, fault, None)]
    assert capsys.readouterr().err == ""
