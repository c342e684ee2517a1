"""The browser workspace as `run.py app` opens it: on the demonstration's brain when no volume is named."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from SAMBenchmarkLib.session.brain_case import NAME, template_files
from SAMSegmenterLib.cli import sam_workspace
from SAMSegmenterLib.core.errors import DependencyError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.sample_volume import sample_volume
from SAMSegmenterLib.files.images import read_image

BENCHMARK_PANEL = "SAMBenchmarkLib.workspace.benchmark_panel:benchmark_panel"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line of `sam-workspace`; returns the exit code."""
    return sam_workspace.main(arguments, "SAMBenchmarkLib.cli.app:demo_volume", [BENCHMARK_PANEL])


def demo_volume() -> Volume:
    """The brain template, or the synthetic abdomen where it is not installed."""
    try:
        volume = read_image(template_files().t1).frames[0]
    except DependencyError:
        return sample_volume()[0]
    return Volume(volume.array, volume.ijk_to_ras, volume.has_spacing, NAME)


if __name__ == "__main__":
    sys.exit(main())
