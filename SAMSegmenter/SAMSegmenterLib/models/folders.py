"""Where weights and cached embeddings are kept on this computer; each folder is private to the user."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from SAMSegmenterLib.core.atomic import store_error

_APPLICATION = "SAMSegmenter"


def models_directory() -> Path:
    """Folder of downloaded and imported weights: SAM_MODELS_DIR, else the user's data folder. It may not exist yet."""
    return _from_environment("SAM_MODELS_DIR") or _user_folder("data") / "models"


def cache_directory() -> Path:
    """Folder of cached embeddings: SAM_CACHE_DIR, else the user's cache folder. It may not exist yet."""
    return _from_environment("SAM_CACHE_DIR") or _user_folder("cache") / "embeddings"


def make_private(folder: Path) -> Path:
    """Create a folder that only the user can read; one that exists stays as it is.

    Raises:
        StoreError: it cannot be created.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise store_error(folder, error) from error
    return folder


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(name, "").strip()
    return Path(value).expanduser() if value else None


def _user_folder(kind: str) -> Path:
    """The platform's folder for data or caches of an application."""
    if sys.platform == "win32":
        base = _from_environment("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
        return base / _APPLICATION
    if sys.platform == "darwin":
        return Path.home() / "Library" / ("Caches" if kind == "cache" else "Application Support") / _APPLICATION
    variable, default = ("XDG_CACHE_HOME", ".cache") if kind == "cache" else ("XDG_DATA_HOME", ".local/share")
    return (_from_environment(variable) or Path.home() / default) / _APPLICATION
