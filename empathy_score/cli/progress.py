"""How far it has come: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)


@contextmanager
def counting(
    console: Console, what: str, total: int
) -> Iterator[Callable[[int], None]]:
    """Show progress while the block runs.

    Parameters
    ----------
    console : Console
        Where to.
    what : str
        What is done, ``"scoring"`` for instance.
    total : int
        How much there is to do; 0 where nobody knows.

    Yields
    ------
    callable
        Call it with how much was done since the last call.
    """
    if not console.is_terminal:
        yield _lines(console, what, total)
        return
    if not total:
        with console.status(what):
            yield lambda done: None  # noqa: ARG005
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("turns, left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.advance(task, done)


def _lines(console: Console, what: str, total: int) -> Callable[[int], None]:
    """Say a line at each tenth."""
    state = {"done": 0, "tenth": 0}

    def advance(done: int) -> None:
        state["done"] += done
        tenth = 10 * state["done"] // max(total, 1)
        if tenth > state["tenth"]:
            state["tenth"] = tenth
            console.print(
                f"{what}: {state['done']:,} of {total:,} turns", soft_wrap=True
            )

    return advance
