"""Simulated prompts, metrics, options, tables and the result store; imports numpy and scipy only."""
