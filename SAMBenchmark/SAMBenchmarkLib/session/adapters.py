"""What the options of a run ask for beside the model: classical methods and the correction effort, found once."""

from __future__ import annotations

import functools

from SAMBenchmarkLib.core.classical import Adapters
from SAMBenchmarkLib.core.options import BenchmarkOptions


def adapters_for(options: BenchmarkOptions) -> Adapters:
    """The methods that a run needs; nothing is imported that it does not.

    Raises:
        DependencyError: a package is missing.
    """
    return _adapters(options.baselines, options.correction_effort)


@functools.cache
def _adapters(names: tuple[str, ...], with_effort: bool) -> Adapters:
    methods = {}
    if names:
        from SAMBenchmarkLib.baselines.registry import BASELINES, check_packages

        check_packages(names)
        known = {baseline.title: baseline.segment for baseline in BASELINES}
        methods = {name: known[name] for name in names}
    if not with_effort:
        return Adapters(methods)
    from SAMBenchmarkLib.imaging.correction_effort import effort_of
    from SAMBenchmarkLib.imaging.packages import opencv, scikit_image

    opencv()
    scikit_image("morphology")
    return Adapters(methods, effort_of)
