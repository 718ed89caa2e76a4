"""What ``--from``, ``--query``, ``--to`` and ``--table`` name together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from empathy_score.errors import InputError

if TYPE_CHECKING:
    from empathy_score.readers import Query
    from empathy_score.sql_target import IfExists, Target

FromOption = Annotated[
    str | None,
    typer.Option("--from", help="Database to read: postgresql://, sqlite:///, ..."),
]
QueryOption = Annotated[
    str | None, typer.Option("--query", help="SELECT whose rows are scored.")
]
ToOption = Annotated[
    str | None, typer.Option("--to", help="Database to write, as --from.")
]
TableOption = Annotated[
    str | None, typer.Option("--table", help="Table to write: NAME or SCHEMA.NAME.")
]
IfExistsOption = Annotated[
    str, typer.Option("--if-exists", help="fail, append or replace.")
]


def sources_of(
    files: Sequence[str], url: str | None, query: str | None
) -> list[str | Query]:
    """Give what is read: files, and the rows of a query.

    Raises
    ------
    InputError
        Nothing, or half a query, is named.

    Examples
    --------
    >>> sources_of([], "postgresql://ann:secret@db/calls", "SELECT * FROM chats")
    [Query(text='SELECT * FROM chats')]
    """
    from empathy_score.readers import Query

    if (url is None) != (query is None):
        raise InputError('--from URL and --query "SELECT ..." go together')
    sources: list[str | Query] = [*files]
    if url is not None and query is not None:
        sources.append(Query(url=url, text=query))
    if not sources:
        raise InputError("nothing to read; name FILES, or --from URL and --query TEXT")
    return sources


def target_of(
    url: str | None,
    table: str | None,
    if_exists: str,
    out: Path | None,
) -> Target | None:
    """Give the table that is written.

    Raises
    ------
    InputError
        Nothing, or half a table, is named.

    Examples
    --------
    >>> print(target_of(None, None, "fail", Path("scored.csv")))
    None
    """
    if (url is None) != (table is None):
        raise InputError("--to URL and --table NAME go together")
    if url is None or table is None:
        if out is None:
            raise InputError("nothing to write; say --out OUT, or --to URL and --table")
        return None
    from empathy_score.sql_target import Target

    return Target(url=url, table=table, if_exists=cast("IfExists", if_exists))
