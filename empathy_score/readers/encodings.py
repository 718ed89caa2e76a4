"""The encoding of a text file, by its first bytes."""

from __future__ import annotations

import codecs

from empathy_score.errors import InputError

HEAD = 1 << 16
"""Bytes of a file that are looked at before it is read."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def check_encoding(encoding: str | None) -> str | None:
    """Give the usual name of an encoding; raise InputError where there is none.

    Examples
    --------
    >>> check_encoding("latin1")
    'iso8859-1'
    """
    if encoding is None:
        return None
    try:
        "".encode(encoding)
    except LookupError as error:
        raise InputError(
            f"no text encoding {encoding!r}; usual ones: utf-8, cp1252, utf-16"
        ) from error
    return codecs.lookup(encoding).name


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
        return check_encoding(encoding) or encoding
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
