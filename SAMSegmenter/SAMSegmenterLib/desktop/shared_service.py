"""The one model service of the application: every copy of the effect in every editor uses it."""

from __future__ import annotations

import functools
import logging

from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.desktop.settings_store import read_preferences
from SAMSegmenterLib.desktop.tick import JobTick
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.models.folders import cache_directory
from SAMSegmenterLib.session.autosave import Autosave
from SAMSegmenterLib.session.model_service import ModelService
from SAMSegmenterLib.session.preferences import Preferences
from SAMSegmenterLib.session.worker import Job, Worker

logger = logging.getLogger(__name__)

_service: ModelService | None = None
_preferences: Preferences | None = None
_trimming: JobTick | None = None  # kept after its end: its timer must not be deleted within its own signal


def shared_service() -> ModelService:
    """The service, as the user's preferences want it; made when it is first asked for. No model is loaded by it."""
    global _service, _preferences
    if _service is None:
        _preferences = read_preferences()
        _service = ModelService(_load, _cache(_preferences))
    return _service


def use_preferences(preferences: Preferences) -> None:
    """Threads and caches as chosen now; a model in use is loaded anew when it is needed next."""
    global _preferences
    before, _preferences = _preferences, preferences
    if _service is not None and before is not None and _what_counts(before) != _what_counts(preferences):
        _service.use_cache(_cache(preferences))


def replace_service(service: ModelService | None) -> None:
    """Use another service from the next session on; None makes a new one when it is asked for."""
    global _service, _preferences
    if _service is not None:
        _service.leave()
    _service, _preferences = service, None


def new_autosave() -> Autosave:
    """Keeps the unaccepted prompts of one session against a crash."""
    return Autosave(cache_directory() / "unaccepted")


@functools.cache
def cache_worker() -> Worker:
    """A worker for kept slices: thousands of files must hold up neither clicks nor downloads, nor they these."""
    return Worker("SAM kept slices")


def _cache(preferences: Preferences) -> EmbeddingCache:
    """The cache as chosen; what is too much on disk is deleted on a worker."""
    global _trimming
    cache = preferences.embedding_cache()
    if preferences.keep_on_disk:
        job = cache_worker().submit(lambda _on_progress, _should_stop: preferences.trim(cache))
        _trimming = JobTick(job, lambda _event: None, _trimmed, None)
    return cache


def _trimmed(job: Job[int]) -> None:
    try:
        job.result()
    except Exception:  # the cache works all the same
        logger.exception("The kept slices could not be made fewer.")


def _load(name: str, device: str, precision: str) -> Predictor:
    """On the worker, which must not read the application's settings."""
    return (_preferences or Preferences()).load(name, device, precision)


def _what_counts(preferences: Preferences) -> tuple[int, int, bool, str]:
    """Model and device are chosen per editor, and the limit on disk counts at the next start."""
    return preferences.threads, preferences.memory_megabytes, preferences.keep_on_disk, preferences.cache_folder
