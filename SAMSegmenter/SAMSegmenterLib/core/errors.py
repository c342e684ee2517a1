"""The errors that users meet: each says what is wrong and what to do about it.

Core raises them, the layers that face the user display them, and the command line turns them into exit codes.
"""

from __future__ import annotations


class SAMError(Exception):
    """Something went wrong that the user can act on.

    Args:
        message: what is wrong, with the names and values concerned.
        hint: what the user can do about it; may be empty.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)  # both as arguments: the error then survives the way out of a worker process
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(SAMError, ValueError):
    """A file, an image or an option is not usable."""


class ModelError(SAMError, RuntimeError):
    """Weights are missing, damaged or of another kind, or the model cannot run."""

    exit_code = 3


class DeviceError(ModelError):
    """The device that a model runs on failed; the model itself may be whole."""


class DeviceMemoryError(DeviceError):
    """The device has too little memory for what was asked."""


class DependencyError(SAMError, ImportError):
    """A package is missing or broken.

    Args:
        restart_required: True when the application must restart after the package was installed.
    """

    exit_code = 3

    def __init__(self, message: str, hint: str = "", restart_required: bool = False) -> None:
        super().__init__(message, hint)
        self.restart_required = restart_required


class StoreError(SAMError, OSError):
    """Results or cached data cannot be read or written."""

    def __str__(self) -> str:  # OSError would print its two arguments as [Errno ...]
        return SAMError.__str__(self)


class Cancelled(Exception):  # noqa: N818 - being stopped is not an error
    """The user stopped the work; what was finished before is kept."""

    exit_code = 130


EXIT_OK = 0
EXIT_SOME_CASES_FAILED = 1
EXIT_INPUT = 2
EXIT_MODEL = 3
EXIT_STOPPED = 130
