"""What a file is: its format by its ending, its encoding by its first bytes."""

from __future__ import annotations

import codecs
from pathlib import Path

from empathy_score.errors import InputError

ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
}
"""Endings of files that can be read, and their formats."""

HEAD = 1 << 16
"""Bytes of a file that are looked at before it is read."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def format_of(path: Path, named: str | None) -> str:
    """Tell the format of a file that can be opened, or raise InputError.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".NDJSON") as file:
    ...     _ = file.write(b"{}")
    ...     file.flush()
    ...     format_of(Path(file.name), None)
    'jsonl'
    """
    allowed = sorted(set(ENDINGS.values()))
    if named is not None and named not in allowed:
        raise InputError(f"no format {named!r}; allowed: {', '.join(allowed)}")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name the files in it")
    if not path.exists():
        raise InputError(f"{path}: there is no such file")
    try:
        with path.open("rb") as handle:
            empty = not handle.read(1)
    except OSError as error:
        raise InputError(f"{path}: cannot be opened: {error.strerror}") from error
    if empty:
        raise InputError(f"{path}: is empty; export it again")
    found = named or ENDINGS.get(path.suffix.lower())
    if found is None:
        raise InputError(
            f"{path}: unknown ending {path.suffix!r}; allowed: {', '.join(ENDINGS)}, "
            "or name the format with format= / --format"
        )
    return found


def head_of(file: str) -> bytes:
    """Read the first bytes of a text file, or say what else the file is.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"id,text")
    ...     file.flush()
    ...     head_of(file.name)
    b'id,text'
    """
    with Path(file).open("rb") as handle:
        head = handle.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        raise InputError(f"{file}: is a spreadsheet or zip file; save it as CSV")
    if head.startswith(b"\x1f\x8b"):
        raise InputError(f"{file}: is compressed with gzip; unpack it first")
    return head


def codec_of(file: str, head: bytes, encoding: str | None) -> str:
    """Choose the encoding: the byte order mark's, else the caller's, else UTF-8.

    Examples
    --------
    >>> codec_of("a.csv", codecs.BOM_UTF8 + b"text", "cp1252")
    'utf-8-sig'
    >>> codec_of("a.csv", b"text", "latin1")
    'iso8859-1'
    """
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return codec
    if encoding is not None:
        try:
            "".encode(encoding)
        except LookupError as error:
            raise InputError(
                f"no text encoding {encoding!r}; usual ones: utf-8, cp1252, utf-16"
            ) from error
        return codecs.lookup(encoding).name
    if head.count(0) > len(head) // 4:
        raise InputError(
            f"{file}: is no UTF-8 text; if it is UTF-16, say encoding='utf-16-le' / "
            "--encoding utf-16-le"
        )
    return "utf-8"


def decoded_head(head: bytes, codec: str) -> str:
    """Decode the first bytes, which may end within a character.

    Examples
    --------
    >>> decoded_head("text,é".encode()[:-1], "utf-8")
    'text,'
    """
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    return decoder.decode(head).lstrip("\ufeff")
