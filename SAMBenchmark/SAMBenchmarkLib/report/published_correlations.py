"""Correlations that others published, shown beside ours for orientation."""

from __future__ import annotations

CORRELATION_SOURCE = (
    "Huang et al. 2024, Medical Image Analysis 92, 103061 (doi:10.1016/j.media.2023.103061), table 6: partial Spearman "
    "correlations with DICE, 191,779 objects, masks chosen by best Dice against the reference."
)

CORRELATIONS = {
    "size": {
        "ViT-B": (0.218, 0.236, 0.289, 0.275, 0.410, 0.370),
        "ViT-H": (0.271, 0.293, 0.330, 0.339, 0.428, 0.392),
    },
    "aspect_ratio": {
        "ViT-B": (0.056, 0.079, 0.046, 0.048, 0.065, 0.068),
        "ViT-H": (0.055, 0.072, 0.053, 0.060, 0.076, 0.071),
    },
    "intensity_difference": {
        "ViT-B": (0.503, 0.572, 0.638, 0.628, 0.445, 0.467),
        "ViT-H": (0.614, 0.535, 0.591, 0.533, 0.407, 0.412),
    },
    "fourier_order": {
        "ViT-B": (-0.419, -0.537, -0.520, -0.524, -0.479, -0.621),
        "ViT-H": (-0.453, -0.519, -0.537, -0.533, -0.463, -0.576),
    },
    "modality": {
        "ViT-B": (-0.006, 0.051, 0.094, 0.062, -0.023, 0.014),
        "ViT-H": (0.048, 0.049, 0.065, 0.040, -0.034, -0.011),
    },
}
"""Attribute -> model -> one value per strategy, S1 to S6."""
