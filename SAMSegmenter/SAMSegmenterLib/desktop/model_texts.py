"""What the page says about models."""

from __future__ import annotations

from pathlib import Path

from slicer.i18n import tr as _

from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.desktop.texts import size_text

_LICENCE_ADDRESSES = {
    "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
}


def model_line(spec: ModelSpec) -> list[str]:
    """A model's line in the table: name, whether it is installed, size, licence."""
    size = size_text(spec.bytes) if spec.bytes else ""
    return [spec.name, _("yes") if spec.path is not None else _("no"), size, spec.licence]


def imported_text(spec: ModelSpec) -> str:
    """What came of an import."""
    text = _("'{name}' is installed ({architecture}). Licence: {licence}.").format(
        name=spec.name, architecture=spec.architecture, licence=licence_text(spec)
    )
    return f"{text} {spec.summary}".strip() if spec.promptless else text


def licence_text(spec: ModelSpec) -> str:
    """The licence by name, and where its text is, or what to do when it is unknown."""
    if not spec.licence or spec.licence == "unknown":
        return _("unknown; ask the model's authors before you use it")
    address = next((url for name, url in _LICENCE_ADDRESSES.items() if spec.licence.startswith(name)), "")
    return f"{spec.licence} ({address})" if address else spec.licence


def card_text(spec: ModelSpec) -> str:
    """All that is known of a model, in Markdown: the card beside its weights, else what it says itself; the licence."""
    card = spec.card
    if spec.path is not None:
        try:
            card = Path(spec.path).with_suffix(".md").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            card = spec.card
    licence = _("Licence: {licence}").format(licence=licence_text(spec))
    return "\n\n".join((card or _("There is no card."), licence))
