"""What there is to choose from in every face, as value and name, in whichever language it speaks."""

from __future__ import annotations

from SAMSegmenterLib.session.propagation_words import Translate

Choices = tuple[tuple[str, str], ...]


def mode_choices(_: Translate = str) -> Choices:
    """Ways to write a mask."""
    return (("set", _("Set on this slice")), ("add", _("Add")), ("remove", _("Remove")))


def keep_choices(_: Translate = str) -> Choices:
    """Parts of a mask to keep."""
    return (("all", _("Keep all parts")), ("clicked", _("Keep clicked part")), ("largest", _("Keep largest part")))


def window_choices(_: Translate = str) -> Choices:
    """Windows that the model is shown slices with."""
    return (
        ("displayed", _("As displayed")),
        ("auto", _("Automatic (try several)")),
        ("minmax", _("Whole range of the slice")),
        ("percentile:0.5,99.5", _("Without the outermost intensities")),
        ("abdomen", _("CT abdomen")),
        ("lung", _("CT lung")),
        ("bone", _("CT bone")),
        ("brain", _("CT brain")),
        ("mediastinum", _("CT mediastinum")),
    )
