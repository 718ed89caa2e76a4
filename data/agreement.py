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

import krippendorff
import numpy as np
from sklearn.metrics import cohen_kappa_score

HERE = Path(__file__).resolve().parent
LATER = ("hard_conversations", "plain_conversations")
TARGETS = ("level", "emotional_reaction", "interpretation", "exploration")


def lines(file: Path) -> list[dict[str, Any]]:
    """All rows of a JSON lines file."""
    return [json.loads(row) for row in file.read_text(encoding="utf-8").splitlines()]


def utterances(*folders: str) -> dict[tuple[str, int], dict[str, Any]]:
    """Every utterance of some folders, by conversation and turn."""
    found = {}
    for file in sorted(
        one for name in folders for one in (HERE / name).glob("*.jsonl")
    ):
        for row in lines(file):
            found[row["conversation_id"], row["turn"]] = row
    return found


def counts(folder: str) -> str:
    """How much there is."""
    rows = list(utterances(folder).values())
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
    first = utterances("conversations", *LATER)
    later = {name: utterances(name) for name in LATER}
    pairs: dict[str, list[tuple[int, int]]] = {name: [] for name in TARGETS}
    levels: dict[str, list[tuple[int, int]]] = {name: [] for name in LATER}
    cues: Counter[tuple[str, str]] = Counter()
    for row in lines(HERE / "second-labels.jsonl"):
        key = row["conversation_id"], row["turn"]
        other = first[key]
        if "level" not in row:
            continue
        for name in LATER:
            if key in later[name]:
                levels[name].append((other["level"], row["level"]))
        for name in TARGETS:
            # what the first labeller said, before the levels were adjudicated
            said = other.get("level_first", other["level"])
            pairs[name].append((said if name == "level" else other[name], row[name]))
        one, two = {cue["label"] for cue in other["cues"]}, set(row["cues"])
        for label in one | two:
            both = label in one and label in two
            cues[label, "both" if both else "one"] += 1
    adjudicated = sum("level_first" in row for row in first.values())
    return "\n".join(
        [
            f"{len(pairs['level'])} utterances, before adjudication:",
            "",
            "| | quadratic weighted kappa | Krippendorff's alpha (ordinal) | equal |",
            "|---|---|---|---|",
            *(f"| {name} | {figures(found)} |" for name, found in pairs.items()),
            "",
            f"Adjudication changed the level of {adjudicated} utterances.",
            *(
                f"Of `{name}` are {len(found)} utterances; the kappa of their levels "
                f"is {figures(found).split()[0]}."
                for name, found in levels.items()
            ),
            "",
            contrast(),
            "",
            "| cue | both saw it | one saw it |",
            "|---|---|---|",
            *(
                f"| {label} | {cues[label, 'both']} | {cues[label, 'one']} |"
                for label in sorted({label for label, _ in cues})
            ),
        ]
    )


def figures(found: list[tuple[int, int]]) -> str:
    """Agreement of two labellers on one target, as cells of a table."""
    kappa = cohen_kappa_score(*zip(*found, strict=True), weights="quadratic")
    alpha = krippendorff.alpha(
        np.array(found).T, level_of_measurement="ordinal", value_domain=[0, 1, 2]
    )
    equal = sum(one == other for one, other in found)
    return f"{kappa:.2f} | {alpha:.2f} | {equal}"


def contrast() -> str:
    """Say what somebody who saw the sides of contrast pairs singly said of them."""
    pairs = lines(HERE / "contrast" / "pairs.jsonl")
    labelled = [row for row in pairs if "better_level" in row]
    higher = sum(row["better_level"] > row["worse_level"] for row in labelled)
    lower = sum(row["better_level"] < row["worse_level"] for row in labelled)
    return (
        f"Contrast pairs: the sides of {len(labelled)} of {len(pairs)} pairs were "
        "labelled one by one, in mixed order; the better one got the higher level in "
        f"{higher}, the lower one in {lower}."
    )


def main() -> None:
    """Print both, or write them."""
    parts = {
        "agreement": agreement(),
        "counts": counts("conversations"),
        "hard counts": counts("hard_conversations"),
        "plain counts": counts("plain_conversations"),
    }
    for name, text in parts.items():
        if "--write" not in sys.argv:
            print(text, end="\n\n")
            continue
        page = HERE / "README.md"
        mark = re.compile(rf"(<!-- {name} -->).*?(<!-- /{name} -->)", re.DOTALL)
        filled = mark.sub(lambda m, t=text: f"{m[1]}\n{t}\n{m[2]}", page.read_text())
        page.write_text(filled, encoding="utf-8")


if __name__ == "__main__":
    main()
