"""What all commands share: errors in words, exit codes, the verbose switch."""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

from SAMSegmenterLib.core.errors import EXIT_INPUT, EXIT_MODEL, EXIT_OK, EXIT_STOPPED, Cancelled, SAMError
from SAMSegmenterLib.core.terminal_log import configure_logging

EXIT_UNEXPECTED = 70
"""A fault of the program itself; none of the codes that a script would act on."""


class CommandParser(argparse.ArgumentParser):
    """Says in one line what is wrong with the options, not in a screenful of them."""

    def error(self, message: str) -> NoReturn:
        """End the program with the exit code of wrong input."""
        self.exit(EXIT_INPUT, f"error: {message}\nhint: '{self.prog} --help' explains the options.\n")


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command has."""
    parser.add_argument("--verbose", action="store_true", help="log what is done, and show where an error arose")


def run_command(func: Callable[[], int | None], verbose: bool = False) -> int:
    """Run a command's work and say in words what goes wrong.

    Args:
        func: the work; returns an exit code, or None for 0.
        verbose: also print the traceback of an error.

    Returns:
        0 ok, 1 some cases failed, 2 input, 3 dependency or model, 130 stopped, 70 a fault of the program.
    """
    configure_logging(verbose)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names in other scripts must not end a run on an old terminal
            stream.reconfigure(errors="replace")
    try:
        return func() or EXIT_OK
    except SAMError as error:
        return _report(error.message, error.hint, error.exit_code, verbose)
    except (KeyboardInterrupt, Cancelled):
        return _report("stopped; what was finished is kept", "", EXIT_STOPPED, verbose=False, prefix="")
    except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - Python flushes it on its way out
        return EXIT_OK
    except MemoryError:
        hint = "Close other programs, use a smaller model, or fewer workers."
        return _report("There is not enough memory for this.", hint, EXIT_MODEL, verbose)
    except OSError as error:
        return _report(str(error), _hint_for(error), EXIT_INPUT, verbose)
    except Exception as error:  # noqa: BLE001 - the outermost net: no command ends in a bare traceback
        hint = "This is a fault of the program. Run again with --verbose and report what it prints."
        return _report(f"{type(error).__name__}: {error}", hint, EXIT_UNEXPECTED, verbose)


def _report(message: str, hint: str, code: int, verbose: bool, prefix: str = "error: ") -> int:
    if verbose:
        traceback.print_exc()
    print(f"{prefix}{message}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)
    return code


def _hint_for(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "The disk is full: free some space, or choose another folder."
    if isinstance(error, PermissionError):
        return "Choose a folder that you may write to, or ask for the rights."
    return ""
