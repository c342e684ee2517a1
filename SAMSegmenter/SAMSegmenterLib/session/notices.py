"""What a session has to tell the user, in words that both faces show alike."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from SAMSegmenterLib.core.errors import SAMError

logger = logging.getLogger(__name__)

INFO, WARNING, ERROR = "info", "warning", "error"


@dataclass(frozen=True)
class Notice:
    """One thing to tell.

    Args:
        kind: "info", "warning" or "error".
        message: what happened.
        hint: what the user can do about it; may be empty.
    """

    kind: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    @classmethod
    def of(cls, error: BaseException) -> Notice:
        """A failure in words; one that nobody foresaw is logged with its traceback, which the user is spared."""
        if isinstance(error, SAMError):
            return cls(ERROR, error.message, error.hint)
        if isinstance(error, MemoryError):
            return cls(
                ERROR,
                "The memory of the computer does not suffice for this.",
                "Your prompts are kept. Close other volumes or programs, then try again.",
            )
        logger.error("An unforeseen failure.", exc_info=error)
        return cls(
            ERROR,
            f"This did not work because of a fault in the program ({type(error).__name__}: {error}).",
            "Your prompts are kept. Try again, or report it with the log of the application.",
        )
