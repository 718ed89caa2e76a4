"""Hostile documents, and what the readers make of them."""
