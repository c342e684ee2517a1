"""The module file of SAM Benchmark."""

from __future__ import annotations

from support.desktop.module_parent import ModuleParent


def test_the_module_introduces_itself(a_module):
    parent = ModuleParent()
    a_module.SAMBenchmark(parent)
    assert parent.title == "SAM Benchmark"
    assert parent.categories == ["Segmentation"]
    assert "SAMSegmenter" in parent.dependencies
    assert all([parent.contributors, parent.acknowledgementText])
    assert "not for diagnosis" in parent.helpText


def test_the_modules_own_test_passes(a_module):
    a_module.SAMBenchmarkTest().runTest()
