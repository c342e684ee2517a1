"""Adapting a SAM checkpoint to one's own data: the mask decoder, and on request the encoder's attention (LoRA)."""
