"""Networks, weights, engines and the embedding cache; the only layer that imports torch."""
