"""The report: one HTML file that opens without a network or a server."""

from empathy_score.reports.writing import report

__all__ = ["report"]
