"""Words of the effect's panel."""

from __future__ import annotations

from collections.abc import Sequence

from slicer.i18n import tr as _

from SAMSegmenterLib.session.autosave import Recovery
from SAMSegmenterLib.session.choice_words import keep_choices, mode_choices, window_choices
from SAMSegmenterLib.session.model_service import ModelStatus
from SAMSegmenterLib.session.notices import Notice


def help_text() -> str:
    """What the editor shows above the panel."""
    return (
        "<html>"
        + _(
            "Outline a structure with the Segment Anything Model.<br>"
            "<b>Left click</b>: the structure is here. <b>Alt+click</b> or <b>Ctrl+Shift+click</b>: it is not here.<br>"
            "<b>Drag</b> with Box, Scribble or Lasso; drag a prompt to move it, a box by its sides and "
            "corners; <b>right click</b> one, or <b>Delete</b> with the mouse over it, to delete it."
            "<p>The mask is a preview until you accept it: <b>Return</b> accepts, <b>Ctrl+Backspace</b> rejects, "
            "<b>Ctrl+Right</b> and <b>Ctrl+Left</b> choose another mask. One acceptance is one undo step. Masking "
            "and the editable intensity range hold as for every effect. <b>Escape</b> leaves the effect: nothing is "
            "written, and the prompts are there again when you come back."
            "<p><b>Propose</b> outlines the structures of the slice, to be picked with a click. <b>Several slices at "
            "once</b> follows a region of interest or six outermost points. <b>From slice to slice</b> carries "
            "accepted slices through the structure, <b>Ctrl+Up</b> and <b>Ctrl+Down</b> one slice on; look at "
            "the slices with little confidence, correct them, then accept all.<p>For research. Not for diagnosis."
        )
        + "</html>"
    )


def tool_texts() -> tuple[tuple[str, str, str], ...]:
    """Value, name and tool tip of each tool."""
    return (
        ("point", _("Point"), _("Click on the structure.")),
        ("box", _("Box"), _("Drag a box around the structure.")),
        ("scribble", _("Scribble"), _("Draw a stroke along the structure.")),
        ("lasso", _("Lasso"), _("Draw a line around the structure; the model improves on it.")),
        ("proposal", _("Pick"), _("Click one of the proposed outlines to add it to the segment.")),
    )


def label_texts() -> tuple[tuple[str, str, str], ...]:
    """Value, name and tool tip of what prompts say."""
    return (
        ("1", _("Inside (+)"), _("The prompt lies in the structure.")),
        ("0", _("Outside (\u2212)"), _("The prompt lies beside the structure. Or hold Alt, or Ctrl and Shift.")),
    )


def mode_texts() -> tuple[tuple[str, str], ...]:
    """Value and name of each way to write."""
    return mode_choices(_)


def keep_texts() -> tuple[tuple[str, str], ...]:
    """Value and name of the parts to keep."""
    return keep_choices(_)


def window_texts() -> tuple[tuple[str, str], ...]:
    """Value and name of each window."""
    return window_choices(_)


def device_texts(devices: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Value and name of each device."""
    names = {
        "auto": _("Best device"),
        "cpu": _("Processor"),
        "cuda": _("NVIDIA card"),
        "mps": _("Apple graphics"),
    }
    return tuple((device, names.get(device, device)) for device in devices)


def hidden_segment_text() -> str:
    """What a click into a view says of a segment that is not shown."""
    return _("The selected segment is hidden.")


def click_again_text() -> str:
    """What to do after the question about a hidden segment was answered."""
    return _("Click again to mark it.")


def show_segment_text() -> str:
    """What to do when the question about a hidden segment was declined."""
    return _("Show it in the list of segments, or select another one.")


def notices_text(notices: Sequence[Notice]) -> str:
    """What there is to say, one thing per line; the same thing once."""
    return "\n".join(dict.fromkeys(str(notice) for notice in notices))


def status_text(status: ModelStatus, view: str, window: str | None, stage: str) -> str:
    """A line about model, device, speed and cache.

    Args:
        view: name of the slice view in use.
        window: what the model is shown.
        stage: what is under way, empty for nothing.
    """
    parts = [status.model or _("No model")]
    if status.is_loaded:
        parts[0] = _("{model} on {device}").format(model=status.model, device=status.device)
    if status.latency_seconds is not None:
        parts.append(_("last mask {ms} ms").format(ms=round(1000 * status.latency_seconds)))
    if status.cache_entries:
        size = f"{status.cache_bytes / 1e6:.0f}" if status.cache_bytes > 1e7 else f"{status.cache_bytes / 1e6:.1f}"
        parts.append(_("{count} encoded slices in memory, {size} MB").format(count=status.cache_entries, size=size))
    if view:
        parts.append(_("view {view}").format(view=view))
    if window:
        parts.append(_("window {window}").format(window=window_words(window)))
    if stage:
        parts.append(stage)
    return " \u00b7 ".join(parts)


def window_words(window: str) -> str:
    """A window in words: its name, or its limits."""
    name, _colon, numbers = window.partition(":")
    limits = numbers.split(",")
    if name == "limits" and len(limits) == 2:
        return _("{low} to {high}").format(low=f"{float(limits[0]):.5g}", high=f"{float(limits[1]):.5g}")
    return dict(window_texts()).get(window, window)


def recovery_text(recovery: Recovery | None) -> str:
    """The offer of prompts that were not accepted when Slicer ended; empty for none."""
    if recovery is None:
        return ""
    return _("Prompts on {count} slices of this volume were not accepted when Slicer ended.").format(
        count=recovery.slices
    )
