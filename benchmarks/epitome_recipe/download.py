"""Fetching the public files of EPITOME at one commit, checked by their sums."""

from __future__ import annotations

import csv
import hashlib
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from epitome_recipe.pairs import MECHANISMS, DataError

BENCHMARKS = Path(__file__).resolve().parent.parent
SUMS = BENCHMARKS / "epitome.sha256"
SOURCE = (
    "https://raw.githubusercontent.com/behavioral-data/Empathy-Mental-Health/"
    "741a8df4d3bc5301f0426e0c72e1d8e354c42fd3/dataset/"
)
FILES = (
    "emotional-reactions-reddit.csv",
    "interpretations-reddit.csv",
    "explorations-reddit.csv",
)


def download(out: Path, sums: Sequence[str] | None) -> int:
    """Fetch the public files, check them and join them to one CSV."""
    if out.resolve().is_relative_to(BENCHMARKS.parent):
        raise DataError(f"{out} lies in the repository; EPITOME's text must not")
    wanted = list(sums) if sums else known_sums()
    parts = [fetched(SOURCE + name) for name in FILES]
    found = [hashlib.sha256(part).hexdigest() for part in parts]
    if wanted is None:
        listed = "\n".join(f"{s}  {n}" for s, n in zip(found, FILES, strict=True))
        raise DataError(f"no checksums given, nothing kept; what came has\n{listed}")
    if len(wanted) != len(FILES):
        raise DataError(f"{len(wanted)} checksums given; needed: {len(FILES)}")
    for name, one, other in zip(FILES, found, wanted, strict=True):
        if one != other.lower():
            raise DataError(f"{name} has the SHA-256 {one}; expected {other}")
    rows = joined([part.decode("utf-8-sig") for part in parts])
    with out.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def known_sums() -> list[str] | None:
    """Checksums of the file beside the script, None where there is none."""
    if not SUMS.is_file():
        return None
    lines = (line.split() for line in SUMS.read_text(encoding="utf-8").splitlines())
    known = {fields[-1]: fields[0] for fields in lines if len(fields) == 2}
    return [known[name] for name in FILES if name in known]


def fetched(address: str) -> bytes:
    """Read one address."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, TimeoutError) as problem:
        reason = getattr(problem, "reason", problem)
        raise DataError(f"cannot fetch {address}: {reason}") from problem


def joined(files: Sequence[str]) -> list[dict[str, str]]:
    """Join the mechanisms' files by post and response; keep pairs that are in all."""
    csv.field_size_limit(10**9)
    read = [list(csv.DictReader(text.splitlines(keepends=True))) for text in files]
    by_pair = [{(row["sp_id"], row["rp_id"]): row for row in rows} for rows in read]
    rows = []
    for key, first in by_pair[0].items():
        if not all(key in pairs for pairs in by_pair):
            continue
        row = {"group": key[0], "id": key[1]}
        row["context"], row["text"] = first["seeker_post"], first["response_post"]
        for mechanism, pairs in zip(MECHANISMS, by_pair, strict=True):
            row[mechanism] = pairs[key]["level"]
            row[f"{mechanism}_rationale"] = pairs[key]["rationales"]
        rows.append(row)
    if not rows:
        raise DataError("the files have no pair in common")
    return rows
