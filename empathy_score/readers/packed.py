"""Packed files: how far one may grow, and what says that one is damaged."""

from __future__ import annotations

import errno
import gzip
import lzma
import struct
import zipfile
import zlib
from typing import IO

PIECE = 1 << 20
"""Bytes that are unpacked at a time."""

MOST_PACKED = 200
"""Times its size to which a packed file may grow; real exports reach about 20."""

HARMLESS = 1 << 26
"""Bytes up to which a packed file may grow in any case."""

BOMB = (
    f"unpacks to more than {MOST_PACKED} times its size, which is no export; if it is "
    "one, unpack it first"
)
"""What is said of a file that grows further."""

DAMAGED = (
    *(EOFError, NotImplementedError, OSError, OverflowError, ValueError),
    *(gzip.BadGzipFile, lzma.LZMAError, struct.error, zipfile.BadZipFile, zlib.error),
)
"""What unpacking raises where an archive is damaged; ask :func:`damage` as well."""


class BombError(Exception):
    """A packed file grows beyond all reason."""


def damage(error: Exception) -> Exception:
    """Give an error back that a damaged archive caused; raise one of the disk.

    Examples
    --------
    >>> damage(zipfile.BadZipFile("Bad CRC-32"))
    BadZipFile('Bad CRC-32')
    """
    if isinstance(error, OSError) and error.errno not in {None, errno.EINVAL}:
        raise error
    return error


def unpack(packed: IO[bytes] | gzip.GzipFile, out: IO[bytes], most: int) -> None:
    """Copy what is unpacked, as long as it is not too much.

    Raises
    ------
    BombError
        It is more than ``most`` bytes.

    Examples
    --------
    >>> import io
    >>> out = io.BytesIO()
    >>> unpack(io.BytesIO(b"Hello"), out, 5)
    >>> out.getvalue()
    b'Hello'
    """
    written = 0
    while piece := packed.read(PIECE):
        written += len(piece)
        if written > most:
            raise BombError
        out.write(piece)
