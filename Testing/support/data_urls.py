"""Pictures as the page gets them."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image


def pixels_of(url: str) -> np.ndarray:
    """Pixels of a PNG in a data URL; one with numbered colours as red, green, blue and opacity."""
    kind, text = url.split(",", 1)
    assert kind == "data:image/png;base64"
    image = Image.open(io.BytesIO(base64.b64decode(text)))
    return np.asarray(image.convert("RGBA") if image.mode == "P" else image)
