"""Stands for Slicer's module SampleData: what registering demands, and what `downloadSample` makes of it.

As in Slicer, `downloadSample` fetches files by their addresses and does not ask a source's own downloader, which only
the button on the module's page does.
"""

from __future__ import annotations

import hashlib
import urllib.request
from pathlib import Path
from types import ModuleType
from typing import Any

import slicer

from SAMSegmenterLib.scene.runtime import ensure_scene


class SampleDataSource:
    """One sample of one or several files."""

    def __init__(
        self,
        sampleName: str | None = None,
        uris: Any = None,
        fileNames: Any = None,
        nodeNames: Any = None,
        checksums: Any = None,
        loadFiles: Any = None,
        customDownloader: Any = None,
        thumbnailFileName: str | None = None,
        loadFileTypes: Any = None,
        loadFileProperties: Any = None,
    ) -> None:
        several = isinstance(uris, (list, tuple))
        columns = [uris, fileNames, nodeNames, checksums, loadFiles, loadFileTypes]
        if several:
            columns = [[None] * len(uris) if column is None else column for column in columns]
        else:
            columns = [[column] for column in columns]
        if len({len(column) for column in columns}) != 1:
            raise ValueError("All fields of sample data source must have the same length")
        self.uris, self.fileNames, self.nodeNames, self.checksums, self.loadFiles, self.loadFileTypes = columns
        self.sampleName, self.thumbnailFileName = sampleName, thumbnailFileName
        self.customDownloader, self.loadFileProperties = customDownloader, loadFileProperties or {}

    def __str__(self) -> str:
        return "\n".join(f"{name}: {value}" for name, value in sorted(vars(self).items()))

    def __eq__(self, other: Any) -> bool:
        return str(self) == str(other)

    __hash__ = None  # type: ignore[assignment]


class SampleDataLogic:
    """Knows the sources and loads them."""

    @staticmethod
    def registerCustomSampleDataSource(
        category: str = "Custom",
        sampleName: str | None = None,
        uris: Any = None,
        fileNames: Any = None,
        nodeNames: Any = None,
        customDownloader: Any = None,
        thumbnailFileName: str | None = None,
        loadFileTypes: Any = None,
        loadFiles: Any = None,
        loadFileProperties: Any = None,
        checksums: Any = None,
    ) -> None:
        source = SampleDataSource(
            sampleName,
            uris,
            fileNames,
            nodeNames,
            checksums,
            loadFiles,
            customDownloader,
            thumbnailFileName,
            loadFileTypes,
            loadFileProperties,
        )
        if source not in SampleDataLogic.sampleDataSourcesByCategory(category):
            slicer.modules.sampleDataSources.setdefault(category, []).append(source)

    @staticmethod
    def sampleDataSourcesByCategory(category: str | None = None) -> Any:
        if not hasattr(slicer.modules, "sampleDataSources"):
            slicer.modules.sampleDataSources = {}
        sources = slicer.modules.sampleDataSources
        return sources if category is None else sources.get(category, [])

    def downloadSamples(self, sampleName: str) -> list[Any]:
        for sources in self.sampleDataSourcesByCategory().values():
            for source in sources:
                if source.sampleName == sampleName:
                    return self.downloadFromSource(source)
        return []

    def downloadFromSource(self, source: SampleDataSource) -> list[Any]:
        columns = (source.uris, source.fileNames, source.nodeNames, source.checksums, source.loadFileTypes)
        return [
            self._load(self._fetch(uri, file, checksum), name, kind)
            for uri, file, name, checksum, kind in zip(*columns, strict=True)
        ]

    def _fetch(self, uri: str, name: str, checksum: str | None) -> Path:
        path = Path(slicer.mrmlScene.GetCacheManager().GetRemoteCacheDirectory()) / name
        if not path.exists():
            urllib.request.urlretrieve(uri, path)
        if checksum is not None:
            algorithm, digest = checksum.split(":")
            if hashlib.new(algorithm, path.read_bytes()).hexdigest() != digest:
                raise ValueError(f"{uri} has another checksum")
        return path

    def _load(self, path: Path, name: str, kind: str | None) -> Any:
        logics = ensure_scene().logics
        if kind == "VolumeFile":
            return logics["Volumes"].AddArchetypeVolume(str(path), name, 0)
        assert kind == "SegmentationFile", kind
        return logics["Segmentations"].LoadSegmentationFromFile(str(path), True, name)


def downloadSample(sampleName: str) -> Any:
    return SampleDataLogic().downloadSamples(sampleName)[0]


def downloadSamples(sampleName: str) -> list[Any]:
    return SampleDataLogic().downloadSamples(sampleName)


def build() -> ModuleType:
    """The module `SampleData`."""
    module = ModuleType("SampleData")
    for member in (SampleDataSource, SampleDataLogic, downloadSample, downloadSamples):
        setattr(module, member.__name__, member)
    return module
