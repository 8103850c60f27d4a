"""Briefs on their way to people: who wants which, what is sent, and what is known to have arrived."""
