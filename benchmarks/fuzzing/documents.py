"""Random bytes, changed samples and random JSON, made fast from a seed.

JSON is changed as text: each sample is written once, with the place of every value in
it, and a change puts another text at a place. So a value can also become that of
another sample, stand twice, or lose its name, and nothing is parsed or written again.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from empathy_score.readers.json_rows import is_json_object

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = (
    ROOT / "tests" / "readers" / "fixtures",
    ROOT / "tests" / "readers" / "seeds",
    ROOT / "data" / "samples",
)
Maker: TypeAlias = "Callable[[random.Random], bytes | dict[str, bytes]]"
"""Makes a document of random numbers: one file, or a folder's files by their names."""

_LARGEST_SAMPLE = 30_000  # bytes
_SEVENBIT = (
    b' {}[]":,;|\t\n\r<>&#\\-_=+@%/().0123456789abcdefghijklmnopqrstuvwxyzABCDEFZ'
)
_TO_SEVENBIT = bytes(_SEVENBIT[at % len(_SEVENBIT)] for at in range(256))
SPLINTERS = (
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80"),
    *(b"\x1f\x8b\x08", b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    *(b"WEBVTT\n\n", b"1\n00:00:01,000 --> 00:00:02,000\n", b"@UTF8\n@Begin\n"),
    *(b"*PAR:\thello .\n", b"<v Ann>", b"text,role\n", b"role;text\n", b'"', b'""'),
    *(b'{"text":', b"[" * 50, b'{"a":' * 50, b"1e999", b"NaN", b"-0", b"\\ud800"),
    *(b"9" * 5000, b"null", b"true", b"}\n{", b"&#x0;", b"<div>" * 20, b"\r", b"\t"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**63, 10**400, -0.5, 1e308, float("nan")),
    *("", " ", "hi", "\ud800", "\u202e\u200b", "agent", "customer", "1e400"),
    *("a" * 3000, float("inf"), -(2**63) - 1, "\0", "=1+1", "\ud83d\ude00", "e\u0301"),
    *("2026-01-01T00:00:00Z", "9999-99-99T99:99:99Z", "-00:00:01", "PT1S", "12:30"),
    *([], {}, [[]], [None], [{}], [1, "a"], {"": None}, {"a": {"b": []}}),
)
LEAVES = (*(json.dumps(value) for value in VALUES), "9" * 5000, "-0", "1E400")
SHORT_LEAVES = tuple(leaf for leaf in LEAVES if len(leaf) < 100)


@dataclass(frozen=True, slots=True)
class Written:
    """A JSON sample as text, and where its values stand.

    Parameters
    ----------
    text : str
        The whole document.
    values : tuple of (int, int, int)
        For each value where the pair or element begins that it stands in, where it
        begins itself, and where it ends.
    """

    text: str
    values: tuple[tuple[int, int, int], ...]


def samples() -> list[bytes]:
    """Read the sample exports, the larger ones cut."""
    files = (path for folder in SAMPLES for path in sorted(folder.rglob("*")))
    found = (path.read_bytes() for path in files if path.is_file())
    return [data[:_LARGEST_SAMPLE] for data in found if data]


def json_samples(data: Sequence[bytes]) -> list[Written]:
    """Give the samples that are JSON, whole or line by line."""
    texts = [one.decode("utf-8", "replace") for one in data]
    lines = [line for text in texts for line in text.splitlines()[:3]]
    whole = [text for text in texts if is_json_object(text)]
    listed = [one for one in texts if one.lstrip().startswith("[")]
    objects = [line for line in lines if len(line) > 2 and is_json_object(line)]
    arrays = [one for one in map(_parsed, listed) if one is not None]
    return [written(one) for one in (*map(json.loads, (*whole, *objects)), *arrays)]


def _parsed(text: str) -> Any | None:
    try:
        return json.loads(text)
    except ValueError:
        return None


def written(document: Any) -> Written:
    """Write JSON and note where each value stands."""
    parts: list[str] = []
    places: list[tuple[int, int, int]] = []
    _write(document, parts, places, [0])
    return Written("".join(parts), tuple(places))


def _write(
    value: Any, parts: list[str], places: list[tuple[int, int, int]], at: list[int]
) -> None:
    def put(text: str) -> None:
        parts.append(text)
        at[0] += len(text)

    if not isinstance(value, dict | list) or not value:
        put(json.dumps(value))
        return
    put("{" if isinstance(value, dict) else "[")
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for number, (key, one) in enumerate(inside):
        put(", " if number else "")
        pair = at[0]
        if isinstance(value, dict):
            put(f"{json.dumps(key)}: ")
        begin = at[0]
        _write(one, parts, places, at)
        places.append((pair, begin, at[0]))
    put("}" if isinstance(value, dict) else "]")


def random_bytes(draw: random.Random) -> bytes:
    """Bytes without any meaning."""
    return draw.randbytes(int(10 ** (3.3 * draw.random())))


def pieced(draw: random.Random) -> bytes:
    """Words of the formats, one after another."""
    chance = draw.random
    pieces = (
        SPLINTERS[int(chance() * len(SPLINTERS))]
        if chance() < 0.4
        else draw.randbytes(1 + int(19 * chance())).translate(_TO_SEVENBIT)
        for _ in range(1 + int(39 * chance()))
    )
    return b"".join(pieces)


def changed(draw: random.Random, data: Sequence[bytes]) -> bytes:
    """Change a sample: bytes become others, go, or stand twice."""
    return cut_up(draw, draw.choice(data))


def cut_up(draw: random.Random, data: bytes) -> bytes:
    """Change some bytes of a document for others."""
    found = bytearray(data)
    for _ in range(draw.randrange(1, 8)):
        at = draw.randrange(len(found) + 1)
        length = int(10 ** (2.5 * draw.random()))
        piece = draw.choice(
            (
                b"",
                draw.choice(SPLINTERS),
                draw.randbytes(3),
                found[at : at + length] * 2,
            )
        )
        found[at : at + draw.choice((0, 1, length))] = piece
    return bytes(found)


def altered(
    draw: random.Random, found: Sequence[Written], sample: Written | None = None
) -> str:
    """Change some values of a sample: for others, for none, or they stand twice."""
    sample = sample or draw.choice(found)
    n_places = len(sample.values)
    if not n_places:
        return draw.choice(LEAVES)
    share = draw.choice((0.005, 0.03, 0.1))
    n_changes = min(1 + int(2 * share * n_places * draw.random()), 60)
    chosen = sorted({int(n_places * draw.random()) for _ in range(n_changes)})
    ordered = sorted(sample.values[at] for at in chosen)
    parts: list[str] = []
    until = 0
    for pair, begin, end in ordered:
        if pair < until:  # within what was changed already
            continue
        parts += (
            sample.text[until:pair],
            _other(draw, sample, found, pair, begin, end),
        )
        until = end
    return "".join((*parts, sample.text[until:]))


def _other(
    draw: random.Random,
    sample: Written,
    found: Sequence[Written],
    pair: int,
    begin: int,
    end: int,
) -> str:
    """Give what stands instead of a value and its name."""
    name, value = sample.text[pair:begin], sample.text[begin:end]
    chance = draw.random()
    if chance < 0.6:
        return name + draw.choice(LEAVES)
    if chance < 0.8:
        other = draw.choice(found)
        if other.values:
            _, at, until = draw.choice(other.values)
            return name + other.text[at:until]
    if chance < 0.87:
        return f"{name}{value}, {name}{draw.choice(LEAVES)}"
    if chance < 0.94 and name:
        return f'"left out": {draw.choice(LEAVES)}'
    return f"{name}[{value}]"


def keys_of(found: Sequence[Written]) -> list[str]:
    """Collect the names that the samples use, as JSON, each with its colon."""
    return sorted(
        {one.text[pair:at] for one in found for pair, at, _ in one.values if pair < at}
    )


def invented(draw: random.Random, keys: Sequence[str], depth: int = 0) -> str:
    """Random JSON with the keys of the formats."""
    chance = draw.random
    kind = chance()
    if depth > 6 or kind < 0.05 + 0.17 * depth:
        return _leaf(draw)
    n_parts = 1 + int(5 * chance())
    if kind < 0.45:
        inside = [invented(draw, keys, depth + 1) for _ in range(n_parts)]
        return f"[{','.join(inside)}]"
    n_keys = len(keys)
    pairs = [
        keys[int(n_keys * chance())] + invented(draw, keys, depth + 1)
        for _ in range(n_parts)
    ]
    return f"{{{','.join(pairs)}}}"


def _leaf(draw: random.Random) -> str:
    chance = draw.random()
    if chance < 0.79:
        return SHORT_LEAVES[int(chance / 0.79 * len(SHORT_LEAVES))]
    if chance < 0.8:
        return LEAVES[int((chance - 0.79) / 0.01 * len(LEAVES))]
    if chance < 0.9:
        return str(draw.getrandbits(1 + int(90 * draw.random())))
    return json.dumps(draw.randbytes(8).decode("utf-16", "surrogatepass"))


def random_json(draw: random.Random, keys: Sequence[str]) -> str:
    """One random document, an array of them, or one on each line."""
    kind = draw.random()
    if kind < 0.6:
        return invented(draw, keys)
    some = [invented(draw, keys, 2) for _ in range(1 + int(8 * draw.random()))]
    return f"[{', '.join(some)}]" if kind < 0.8 else "\n".join(some)


def makers() -> dict[str, Maker]:
    """Give what makes each kind of document of bytes and JSON."""
    data = samples()
    found = json_samples(data)
    keys = keys_of(found)
    return {
        "random bytes": random_bytes,
        "words of the formats": pieced,
        "changed samples": lambda draw: changed(draw, data),
        "samples with other values": lambda draw: altered(draw, found).encode(
            "utf-8", "surrogatepass"
        ),
        "random JSON": lambda draw: random_json(draw, keys).encode(),
    }
