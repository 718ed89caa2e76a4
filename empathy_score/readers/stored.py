"""An opened export, kept in its folder, to be opened again by a later run."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from empathy_score.columns import Columns
from empathy_score.readers.rejects import Reject
from empathy_score.readers.sql import database
from empathy_score.readers.table import AutoRoles, Export

_NAME = "export.json"


def store_export(export: Export) -> None:
    r"""Note in an export's folder that its input is complete.

    Parameters
    ----------
    export : Export
        Its database stays open.

    Examples
    --------
    >>> import tempfile
    >>> from empathy_score.readers.table import open_export
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "chat.csv")
    ...     _ = file.write_text("text\nSorry!\n")
    ...     export = open_export([file], folder=Path(name))
    ...     store_export(export)
    ...     export.connection.close()
    ...     again = reopen_export(Path(name))
    ...     again.connection.close()
    >>> again.n_rows, again.columns.text
    (1, 'text')
    """
    export.connection.execute("CHECKPOINT")
    known = {
        "columns": asdict(export.columns),
        "names": export.names,
        "n_rows": export.n_rows,
        "rejects": [asdict(one) for one in export.rejects],
        "roles": dict(export.roles),
        "has_roles": export.has_roles,
        "unknown_roles": export.unknown_roles,
        "n_files": dict(export.n_files),
        "auto_roles": export.auto_roles and asdict(export.auto_roles),
    }
    unfinished = export.folder / f"{_NAME}.tmp"
    unfinished.write_text(json.dumps(known, ensure_ascii=False), "utf-8")
    os.replace(unfinished, export.folder / _NAME)  # noqa: PTH105


def reopen_export(folder: Path) -> Export:
    """Open an export that :func:`store_export` noted.

    Parameters
    ----------
    folder : Path
        The export's folder.

    Returns
    -------
    Export

    Examples
    --------
    See :func:`store_export`.
    """
    known = json.loads((folder / _NAME).read_text("utf-8"))
    auto_roles = known["auto_roles"]
    return Export(
        connection=database(folder),
        columns=Columns(**known["columns"]),
        names=tuple(known["names"]),
        n_rows=known["n_rows"],
        rejects=tuple(Reject(**one) for one in known["rejects"]),
        roles=known["roles"],
        has_roles=known["has_roles"],
        unknown_roles=tuple(known["unknown_roles"]),
        folder=folder,
        n_files=known["n_files"],
        auto_roles=AutoRoles(**auto_roles) if auto_roles else None,
    )
