"""``empathy-score formats``: what can be read, each with a command."""

from __future__ import annotations


def formats_command() -> int:
    """List the formats that can be read, each with an example command."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from empathy_score.readers.formats import formats

    table = Table("format", "what it is, and a command that scores it", box=None)
    for one in formats():
        endings = ", ".join(one.endings)
        said = f"{one.title} ({endings})" if endings else one.title
        table.add_row(one.name, Text.assemble(said, "\n", (f"  {one.example}", "dim")))
    console = Console()
    console.print(table)
    console.print(
        "\nA file's format is recognised by its content; --format NAME names it.\n"
        "Folders, globs, .gz, .zip and - (standard input) are read too.",
        highlight=False,
        markup=False,
    )
    return 0
