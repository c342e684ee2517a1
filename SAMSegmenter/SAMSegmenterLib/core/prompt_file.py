"""Prompts of a segmentation to text and back, schema `sam-prompts/1`: saved with a scene, replayed without one.

Beyond the schema's points and box, a slice may hold `boxes` (drawn boxes one by one; `box` is then the one around
them), `scribbles`, `lassos` and `prior_rle`, the `order` in which its marks were made, and `accepted`, `window` and
`parameters`. `mask_rle` is the mask that was accepted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from SAMSegmenterLib.core.checked_json import Checked
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.marks import BoxMark, LassoMark, Mark, MarkSet, PointMark, PriorMark, ScribbleMark
from SAMSegmenterLib.core.mask_rle import decode_rle, encode_rle
from SAMSegmenterLib.core.prompt_records import (
    MODES,
    PromptFile,
    SegmentPrompts,
    SlicePromptRecord,
    VolumeIdentity,
    identity_of,
    voxel_probe,
)
from SAMSegmenterLib.core.slicing import SlicePlane

__all__ = [
    "MODES",
    "SCHEMA",
    "PromptFile",
    "SegmentPrompts",
    "SlicePromptRecord",
    "VolumeIdentity",
    "identity_of",
    "read_prompt_file",
    "record_text",
    "voxel_probe",
    "write_prompt_file",
]

SCHEMA = "sam-prompts/1"

_MAX_SIDE = 2**15
"""Largest side of a free plane that is read, pixels."""

_MARKS = ("points", "box", "boxes", "scribbles", "lassos", "prior_rle", "order")
_Built = TypeVar("_Built")
_record_texts: WeakKeyDictionary[SlicePromptRecord, str] = WeakKeyDictionary()


def read_prompt_file(text: str) -> PromptFile:
    """Prompt file from its text.

    Raises:
        InputError: not JSON, another schema, or a value that is missing, unknown or wrong; the message names the place.
    """
    whole = Checked.parse(text, "The prompt file")
    if not isinstance(whole.value, dict) or whole.value.get("schema") != SCHEMA:
        raise InputError(f"This is no prompt file of schema {SCHEMA}.", "Choose a file that this extension has saved.")
    fields = whole.fields(("schema", "volume", "segments"), ("model", "window", "parameters", "seed"))
    given: dict[str, Any] = {name: fields[name].text() for name in ("model", "window") if name in fields}
    if "seed" in fields:
        given["seed"] = fields["seed"].whole()
    if "parameters" in fields:
        given["parameters"] = _plain(fields["parameters"])
    segments = tuple(_segment(segment) for segment in fields["segments"].items())
    return _built(whole, lambda: PromptFile(_volume(fields["volume"]), segments=segments, **given))


def write_prompt_file(prompt_file: PromptFile) -> str:
    """Text of a prompt file; `read_prompt_file` gives the same contents back, numbers to the last bit."""
    volume = prompt_file.volume
    head = {
        "schema": SCHEMA,
        "volume": {
            "shape_kji": list(volume.shape_kji),
            "ijk_to_ras": volume.ijk_to_ras.tolist(),
            "sha256": volume.sha256,
        },
        "model": prompt_file.model,
        "window": prompt_file.window,
        "parameters": dict(prompt_file.parameters),
        "seed": prompt_file.seed,
    }
    segments = ", ".join(_segment_text(segment) for segment in prompt_file.segments)
    return f'{_text(head)[:-1]}, "segments": [{segments}]}}'


def record_text(record: SlicePromptRecord) -> str:
    """Text of one slice's record, as in a prompt file; made once, as a file is written often while one works."""
    text = _record_texts.get(record)
    if text is None:
        text = _record_texts[record] = _text(_record_json(record))
    return text


def _segment_text(segment: SegmentPrompts) -> str:
    slices = ", ".join(record_text(record) for record in segment.slices)
    return f'{_text({"id": segment.id, "name": segment.name})[:-1]}, "slices": [{slices}]}}'


def _text(contents: Any) -> str:
    return json.dumps(contents, ensure_ascii=False, allow_nan=False)


