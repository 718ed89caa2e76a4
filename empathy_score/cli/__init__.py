"""The command line. One file per command; each only parses, calls and prints."""

from __future__ import annotations

from empathy_score.cli.app import main

__all__ = ["main"]
