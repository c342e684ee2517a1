"""Downloads, imports, verifies and removes models, without a window. Long work is done on a worker of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.core.progress import OnProgress, ShouldStop
from SAMSegmenterLib.models import registry
from SAMSegmenterLib.models.download import download
from SAMSegmenterLib.models.folders import make_private, models_directory
from SAMSegmenterLib.session.worker import Job, Worker

Fetch = Callable[[ModelSpec, Path, OnProgress, ShouldStop], Path]


@functools.cache
def file_worker() -> Worker:
    """A worker for files: a download must not keep the models' worker from answering clicks."""
    return Worker("SAM model files")


class ModelManager:
    """The models of this computer.

    Args:
        fetch: downloads a model's file into a folder.
        worker: does the long work.
    """

    def __init__(self, fetch: Fetch = download, worker: Worker | None = None) -> None:
        self._fetch = fetch
        self._worker = worker if worker is not None else file_worker()

    def specs(self) -> list[ModelSpec]:
        """Every known model, the default first; `path` is None for those that are not here."""
        return list(registry.registry().values())

    def download(self, name: str) -> Job[Path]:
        """Fetch a model's weights; the licence was accepted before.

        Raises:
            InputError: there is no such model.
            StoreError: the models folder cannot be made.
        """
        spec = registry.find(name)
        folder = make_private(models_directory())
        return self._worker.submit(functools.partial(self._fetch, spec, folder))

    def import_file(self, path: str, name: str | None = None) -> Job[ModelSpec]:
        """Check a file and copy it to the models."""
        return self._worker.submit(functools.partial(registry.import_file, path, name))

    def verify(self, name: str) -> Job[None]:
        """Compare a model's file with its checksum.

        Raises:
            InputError, ModelError: there is no such model, or its weights are not here.
        """
        return self._worker.submit(functools.partial(registry.verify, registry.resolve(name)))

    def remove(self, name: str) -> ModelSpec:
        """Delete a model's weights; the user was asked before.

        Raises:
            InputError: it cannot be removed.
            StoreError: the file is in use or may not be deleted.
        """
        return registry.remove(name)


def can_download(spec: ModelSpec) -> bool:
    """Whether it is not here, and has a web address."""
    return spec.path is None and bool(spec.url)


def can_remove(spec: ModelSpec) -> bool:
    """Whether it is here, and did not come with the program."""
    return spec.path is not None and spec.name != registry.BUNDLED
