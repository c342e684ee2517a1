"""Pictures of single objects: the slice with reference, prediction and prompts, as PNG within the page."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from SAMBenchmarkLib.core.regions import bounding_region
from SAMBenchmarkLib.report.orientation import Orientation, orientation_of
from SAMSegmenterLib.core.arrays import Mask, Rgb8, as_mask, same_shape
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts

REFERENCE_COLOUR = (0, 224, 224)
PREDICTION_COLOUR = (255, 138, 0)
POSITIVE_COLOUR = (60, 214, 60)
NEGATIVE_COLOUR = (255, 64, 84)
BOX_COLOUR = (255, 225, 60)

REFERENCE_LINE, PREDICTION_LINE = 3, 6
"""Width of the outlines; where the masks agree, the wider one shows beside the narrow one."""

SIDE = 480
"""Side of a picture in the file; the page shows it smaller, so that it stays sharp on fine screens."""

_SMOOTHING = 2
_FILL = 0.24
_MARGIN = 0.35
_LEAST_MARGIN = 10.0
_BAR_LENGTHS_MM = (1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True, eq=False)
class SlicePicture:
    """A slice and the reference of one object in it, on the slice's own grid.

    Args:
        rgb8: (H, W, 3) uint8.
        reference: (H, W) boolean.
        spacing_yx: pixel size along rows and columns, mm; None when unknown: pixels are then drawn square.
        pixel_to_ras: (4, 4), (x, y, 0, 1) to RAS mm; the slice is then shown as radiologists look at it. None shows
            the pixels as stored.
    """

    rgb8: Rgb8
    reference: Mask
    spacing_yx: tuple[float, float] | None = None
    pixel_to_ras: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        if self.rgb8.ndim != 3 or self.rgb8.shape[2] != 3 or self.rgb8.dtype != np.uint8:
            raise InputError(f"A picture is (H, W, 3) of 8 bits; got {self.rgb8.shape}, {self.rgb8.dtype}.")
        same_shape(as_mask(self.reference), self.rgb8[..., 0], "reference and picture")


@dataclass(frozen=True)
class Drawing:
    """A finished picture.

    Args:
        png: the file.
        scale_bar_mm: length of the bar at the lower right, None when the pixel size is unknown.
        cropped: False when the whole slice is shown.
    """

    png: bytes
    scale_bar_mm: float | None
    cropped: bool

    @property
    def data_uri(self) -> str:
        """The file as text that an `<img>` takes."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


@dataclass(frozen=True)
class _Frame:
    """Which part of the turned slice is shown, and how large.

    Args:
        x0, y0: upper left corner of the square shown, in pixels of the slice, edges at halves.
        scale_x, scale_y: picture pixels per slice pixel.
        side: of the picture.
    """

    x0: float
    y0: float
    scale_x: float
    scale_y: float
    side: int

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Position in the picture of a position in the slice."""
        return (x - self.x0) * self.scale_x, (y - self.y0) * self.scale_y

    def image(self, rgb8: Rgb8) -> Image.Image:
        """The part of the slice that is shown, smooth between pixels; black beyond its edges."""
        step = _SMOOTHING  # the finished picture has that many pixels less, so finer ones would be lost
        transform = (step / self.scale_x, 0, self.x0 + 0.5, 0, step / self.scale_y, self.y0 + 0.5)
        size = (self.side // step, self.side // step)
        source = Image.fromarray(np.ascontiguousarray(rgb8))
        shown = source.transform(size, Image.Transform.AFFINE, transform, Image.Resampling.BICUBIC)
        return shown.resize((self.side, self.side), Image.Resampling.NEAREST)

    def mask(self, mask: Mask) -> Mask:
        """The same part of a mask, its pixels as they are; False beyond the slice's edges."""
        places = np.arange(self.side) + 0.5
        columns = np.floor(places / self.scale_x + self.x0 + 0.5).astype(int)
        rows = np.floor(places / self.scale_y + self.y0 + 0.5).astype(int)
        inside_x, inside_y = (columns >= 0) & (columns < mask.shape[1]), (rows >= 0) & (rows < mask.shape[0])
        shown = np.zeros((self.side, self.side), bool)
        shown[np.ix_(inside_y, inside_x)] = mask[np.ix_(rows[inside_y], columns[inside_x])]
        return shown


