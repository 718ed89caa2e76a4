"""Tables of the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from empathy_score.reports.wording import NOT_SEEN


def table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[tuple[str, float | None]]],
    *,
    sortable: bool = False,
    words: bool = False,
) -> dict[str, Any]:
    """Make a table of the page.

    Parameters
    ----------
    title : str
        Its caption.
    columns : sequence of str
        Names of columns; those in which no row has anything are left out.
    rows : sequence of sequence of (str, float or None)
        Each cell's text, and the number by which it is sorted.
    sortable : bool, default False
        Whether its headings sort it.
    words : bool, default False
        Whether its cells are words rather than figures.

    Returns
    -------
    dict
    """
    seen = [
        at
        for at in range(len(columns))
        if at == 0 or any(row[at][0] != NOT_SEEN for row in rows)
    ]
    return {
        "title": title,
        "kind": "words" if words else "numbers",
        "sortable": sortable and len(rows) > 1,
        "columns": [columns[at] for at in seen],
        "rows": [
            [{"text": row[at][0], "value": row[at][1]} for at in seen] for row in rows
        ],
    }
