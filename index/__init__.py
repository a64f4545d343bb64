"""Finds passages; knows nothing about prompts or answers."""
