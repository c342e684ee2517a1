"""Runs cases: reads files, loads the model, evaluates, stores, resumes."""
