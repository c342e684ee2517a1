from __future__ import annotations

import platform

import numpy as np

from SAMBenchmarkLib.session.versions import run_versions
from SAMSegmenterLib.core.predictor import ModelSpec


def test_versions_name_model_python_and_packages():
    versions = run_versions(ModelSpec("a", "small", "", licence="Apache-2.0", card="Careful."))
    assert versions["numpy"] == np.__version__
    assert versions["python"] == platform.python_version()
    assert (versions["model_licence"], versions["model_card"]) == ("Apache-2.0", "Careful.")


def test_versions_do_not_tell_whose_computer_it_is():
    assert platform.node() not in run_versions(ModelSpec("a", "small", "")).values()
