"""Prompts that a script gives to the effect as a parameter.

    effect.setParameter("PromptFile", text_or_path)
    effect.self().onApply()

The parameter holds the text of a prompt file (schema `sam-prompts/1`, JSON) or the path of one. `onApply` takes it, so
that the parameter is empty afterwards, makes the masks with the model of the parameter "Model", and writes them as one
undo step. It returns how many voxels changed; what is wrong is shown as a notice, and nothing is written then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import PromptFile, read_prompt_file

PARAMETER = "PromptFile"

_MANY_BYTES = 256 << 20


def take_prompt_text(scripted_effect: Any) -> str:
    """What a script put into the parameter, empty for nothing; the parameter is empty afterwards."""
    if not scripted_effect.parameterDefined(PARAMETER):
        return ""
    text = scripted_effect.parameter(PARAMETER)
    scripted_effect.setParameter(PARAMETER, "")
    return text.strip()


def prompts_from(text: str) -> PromptFile:
    """Prompts from their text, or from the file that the text names.

    Raises:
        InputError: there is no such file, it cannot be read, or it holds no prompts of this schema.
    """
    return read_prompt_file(text if text.startswith("{") else _contents(text))


def _contents(name: str) -> str:
    try:
        path = Path(name).expanduser()
        if not path.is_file():
            raise InputError(f"There is no prompt file '{name[:200]}'.", "Give its full path, or its text.")
        if path.stat().st_size > _MANY_BYTES:
            raise InputError(f"'{path.name}' is too large for a prompt file.", "Choose the file that was saved.")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, InputError):
            raise
        why = getattr(error, "strerror", None) or "it is no text"
        raise InputError(f"The prompt file '{name[:200]}' cannot be read: {why}.", "Check the path.") from error