def _volume(place: Checked) -> VolumeIdentity:
    fields = place.fields(("shape_kji", "ijk_to_ras"), ("sha256",))
    shape = [item.whole(1) for item in fields["shape_kji"].items()]
    matrix = [row.numbers(4) for row in fields["ijk_to_ras"].items()]
    checksum = fields["sha256"].text() if "sha256" in fields else ""
    return _built(place, lambda: VolumeIdentity(tuple(shape), np.array(matrix), checksum))  # type: ignore[arg-type]


def _segment(place: Checked) -> SegmentPrompts:
    fields = place.fields(("id", "name", "slices"))
    slices = tuple(_record(record) for record in fields["slices"].items())
    return _built(place, lambda: SegmentPrompts(fields["id"].text(), fields["name"].text(), slices))


def _record(place: Checked) -> SlicePromptRecord:
    others = ("mask_rle", "candidate", "mode", "keyframe", "accepted", "window", "parameters")
    fields = place.fields(("plane",), (*_MARKS, *others))
    given: dict[str, Any] = {name: fields[name].flag() for name in ("keyframe", "accepted") if name in fields}
    if "candidate" in fields:
        given["candidate"] = fields["candidate"].whole(0, 1000)
    if "mode" in fields:
        given["mode"] = fields["mode"].choice(MODES)
    if "window" in fields:
        given["window"] = fields["window"].text()
    if "parameters" in fields:
        given["parameters"] = _plain(fields["parameters"])
    if "mask_rle" in fields:
        given["mask"] = _mask(fields["mask_rle"])
    plane, marks = _plane(fields["plane"]), _marks(place, fields)
    record = _built(place, lambda: SlicePromptRecord(plane, marks, **given))
    _record_texts[record] = _text(place.value)  # its masks need not be packed again
    return record


def _plane(place: Checked) -> SlicePlane:
    if isinstance(place.value, dict) and "axis" in place.value:
        fields = place.fields(("axis", "index"))
        return SlicePlane.lattice(fields["axis"].whole(0, 2), fields["index"].whole())
    fields = place.fields(("origin_ras", "x_ras", "y_ras", "spacing_mm", "size"))
    origin, x, y = (np.array(fields[name].numbers(3)) for name in ("origin_ras", "x_ras", "y_ras"))
    if max(abs(x).max(), abs(y).max()) > 2 or abs(x @ x - 1) > 1e-3 or abs(y @ y - 1) > 1e-3 or abs(x @ y) > 1e-3:
        raise place.wrong("x_ras and y_ras are of length 1 and at right angles")
    size = [item.whole(1, _MAX_SIDE) for item in fields["size"].items()]
    if len(size) != 2:
        raise fields["size"].wrong("width and height are expected")
    return _built(place, lambda: SlicePlane.oblique(origin, x, y, fields["spacing_mm"].numbers(2), size))


def _marks(place: Checked, fields: dict[str, Checked]) -> MarkSet:
    """Marks of every kind, in the order told, else kind by kind."""
    makers: dict[str, Callable[[Checked, str], Mark]] = {
        "points": _point,
        "boxes": _box,
        "scribbles": _scribble,
        "lassos": _lasso,
        "prior_rle": _prior,
    }
    marks: list[Mark] = []
    for name, make in makers.items():
        for number, item in enumerate(fields[name].items() if name in fields else (), start=1):
            prefix = "m" if name == "prior_rle" else name[0]
            marks.append(make(item, f"{prefix}{number}"))
    boxes = [mark.box for mark in marks if isinstance(mark, BoxMark)]
    if "box" in fields:
        box = _built(fields["box"], lambda: BoxMark("box", np.array(fields["box"].numbers(4))))
        if not boxes:
            marks.append(BoxMark("b1", box.box))
        elif not np.array_equal(box.box, _around(boxes)):
            raise fields["box"].wrong("it is not the box around 'boxes'")
    return _ordered(_built(place, lambda: MarkSet(tuple(marks))), fields.get("order"))


def _ordered(marks: MarkSet, order: Checked | None) -> MarkSet:
    if order is None:
        return marks
    ids = [item.text() for item in order.items()]
    if sorted(ids) != sorted(mark.id for mark in marks):
        raise order.wrong("it does not name every mark once")
    by_id = {mark.id: mark for mark in marks}
    return MarkSet(tuple(by_id[name] for name in ids))


