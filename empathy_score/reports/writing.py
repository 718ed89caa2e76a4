"""From a scored table to a report file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from empathy_score.errors import InputError
from empathy_score.reports.packages import required
from empathy_score.scored_turns import open_scored


def report(
    table: Any,  # noqa: ANN401
    out: str | Path,
    *,
    show_text: bool = True,
    redacted: bool = False,
    outcome: str | None = None,
    title: str | None = None,
    min_conversations: int = 1,
    **columns: Any,  # noqa: ANN401
) -> Path:
    """Write the report of a scored table: one HTML file.

    The file holds everything it shows: charts, agents with intervals, missed
    opportunities, coaching, and the conversations with each turn's cues. It loads
    nothing, and all texts are escaped. Of large tables all figures are of everything,
    and the conversations that matter most are kept, so that the file stays under 8 MB.

    Parameters
    ----------
    table : frame, path or sequence of paths
        A scored table, as for :func:`~empathy_score.scored_turns.open_scored`.
    out : str or Path
        The file to write, ``.html``; its folder is made.
    show_text : bool, default True
        False leaves all message texts out.
    redacted : bool, default False
        Mask e-mail addresses, phone, card and account numbers.
    outcome : str, optional
        A column of numbers, or true and false, that empathy is compared with.
    title : str, optional
        Of the page; names the input if not given.
    min_conversations : int, default 1
        Agents, teams, channels and weeks with fewer conversations are hidden.
    **columns
        Names of columns and ``roles``, as for ``open_scored``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        As ``open_scored``; if the extra ``report`` (with an outcome: ``impact``) is
        not installed, or ``out`` is no file to write.
    """
    file = Path(out)
    if file.suffix.lower() not in {".html", ".htm"}:
        raise InputError(f"{file}: a report is a .html file; name it so")
    if file.is_dir():
        raise InputError(f"{file}: is a folder; name a file to write")
    for package in ("jinja2", "altair", "vl_convert"):
        required(package)
    from empathy_score.coaching import coach, missed_opportunities
    from empathy_score.outcomes import impact_of, told_conversations
    from empathy_score.reports.figures import CONFIDENCE, has_cues
    from empathy_score.reports.moments import MISSED_MOST
    from empathy_score.reports.page import html_page
    from empathy_score.reports.summary import Asked, page_summary

    asked = Asked(
        show_text=show_text,
        redacted=redacted,
        title=title,
        min_conversations=min_conversations,
    )
    with open_scored(table, outcome=outcome, **columns) as turns:
        found = None
        if outcome is not None:
            known = told_conversations(turns)
            found = impact_of(known, outcome, confidence=CONFIDENCE)
        told = has_cues(turns)
        missed = (
            missed_opportunities(table, most=MISSED_MOST, **columns) if told else []
        )
        summary = page_summary(
            turns,
            asked,
            people=coach(table, **columns) if told else [],
            missed=missed,
            impact=found,
        )
    page = html_page(
        summary.parts,
        summary.kept.conversations,
        summary.kept.kinds,
        {chart.name: chart.spec for chart in summary.charts},
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page, encoding="utf-8")
    return file
