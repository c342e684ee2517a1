from __future__ import annotations

import importlib.metadata

import pytest

from SAMSegmenterLib.desktop.torchvision_fit import NO_TORCHVISION, Torchvision, inspect_torchvision, is_at_least


@pytest.mark.parametrize(
    ("version", "made_for", "torch", "fits"),
    [
        ("0.23.0", "2.8.0", "2.8.0", True),
        ("0.23.0+cu126", "2.8.0", "2.8.0+cu126", True),
        ("0.23.0+cpu", "2.8.0", "2.8.0+cu126", False),
        ("0.23.0", "2.8.0", "2.8.0+cu126", True),
        ("0.22.0", "2.7.0", "2.8.0", False),
        ("0.23.0", "", "2.8.0", None),
        ("0.23.0", "2.8.0", "", None),
        ("0.23.0", "2.8.0", "unknown", None),
        ("", "", "2.8.0", None),
    ],
)
def test_it_fits_the_pytorch_that_it_was_compiled_against(version, made_for, torch, fits):
    assert Torchvision(version, made_for).fits(torch) is fits


@pytest.mark.parametrize("requirement", ["torch==2.8.0", "torch (==2.8.0)", "torch == 2.8.0"])
def test_what_it_was_made_for_is_read_from_its_requirements(requirement):
    found = inspect_torchvision(lambda name: "0.23.0", lambda name: ["numpy", requirement])
    assert found == Torchvision("0.23.0", "2.8.0") and found.is_here


def test_one_that_does_not_say_or_is_not_there():
    assert inspect_torchvision(lambda name: "0.23.0", lambda name: None) == Torchvision("0.23.0")

    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    assert inspect_torchvision(missing) == NO_TORCHVISION and not NO_TORCHVISION.is_here


def test_versions_are_compared_by_their_leading_numbers():
    assert is_at_least("2.10.1+cpu", "2.4") and is_at_least("unknown", "2.4") and is_at_least("2.4.0a0+git1", "2.4")
    assert not is_at_least("2.3.9", "2.4") and not is_at_least("nightly", "2.4")