def _point(place: Checked, fallback: str) -> PointMark:
    fields = place.fields(("xy", "label"), ("id",))
    xy, label = np.array(fields["xy"].numbers(2)), fields["label"].whole(0, 1)
    return _built(place, lambda: PointMark(_id(fields, fallback), xy, label))


def _box(place: Checked, fallback: str) -> BoxMark:
    fields = place.fields(("box",), ("id",))
    return _built(place, lambda: BoxMark(_id(fields, fallback), np.array(fields["box"].numbers(4))))


def _scribble(place: Checked, fallback: str) -> ScribbleMark:
    fields = place.fields(("xy", "label"), ("id",))
    return _built(
        place, lambda: ScribbleMark(_id(fields, fallback), _positions(fields["xy"]), fields["label"].whole(0, 1))
    )


def _lasso(place: Checked, fallback: str) -> LassoMark:
    fields = place.fields(("polygon", "label"), ("id",))
    return _built(
        place, lambda: LassoMark(_id(fields, fallback), _positions(fields["polygon"]), fields["label"].whole(0, 1))
    )


def _prior(place: Checked, fallback: str) -> PriorMark:
    fields = place.fields(("rle",), ("id",))
    return _built(place, lambda: PriorMark(_id(fields, fallback), _mask(fields["rle"])))


def _id(fields: dict[str, Checked], fallback: str) -> str:
    return fields["id"].text() if "id" in fields else fallback


def _positions(place: Checked) -> np.ndarray:
    return np.array([item.numbers(2) for item in place.items()]).reshape(-1, 2)


def _mask(place: Checked) -> np.ndarray:
    fields = place.fields(("size", "counts"))
    size = [item.whole(1) for item in fields["size"].items()]
    counts = [item.whole() for item in fields["counts"].items()]
    if len(size) != 2:
        raise fields["size"].wrong("height and width are expected")
    return _built(place, lambda: decode_rle(size, counts))


def _plain(place: Checked) -> dict[str, Any]:
    if not isinstance(place.value, dict):
        raise place.wrong("an object is expected")
    return place.value


def _built(place: Checked, build: Callable[[], _Built]) -> _Built:
    """What `build` makes; what it refuses is said with the place."""
    try:
        return build()
    except InputError as error:
        if error.message.startswith("The prompt file"):
            raise
        raise place.wrong(error.message.rstrip(".")) from error


def _record_json(record: SlicePromptRecord) -> dict[str, Any]:
    marks = record.marks
    boxes = [mark for mark in marks if isinstance(mark, BoxMark)]
    contents: dict[str, Any] = {
        "plane": record.plane.to_json(),
        "points": [_labelled(mark, "xy", mark.xy) for mark in marks if isinstance(mark, PointMark)],
        "box": _around([mark.box for mark in boxes]).tolist() if boxes else None,
        "mask_rle": None if record.mask is None else encode_rle(record.mask),
        "candidate": record.candidate,
        "mode": record.mode,
        "keyframe": record.keyframe,
        "accepted": record.accepted,
        "window": record.window,
        "parameters": dict(record.parameters),
        "boxes": [{"id": mark.id, "box": mark.box.tolist()} for mark in boxes],
        "scribbles": [_labelled(mark, "xy", mark.xy) for mark in marks if isinstance(mark, ScribbleMark)],
        "lassos": [_labelled(mark, "polygon", mark.polygon) for mark in marks if isinstance(mark, LassoMark)],
        "prior_rle": [{"id": mark.id, "rle": encode_rle(mark.mask)} for mark in marks if isinstance(mark, PriorMark)],
        "order": [mark.id for mark in marks],
    }
    always = ("plane", "points", "box", "mask_rle", "candidate", "mode", "keyframe", "accepted")
    return {name: value for name, value in contents.items() if value or name in always}


def _labelled(mark: PointMark | ScribbleMark | LassoMark, name: str, positions: np.ndarray) -> dict[str, Any]:
    return {"id": mark.id, name: positions.tolist(), "label": mark.label}


def _around(boxes: list[np.ndarray]) -> np.ndarray:
    corners = np.array(boxes)
    return np.concatenate([corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)])
