"""The Muon optimiser in 32 bit, for matrices and convolution kernels.

`torch.optim.Muon` computes in bfloat16, which is slow on processors without such instructions, and takes no kernels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5
RMS_OF_ADAMW = 0.2


class Muon(torch.optim.Optimizer):
    """Momentum whose update is replaced by the nearest semi-orthogonal matrix.

    Args:
        params: weights of two dimensions, or of more: those are seen as (outputs, everything else).
        lr: learning rate; updates are scaled to the size that AdamW's have, so its rates fit.
        momentum: part of the last momentum that is kept.
        weight_decay: decoupled.

    Source:
        Jordan et al. 2024 (Muon), Newton-Schulz iteration of fifth order; scale of Liu et al. 2025 (Moonlight), eq. 4.
    """

    def __init__(
        self,
        params: Iterable[torch.Tensor] | list[dict],
        lr: float = 2e-3,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:
        """Update every weight that has a gradient; a closure is not supported."""
        assert closure is None
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                average = state["momentum"].lerp_(weight.grad, 1.0 - group["momentum"])
                ahead = weight.grad.lerp(average, group["momentum"])
                update = orthogonalised(ahead.flatten(1)).view(weight.shape)
                rate = group["lr"] * RMS_OF_ADAMW * max(len(weight), weight[0].numel()) ** 0.5
                weight.mul_(1.0 - group["lr"] * group["weight_decay"]).add_(update, alpha=-rate)


def orthogonalised(matrix: torch.Tensor) -> torch.Tensor:
    """Bring all singular values of a matrix near one.

    Args:
        matrix: (M, N) float32.

    Returns:
        (M, N), singular values about 0.7 to 1.2; zero for a zero matrix.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    first, third, fifth = COEFFICIENTS
    for _ in range(ITERATIONS):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=third, alpha=fifth), x, beta=first)
    return x.T if tall else x
