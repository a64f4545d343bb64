"""Answers a question in French from the passages that the index finds."""
