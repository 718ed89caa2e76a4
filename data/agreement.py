"""Print counts and agreement of the training conversations, as in README.md.

python data/agreement.py [--write]    --write puts them into data/README.md
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from sklearn.metrics import cohen_kappa_score

HERE = Path(__file__).resolve().parent


def lines(file: Path) -> list[dict[str, Any]]:
    """All rows of a JSON lines file."""
    return [json.loads(row) for row in file.read_text(encoding="utf-8").splitlines()]


def utterances() -> dict[tuple[str, int], dict[str, Any]]:
    """Every utterance, by conversation and turn."""
    found = {}
    for file in sorted((HERE / "conversations").glob("*.jsonl")):
        for row in lines(file):
            found[row["conversation_id"], row["turn"]] = row
    return found


def counts() -> str:
    """How much there is."""
    rows = list(utterances().values())
    agents = [row for row in rows if row["role"] == "agent"]
    levels = Counter(row["level"] for row in agents)
    channels = Counter(row["channel"] for row in agents)
    return "\n".join(
        [
            f"{len(agents):,} agent utterances and "
            f"{sum(row['role'] == 'customer' for row in rows):,} customer utterances "
            "in "
            f"{len({row['conversation_id'] for row in rows})} conversations of "
            f"{len({row['industry'] for row in rows})} industries.",
            "",
            "| level | agent utterances |",
            "|---|---|",
            *(f"| {level} | {levels[level]} |" for level in sorted(levels)),
            "",
            "| channel | agent utterances |",
            "|---|---|",
            *(f"| {channel} | {found} |" for channel, found in channels.most_common()),
        ]
    )


def agreement() -> str:
    """How well both labellers agree."""
    first = utterances()
    levels: list[tuple[int, int]] = []
    cues: Counter[tuple[str, str]] = Counter()
    for row in lines(HERE / "second-labels.jsonl"):
        other = first[row["conversation_id"], row["turn"]]
        if "level" not in row:
            continue
        levels.append((other["level"], row["level"]))
        one, two = {cue["label"] for cue in other["cues"]}, set(row["cues"])
        for label in one | two:
            both = label in one and label in two
            cues[label, "both" if both else "one"] += 1
    kappa = cohen_kappa_score(*zip(*levels, strict=True), weights="quadratic")
    table = [
        f"| {label} | {cues[label, 'both']} | {cues[label, 'one']} |"
        for label in sorted({label for label, _ in cues})
    ]
    return "\n".join(
        [
            f"Level, {len(levels)} utterances: quadratic weighted kappa {kappa:.2f}, "
            f"equal in {sum(a == b for a, b in levels)}.",
            "",
            "| cue | both saw it | one saw it |",
            "|---|---|---|",
            *table,
        ]
    )


def main() -> None:
    """Print both, or write them."""
    for name, text in (("agreement", agreement()), ("counts", counts())):
        if "--write" not in sys.argv:
            print(text, end="\n\n")
            continue
        page = HERE / "README.md"
        mark = re.compile(rf"(<!-- {name} -->).*?(<!-- /{name} -->)", re.DOTALL)
        filled = mark.sub(lambda m, t=text: f"{m[1]}\n{t}\n{m[2]}", page.read_text())
        page.write_text(filled, encoding="utf-8")


if __name__ == "__main__":
    main()