def draw(
    picture: SlicePicture, prediction: Mask | None, prompts: Prompts | None, room_for: Mask | None = None
) -> Drawing:
    """Draw one object.

    Args:
        picture: slice and reference.
        prediction: (H, W) boolean on the same grid; None when it was not kept.
        prompts: on the same grid; None when there were none.
        room_for: (H, W) boolean, not drawn but inside the picture, so that two pictures show the same part.
    """
    turn = orientation_of(picture.pixel_to_ras)
    reference = turn.apply(as_mask(picture.reference))
    found = None if prediction is None else as_mask(prediction, "prediction")
    if found is not None:
        same_shape(found, picture.reference, "prediction and reference")
        found = turn.apply(found)
    points, box = _turned_prompts(prompts, turn, picture.reference.shape)
    spacing = turn.spacing(picture.spacing_yx)
    further = None if room_for is None else turn.apply(as_mask(room_for))
    frame, cropped = _frame([reference, found, further], points, box, spacing)
    image = _with_masks(frame.image(turn.apply(picture.rgb8)), frame, reference, found)
    pen = ImageDraw.Draw(image)
    _draw_prompts(pen, frame, points, box)
    bar = _draw_scale_bar(pen, frame, spacing)
    _draw_letters(pen, turn)
    return Drawing(_png(image), bar, cropped)


def _turned_prompts(
    prompts: Prompts | None, turn: Orientation, shape: tuple[int, int]
) -> tuple[list[tuple[float, float, bool]], tuple[float, float, float, float] | None]:
    if prompts is None:
        return [], None
    points = [
        (*turn.point(float(x), float(y), shape), bool(label))
        for (x, y), label in zip(prompts.points, prompts.labels, strict=True)
    ]
    if prompts.box is None:
        return points, None
    ends = (turn.point(*prompts.box[:2], shape), turn.point(*prompts.box[2:], shape))
    xs, ys = sorted(float(end[0]) for end in ends), sorted(float(end[1]) for end in ends)
    return points, (xs[0], ys[0], xs[1], ys[1])


def _frame(
    masks: list[Mask | None],
    points: list[tuple[float, float, bool]],
    box: tuple[float, float, float, float] | None,
    spacing: tuple[float, float] | None,
) -> tuple[_Frame, bool]:
    """A square, in physical length, round everything that is drawn; the whole slice when little would be left out."""
    height, width = next(mask for mask in masks if mask is not None).shape
    size_y, size_x = spacing or (1.0, 1.0)
    low, high = _limits(masks, points, box, (height, width))
    lengths = ((high[0] - low[0]) * size_x, (high[1] - low[1]) * size_y)
    needed = max(lengths) + 2 * max(_MARGIN * max(lengths), _LEAST_MARGIN * min(size_x, size_y))
    whole = max(width * size_x, height * size_y)
    cropped = needed < 0.8 * whole
    length = needed if cropped else whole
    side = SIDE * _SMOOTHING
    centre = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2) if cropped else ((width - 1) / 2, (height - 1) / 2)
    x0 = _placed(centre[0], length / size_x, width)
    y0 = _placed(centre[1], length / size_y, height)
    return _Frame(x0, y0, side * size_x / length, side * size_y / length, side), cropped


def _placed(centre: float, shown: float, available: int) -> float:
    """Start of the part shown: round the centre, but inside the slice as far as it goes."""
    if shown >= available:
        return (available - 1 - shown) / 2
    return min(max(centre - shown / 2, -0.5), available - 0.5 - shown)


def _limits(
    masks: list[Mask | None],
    points: list[tuple[float, float, bool]],
    box: tuple[float, float, float, float] | None,
    shape: tuple[int, int],
) -> tuple[tuple[float, float], tuple[float, float]]:
    xs = [point[0] for point in points]
    ys = [point[1] for point in points]
    if box is not None:
        xs += [box[0], box[2]]
        ys += [box[1], box[3]]
    for mask in masks:
        region = None if mask is None else bounding_region(mask)
        if region is not None:
            rows, columns = region
            xs += [columns.start - 0.5, columns.stop - 0.5]
            ys += [rows.start - 0.5, rows.stop - 0.5]
    if not xs:
        xs, ys = [-0.5, shape[1] - 0.5], [-0.5, shape[0] - 0.5]
    return (min(xs), min(ys)), (max(xs), max(ys))


def _with_masks(image: Image.Image, frame: _Frame, reference: Mask, prediction: Mask | None) -> Image.Image:
    blended = np.array(image, np.float32)
    if prediction is not None:
        shown = frame.mask(prediction)
        colour = np.array(PREDICTION_COLOUR, np.float32)
        blended[shown] = (1 - _FILL) * blended[shown] + _FILL * colour
        blended[_outline(shown, PREDICTION_LINE * _SMOOTHING)] = colour
    blended[_outline(frame.mask(reference), REFERENCE_LINE * _SMOOTHING)] = REFERENCE_COLOUR
    return Image.fromarray(np.rint(blended).astype(np.uint8))


