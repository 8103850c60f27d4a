"""Drafts of answers: sentences with the spans that they come from."""
