"""ConvoKit folders, Parquet files, workbooks and archives with hostile insides."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fuzzing.documents import (
    SAMPLES,
    Maker,
    Written,
    altered,
    cut_up,
    json_samples,
    random_json,
)
from fuzzing.workbooks import workbook

_NAMES = (
    *("text", "role", "conversation_id", "turn", "start", "end", "speaker", "Text"),
    *(
        "",
        "__row",
        "__file",
        "__line",
        'a"b',
        "it's",
        "a\0b",
        "x" * 300,
        "file_row_number",
    ),
    *("timestamp", "\ud83d\ude00", "body", "message", "select", "a.b", "%s", "{}"),
)
_ODD_FILES = (
    "../a.json",
    "/a.json",
    ".hidden",
    "a\0.json",
    "é.json",
    "a" * 300,
    "a//b",
)
_BACK = timezone(timedelta(hours=-12))
_COLUMNS: tuple[tuple[pa.DataType, tuple[Any, ...]], ...] = (
    (pa.string(), ("I am so sorry!", "", "agent", "customer", "\u202e", "=1+1", None)),
    (pa.large_string(), ("hello", None, "a" * 5000)),
    (pa.null(), (None,)),
    (pa.int64(), (0, -1, 2**63 - 1, -(2**63), None)),
    (pa.uint64(), (0, 2**64 - 1, None)),
    (pa.float64(), (0.0, -1.5, float("nan"), float("inf"), 1e308, None)),
    (pa.float16(), (1.0, None)),
    (pa.bool_(), (True, False, None)),
    (pa.binary(), (b"", b"\xff\xfe", b"\xed\xa0\x80", b"text", None)),
    (pa.binary(4), (b"\xff\xfe\x00\x01", None)),
    (pa.date32(), (date(1, 1, 1), date(9999, 12, 31), None)),
    (pa.timestamp("us"), (datetime(1, 1, 1), datetime(9999, 12, 31), None)),
    (pa.timestamp("ns", "UTC"), (datetime(2020, 1, 1, tzinfo=_BACK), None)),
    (pa.time64("us"), (time(23, 59, 59, 999999), None)),
    (pa.duration("us"), (timedelta(days=-99999), timedelta(0), None)),
    (pa.decimal128(38, 10), (Decimal("1e27"), Decimal("-0.1"), None)),
    (pa.decimal256(76, 0), (Decimal("9" * 76), None)),
    (pa.list_(pa.string()), ([], ["a", None], [""] * 50, None)),
    (pa.list_(pa.list_(pa.int8())), ([[1], [], None], None)),
    (pa.struct([("text", pa.string()), ("", pa.int8())]), ({"text": "a"}, None)),
    (pa.map_(pa.string(), pa.string()), ([("a", "b"), ("a", None)], [], None)),
    (pa.dictionary(pa.int8(), pa.string()), ("agent", "customer", None)),
)


def makers(plain: dict[str, Maker]) -> dict[str, Maker]:
    """Give what makes each kind of folder, table and archive."""
    corpora = _corpora()
    made = {name: make for name, make in plain.items() if name != "random bytes"}
    inside = [*made.values()]
    return {
        "ConvoKit folders": lambda draw: corpus(draw, draw.choice(corpora)),
        "Parquet files": parquet,
        "workbooks": workbook,
        "archives": lambda draw: archive(draw, inside),
    }


def _corpora() -> list[dict[str, list[Written] | bytes]]:
    """Read the corpora of the tests; JSON as samples, a list for each file."""
    folders = sorted(path for path in (SAMPLES[0] / "convokit").iterdir())
    return [
        {
            file.name: json_samples([file.read_bytes()]) or file.read_bytes()
            for file in sorted(folder.iterdir())
        }
        for folder in folders
    ]


def corpus(
    draw: random.Random, found: dict[str, list[Written] | bytes]
) -> dict[str, bytes]:
    """Change a corpus: lines and entries get other values, files go or are cut."""
    files = {name: _file(draw, one) for name, one in found.items()}
    kind, name = draw.random(), draw.choice([*files])
    if kind < 0.1:
        del files[name]
    elif kind < 0.25:
        files[name] = cut_up(draw, files[name])
    elif kind < 0.35:
        keys = ['"id":', '"text":', '"speaker":', '"meta":', '"conversation_id":']
        files[name] = random_json(draw, keys).encode()
    elif kind < 0.4:
        files[f"{name}/inside"] = files.pop(name)
    return files


def _file(draw: random.Random, found: list[Written] | bytes) -> bytes:
    if isinstance(found, bytes):
        return found
    lines = [altered(draw, found) if draw.random() < 0.3 else one.text for one in found]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def parquet(draw: random.Random) -> bytes:
    """Write a table of odd types and names; one of four is then damaged."""
    n_rows, n_columns = draw.choice((0, 1, 3, 7)), draw.randrange(0, 7)
    names = [draw.choice(_NAMES) for _ in range(n_columns)]
    if draw.random() < 0.7:
        names = ["text", *names]
    arrays = [_column(draw, n_rows, name) for name in names]
    valid = [name.encode("utf-8", "replace").decode() for name in names]
    out = io.BytesIO()
    packing = draw.choice(("none", "snappy", "zstd", "gzip"))
    pq.write_table(pa.table(arrays, names=valid), out, compression=packing)
    data = out.getvalue()
    chance = draw.random()
    return flipped(draw, data) if chance < 0.25 else data


def _column(draw: random.Random, n_rows: int, name: str) -> pa.Array:
    at = 0 if name == "text" and draw.random() < 0.7 else draw.randrange(len(_COLUMNS))
    kind, values = _COLUMNS[at]
    return pa.array([draw.choice(values) for _ in range(n_rows)], kind)


def archive(draw: random.Random, inside: Sequence[Maker]) -> bytes:
    """Pack documents; some in each other, some damaged."""
    data = _packed(draw, inside, 0)
    chance = draw.random()
    if chance < 0.4:
        return flipped(draw, data)
    return cut_up(draw, data) if chance < 0.6 else data


def _packed(draw: random.Random, inside: Sequence[Maker], depth: int) -> bytes:
    def document() -> bytes:
        if depth < 4 and draw.random() < 0.2:
            return _packed(draw, inside, depth + 1)
        made = draw.choice(inside)(draw)
        return made if isinstance(made, bytes) else json.dumps([*made]).encode()

    if draw.random() < 0.4:
        return gzip.compress(document(), 1, mtime=0)
    out = io.BytesIO()
    packing = draw.choice(
        (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    )
    with zipfile.ZipFile(out, "w", packing) as packed:
        for number in range(draw.randrange(0, 4)):
            odd = draw.random() < 0.2
            name = draw.choice(_ODD_FILES) if odd else f"{number}.json"
            packed.writestr(zipfile.ZipInfo(name), document(), packing)
    return out.getvalue()


def flipped(draw: random.Random, data: bytes) -> bytes:
    """Put other bytes at some places; nothing moves."""
    found = bytearray(data)
    for _ in range(draw.randrange(1, 6)):
        # The directories of these files stand at their ends.
        late = draw.random() < 0.5
        at = draw.randrange(max(0, len(found) - 200) if late else 0, len(found))
        found[at] = draw.choice((0, 255, 127, draw.randrange(256)))
    return bytes(found)
