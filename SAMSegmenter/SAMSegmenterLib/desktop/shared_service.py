"""The one model service of the application: every copy of the effect in every editor uses it."""

from __future__ import annotations

from SAMSegmenterLib.models.folders import cache_directory
from SAMSegmenterLib.session.autosave import Autosave
from SAMSegmenterLib.session.model_service import ModelService

_service: ModelService | None = None


def shared_service() -> ModelService:
    """The service; made when it is first asked for. No model is loaded by it."""
    global _service
    if _service is None:
        _service = ModelService()
    return _service


def replace_service(service: ModelService | None) -> None:
    """Use another service from the next session on; None makes a new one when it is asked for."""
    global _service
    _service = service


def new_autosave() -> Autosave:
    """Keeps the unaccepted prompts of one session against a crash."""
    return Autosave(cache_directory() / "unaccepted")