def _outline(mask: Mask, thickness: int) -> Mask:
    """The mask's inner rim; the picture's edge cuts a mask off and is no rim."""
    return mask & ~ndimage.minimum_filter(mask, size=2 * thickness + 1, mode="nearest")


def _draw_prompts(
    pen: ImageDraw.ImageDraw,
    frame: _Frame,
    points: list[tuple[float, float, bool]],
    box: tuple[float, float, float, float] | None,
) -> None:
    if box is not None:
        x0, y0 = frame.at(box[0] - 0.5, box[1] - 0.5)
        x1, y1 = frame.at(box[2] + 0.5, box[3] + 0.5)
        for start, end in (((x0, y0), (x1, y0)), ((x1, y0), (x1, y1)), ((x1, y1), (x0, y1)), ((x0, y1), (x0, y0))):
            _dashed(pen, start, end)
    for x, y, positive in points:
        _mark(pen, *frame.at(x, y), positive)


def _dashed(pen: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float]) -> None:
    length = math.dist(start, end)
    dash, gap = 12 * _SMOOTHING, 7 * _SMOOTHING
    for at in np.arange(0, max(length, 1), dash + gap):
        a, b = at / max(length, 1), min(at + dash, length) / max(length, 1)
        line = [tuple(s + (e - s) * share for s, e in zip(start, end, strict=True)) for share in (a, b)]
        pen.line(line, fill=(0, 0, 0), width=6 * _SMOOTHING)
        pen.line(line, fill=BOX_COLOUR, width=4 * _SMOOTHING)


def _mark(pen: ImageDraw.ImageDraw, x: float, y: float, positive: bool) -> None:
    """A green disk with a plus, or a red square with a minus: told apart without colour."""
    radius, stroke, arm = 8 * _SMOOTHING, 2 * _SMOOTHING, 4.5 * _SMOOTHING
    outline = (x - radius, y - radius, x + radius, y + radius)
    shape = pen.ellipse if positive else pen.rectangle
    shape(outline, fill=POSITIVE_COLOUR if positive else NEGATIVE_COLOUR, outline=(255, 255, 255), width=stroke)
    ink = (0, 40, 0) if positive else (255, 255, 255)
    pen.line([(x - arm, y), (x + arm, y)], fill=ink, width=stroke)
    if positive:
        pen.line([(x, y - arm), (x, y + arm)], fill=ink, width=stroke)


def _draw_scale_bar(pen: ImageDraw.ImageDraw, frame: _Frame, spacing: tuple[float, float] | None) -> float | None:
    if spacing is None:
        return None
    per_mm = frame.scale_x / spacing[1]
    fitting = [length for length in _BAR_LENGTHS_MM if length * per_mm <= 0.3 * frame.side]
    if not fitting:
        return None
    edge, thick = frame.side - 14 * _SMOOTHING, 4 * _SMOOTHING
    _write(pen, (edge, edge - 10 * _SMOOTHING), f"{fitting[-1]} mm", "rb")
    left = edge - fitting[-1] * per_mm
    pen.rectangle((left - _SMOOTHING, edge - thick - _SMOOTHING, edge + _SMOOTHING, edge + _SMOOTHING), fill=(0, 0, 0))
    pen.rectangle((left, edge - thick, edge, edge), fill=(255, 255, 255))
    return float(fitting[-1])


def _draw_letters(pen: ImageDraw.ImageDraw, turn: Orientation) -> None:
    side = SIDE * _SMOOTHING
    _write(pen, (12 * _SMOOTHING, side / 2), turn.left, "lm")
    _write(pen, (side / 2, 12 * _SMOOTHING), turn.top, "mt")


def _write(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, anchor: str) -> None:
    """White text on a dark plate, so that it is read on any image."""
    if not text:
        return
    font, margin = ImageFont.load_default(size=24 * _SMOOTHING), 4 * _SMOOTHING
    left, top, right, bottom = pen.textbbox(at, text, font=font, anchor=anchor)
    pen.rectangle((left - margin, top - margin, right + margin, bottom + margin), fill=(28, 32, 36))
    pen.text(at, text, fill=(255, 255, 255), font=font, anchor=anchor)


def _png(image: Image.Image) -> bytes:
    small = image.resize((SIDE, SIDE), Image.Resampling.BOX)
    file = io.BytesIO()
    small.save(file, "PNG")
    return file.getvalue()
