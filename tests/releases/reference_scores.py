"""The scores that every supported combination of versions must give.

    python tests/releases/reference_scores.py

scores ``conversations.csv`` with the installed package and writes
``reference_scores.jsonl``. Run it only where scores are meant to change, and say so
under the heading *Scores* of ``CHANGELOG.md``; the last line printed goes there.

    python tests/releases/reference_scores.py --compare

prints how far this environment's scores are from them, as one line of JSON.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from empathy_score import score_files

HERE = Path(__file__).resolve().parent
CONVERSATIONS = HERE / "conversations.csv"
REFERENCE = HERE / "reference_scores.jsonl"
PACKAGES = ("spacy", "scikit-learn", "numpy", "scipy", "duckdb", "skops")
WITHIN = 1e-6


def scores_today() -> list[dict[str, Any]]:
    """Score the conversations: one mapping for each turn, the input left out."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name, "scored.jsonl")
        score_files([CONVERSATIONS], out)
        rows = read_rows(out)
    given = CONVERSATIONS.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
    return [{key: row[key] for key in row if key not in given} for row in rows]


def read_rows(file: Path) -> list[dict[str, Any]]:
    """Read JSON lines."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def fingerprint() -> str:
    """Name the reference scores shortly: the beginning of their SHA-256."""
    return hashlib.sha256(REFERENCE.read_bytes()).hexdigest()[:12]


def differences(
    found: Sequence[dict[str, Any]], wanted: Sequence[dict[str, Any]]
) -> tuple[float, list[str]]:
    """Compare two tables: the largest distance of numbers, and what else differs."""
    if len(found) != len(wanted):
        return 0.0, [f"{len(found)} turns, not {len(wanted)}"]
    largest, other = 0.0, []
    for row, (one, two) in enumerate(zip(found, wanted, strict=True)):
        for key in sorted({*one, *two}):
            a, b = one.get(key, "no column"), two.get(key, "no column")
            if isinstance(a, float) and isinstance(b, float):
                largest = max(largest, abs(a - b))
            elif a != b:
                other.append(f"turn {row}, {key}: {a!r}, not {b!r}")
    return largest, other


def compare() -> int:
    """Print versions and distance; exit code 1 where the scores are not the same."""
    largest, other = differences(scores_today(), read_rows(REFERENCE))
    same = largest <= WITHIN and not other
    versions = {name: version(name) for name in PACKAGES}
    found = {"python": platform.python_version(), **versions}
    print(json.dumps({**found, "largest": largest, "other": other, "same": same}))
    return 0 if same else 1


def main() -> int:
    """Write the reference scores, or compare with them."""
    if "--compare" in sys.argv[1:]:
        return compare()
    lines = [json.dumps(row, ensure_ascii=False) for row in scores_today()]
    REFERENCE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{REFERENCE.name}: {len(lines)} turns")
    print(f"Reference scores `{fingerprint()}`")
    return 0


if __name__ == "__main__":
    sys.exit(main())
