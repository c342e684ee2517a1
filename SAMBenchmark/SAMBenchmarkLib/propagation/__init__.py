"""How well a structure is found from one of its slices, beside the ways that other tools go from slice to slice."""
