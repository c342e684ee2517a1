"""The state of an editing session and its background jobs; no Qt."""
