"""How the brightness and colour inside a mask differ from those around it, pixel by pixel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import torch
from torch.nn import functional

_SHADES, _TINTS = 40, 32
_SMOOTHING = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
_RARE = 0.004
"""Share of the pixels below which a shade counts as unseen."""


@dataclass(frozen=True, eq=False)
class Look:
    """What is known of windows; all (B, S, S) float32 unless said.

    Args:
        colours: (B, 3, S, S): brightness, red less green and blue less green, from 0 to 255 and -255 to 255.
        valid: 1 on the picture, 0 beyond its edge.
        logits: of the mask.
        box: 1 inside the box, 0 outside; all 0 without one.
        has_box: (B,) 1 or 0.
        clicked, excluded: blots around positive and negative points, 1 at their centres.
    """

    colours: torch.Tensor
    valid: torch.Tensor
    logits: torch.Tensor
    box: torch.Tensor
    has_box: torch.Tensor
    clicked: torch.Tensor
    excluded: torch.Tensor

    def _parts(self) -> tuple[torch.Tensor, ...]:
        """All of them, in order."""
        return tuple(getattr(self, one.name) for one in fields(self))

    @classmethod
    def together(cls, looks: Iterable[Look]) -> Look:
        """Several windows as one batch, in order."""
        return cls(*(torch.cat(parts) for parts in zip(*(look._parts() for look in looks), strict=True)))


CHANNELS = 16


@torch.no_grad()
def described(look: Look) -> torch.Tensor:
    """(B, CHANNELS, S, S) numbers for the refining network.

    Source: the log ratios of histograms follow Boykov and Jolly 2001, section 2.5, with a mask in place of strokes.
    """
    valid, brightness = look.valid, look.colours[:, 0]
    mean = _mean(brightness, valid)
    spread = _mean((brightness - mean) ** 2, valid).sqrt().clamp(min=2)
    shade = ((brightness - mean) / spread).clamp(-4, 4) * valid
    has_box = look.has_box[:, None, None].expand_as(shade)
    outside = (1 - look.box) * has_box
    probability = look.logits.sigmoid() * valid
    inside, around = probability * (1 - outside), torch.maximum((1 - probability) * valid, outside * valid)
    tint = _tint(look.colours[:, 1:], inside, around)
    own = _mean(shade, inside)
    own_spread = _mean((shade - own) ** 2, inside).sqrt().clamp(min=0.15)
    has_click = (look.clicked.flatten(1).amax(1) > 0).float()[:, None, None]
    at_clicks = _mean(shade, (look.clicked > 0.5).float())
    channels = (
        shade,
        (brightness / 255 - 0.5) * valid,
        look.colours[:, 1] / 60,
        look.colours[:, 2] / 60,
        valid,
        torch.tanh(look.logits / 6),
        probability,
        look.box,
        has_box,
        look.clicked,
        look.excluded,
        has_click.expand_as(shade),
        log_ratio((shade + 3) / 6, inside, around, _SHADES) * valid,
        tint * valid,
        ((shade - own).abs() / own_spread).clamp(max=6) / 3 * valid,
        (shade - at_clicks).abs().clamp(max=4) * has_click * valid,
    )
    return torch.stack(channels, 1)


def _tint(tints: torch.Tensor, inside: torch.Tensor, around: torch.Tensor) -> torch.Tensor:
    if not tints.any():
        return torch.zeros_like(inside)
    return sum(log_ratio(tints[:, n] / 120 + 0.5, inside, around, _TINTS) for n in (0, 1))


def log_ratio(values: torch.Tensor, inside: torch.Tensor, around: torch.Tensor, bins: int) -> torch.Tensor:
    """How much more frequent each pixel's value is inside than around, as a natural logarithm.

    Args:
        values: (B, S, S), 0 to 1; what lies beyond counts as the nearest.
        inside, around: (B, S, S) weights, at least 0.
        bins: of the histograms, which are smoothed and read between their bins.

    Returns:
        (B, S, S).
    """
    places = values.clamp(0, 1) * (bins - 1)
    lower = places.floor().long().clamp(max=bins - 2)
    share = places - lower
    first, second = (_histogram(lower, share, weights, bins) for weights in (inside, around))
    ratio = torch.log((first + _RARE) / (second + _RARE))
    low, high = (ratio.gather(1, (lower + more).flatten(1)).view_as(values) for more in (0, 1))
    return low * (1 - share) + high * share


def _histogram(lower: torch.Tensor, share: torch.Tensor, weights: torch.Tensor, bins: int) -> torch.Tensor:
    counts = torch.zeros(len(lower), bins)
    counts.scatter_add_(1, lower.flatten(1), (weights * (1 - share)).flatten(1))
    counts.scatter_add_(1, (lower + 1).flatten(1), (weights * share).flatten(1))
    kernel = torch.tensor(_SMOOTHING)[None, None]
    counts = functional.conv1d(functional.pad(counts[:, None], (2, 2), mode="replicate"), kernel)[:, 0]
    return counts / counts.sum(1, keepdim=True).clamp(min=1e-3)


def _mean(values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """(B, 1, 1) weighted means; 0 where all weights are 0."""
    total = weights.sum((1, 2), keepdim=True).clamp(min=1)
    return (values * weights).sum((1, 2), keepdim=True) / total
