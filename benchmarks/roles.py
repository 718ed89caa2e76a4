"""Measure who is taken for the agent, on other people's conversations.

    python benchmarks/roles.py [--shared ../shared]

writes ``benchmarks/results/roles.md``. The corpora are not part of this repository; one
that is absent is named as absent. Nothing of theirs trained the model, and no text of
theirs is written anywhere.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from empathy_score.records import Utterance
from empathy_score.speaker_roles import ROLE_THRESHOLD, speaker_roles
from empathy_score.speaker_roles_measures import LENGTHS, decision_measures
from empathy_score.speaker_words import joined_turns

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "roles.md"
THRESHOLDS = (0.6, 0.7, 0.8, 0.9, 0.95)
PARTS = ("beginning", "middle")

Array = npt.NDArray[np.float64]
Said = list[tuple[str, str]]
"""The true role of each turn of one conversation, and its text."""


def rows_of(file: Path) -> list[dict[str, str]]:
    """All rows of a CSV file."""
    csv.field_size_limit(10**9)
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def with_roles(file: Path) -> dict[str, Said]:
    """Conversations that have a role in each row."""
    found: dict[str, Said] = {}
    for row in rows_of(file):
        found.setdefault(row["conversation_id"], []).append((row["role"], row["text"]))
    return joined(found)


def with_context(file: Path, group: str) -> dict[str, Said]:
    """Conversations that have the helper's turn and the turn before it in each row.

    The turn before an interview's first is the last of another interview in AnnoMI's
    copy (its id ends in 0), and is left out.
    """
    found: dict[str, Said] = {}
    for row in rows_of(file):
        stray = group == "group" and row["id"].endswith("-0")
        turns = [("customer", "" if stray else row["context"]), ("agent", row["text"])]
        said = [(role, text) for role, text in turns if text.strip()]
        found.setdefault(row[group], []).extend(said)
    return joined(found)


def without_roles(file: Path) -> dict[str, Said]:
    """Two people on the telephone, neither of them an agent."""
    names = {"A": "agent", "B": "customer"}
    found: dict[str, Said] = {}
    for row in rows_of(file):
        said = found.setdefault(row["group"], [])
        said.append((names[row["speaker"]], row["text"]))
    return joined(found)


def joined(conversations: Mapping[str, Said]) -> dict[str, Said]:
    """One turn for what one side says in a row; both sides must speak."""
    found = {}
    for name, said in conversations.items():
        pairs = [((name, role), text) for role, text in said]
        turns = [(role, text) for (_, role), text in joined_turns(pairs)]
        if len(turns) > 1:
            found[name] = turns
    return found


def cut(
    conversations: Mapping[str, Said], length: int | None, part: str
) -> dict[str, Said]:
    """Keep some turns from the beginning or the middle, where there are so many."""
    found = {}
    for name, said in conversations.items():
        first = 0 if part == "beginning" else len(said) // 2
        end = len(said) if length is None else first + length
        if end <= len(said) and len({role for role, _ in said[first:end]}) == 2:
            found[name] = said[first:end]
    return found


def chances(conversations: Mapping[str, Said]) -> Array:
    """Probability given to the true pair of roles, for each conversation."""
    turns = [(name, *turn) for name, said in conversations.items() for turn in said]
    utterances = [
        Utterance(row=row, conversation=name, role="unknown", text=text)
        for row, (name, _, text) in enumerate(turns)
    ]
    found = speaker_roles(utterances, [role for _, role, _ in turns], threshold=0.0)
    agents = [found[name, "agent"] for name in conversations]
    return np.array(
        [
            (one.confidence or 0.0)
            if one.role == "agent"
            else 1 - (one.confidence or 0)
            for one in agents
        ]
    )


def line(*cells: str | float | None) -> str:
    """One row of a Markdown table."""
    shown = [
        "none" if cell is None else cell if isinstance(cell, str) else f"{cell:.3f}"
        for cell in cells
    ]
    return f"| {' | '.join(shown)} |"


def pair_rows(conversations: Mapping[str, Said]) -> Iterator[str]:
    """Accuracy, coverage and calibration by the number of turns."""
    yield line(
        *("turns", "from", "conversations", "accuracy", "decided", "right of these"),
        *("log loss", "calibration error", "agent speaks first"),
    )
    yield "|" + "---|" * 9
    for length, part in itertools.product(LENGTHS, PARTS):
        pieces = cut(conversations, length, part)
        if len(pieces) < 20 or (length is None and part == "middle"):
            continue
        found = decision_measures(chances(pieces))
        first = np.mean([said[0][0] == "agent" for said in pieces.values()])
        yield line(
            "all" if length is None else str(length),
            "" if length is None else part,
            str(found["n"]),
            *(found[name] for name in ("accuracy", "coverage", "accuracy_decided")),
            *(found[name] for name in ("log_loss", "ece")),
            float(first),
        )
    yield ""


def threshold_rows(conversations: Mapping[str, Said]) -> Iterator[str]:
    """Show what other thresholds would give, over all lengths and parts."""
    chance = np.concatenate(
        [
            chances(pieces)
            for length, part in itertools.product(LENGTHS, PARTS)
            if (pieces := cut(conversations, length, part))
            and not (length is None and part == "middle")
        ]
    )
    confidence = np.maximum(chance, 1 - chance)
    yield "All pieces of the table above together:\n"
    yield line("threshold", "decided", "right of these")
    yield "|---|---|---|"
    for threshold in THRESHOLDS:
        decided = confidence >= threshold
        right = float(np.mean(chance[decided] > 0.5)) if decided.any() else None
        yield line(f"{threshold:g}", float(decided.mean()), right)
    yield ""


def alone_row(conversations: Mapping[str, Said]) -> Iterator[str]:
    """Judge each side as if only that one had been recorded."""
    right, decided = [], []
    for role in ("agent", "customer"):
        utterances = [
            Utterance(row=0, conversation=name, role="unknown", text=text)
            for name, said in conversations.items()
            for who, text in said
            if who == role
        ]
        found = speaker_roles(utterances, [role] * len(utterances), threshold=0.0)
        right += [one.role == role for one in found.values()]
        decided += [(one.confidence or 0) >= ROLE_THRESHOLD for one in found.values()]
    kept = np.array(right)[np.array(decided)]
    yield (
        "One side of a whole conversation judged alone: accuracy "
        f"{np.mean(right):.3f}; {np.mean(decided):.3f} decided, "
        f"{np.mean(kept):.3f} of these rightly.\n"
    )


def roles_section(title: str, conversations: Mapping[str, Said]) -> Iterator[str]:
    """All tables of one corpus."""
    yield f"## {title}\n"
    yield from pair_rows(conversations)
    yield from threshold_rows(conversations)
    yield from alone_row(conversations)


def no_roles_section(title: str, conversations: Mapping[str, Said]) -> Iterator[str]:
    """How often roles are invented where nobody has one."""
    yield f"## {title}\n"
    yield "Right would be to decide nothing.\n"
    yield line("turns", "conversations", *(f"decided at {at:g}" for at in THRESHOLDS))
    yield "|" + "---|" * (2 + len(THRESHOLDS))
    for length in LENGTHS:
        pieces = cut(conversations, length, "beginning")
        chance = chances(pieces)
        confidence = np.maximum(chance, 1 - chance)
        yield line(
            "all" if length is None else str(length),
            str(len(pieces)),
            *(float(np.mean(confidence >= at)) for at in THRESHOLDS),
        )
    yield ""


def sections(shared: Path) -> Iterator[str]:
    """Every corpus that is there."""
    context = {
        "annomi": ("Motivational interviews (AnnoMI): therapist and client", "group"),
        "esconv": ("Emotional support (ESConv): one exchange each", "id"),
        "epitome": ("Mental-health posts (EPITOME): a post and an answer", "id"),
    }
    file = shared / "customer-service" / "conversations.csv"
    if file.is_file():
        title = "Support chats (MAIA): agent and customer"
        yield from roles_section(title, with_roles(file))
    else:
        yield f"Absent: {file.name}.\n"
    for name, (title, group) in context.items():
        file = shared / "benchmarks" / name / "train.csv"
        if file.is_file():
            yield from roles_section(title, with_context(file, group))
        else:
            yield f"Absent: {name}.\n"
    file = shared / "benchmarks" / "swda" / "train.csv"
    if file.is_file():
        title = "Two strangers on the telephone (Switchboard): no agent"
        yield from no_roles_section(title, without_roles(file))
    else:
        yield "Absent: swda.\n"


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=HERE.parent.parent / "shared")
    shared: Path = parser.parse_args().shared
    lines = [
        "# Who is the agent: other people's conversations\n",
        "Made by `python benchmarks/roles.py`. The true roles serve as labels of the "
        "speakers; the model sees words only. `accuracy` is that of the likelier pair "
        "of roles, `decided` the share with a confidence of at least "
        f"{ROLE_THRESHOLD}. "
        "`agent speaks first` is the accuracy of the rule that the first speaker is "
        "the agent; one minus it that of the opposite rule. Pieces of fewer than 20 "
        "conversations are left out. In the last three corpora with roles nobody is "
        "served: therapist, supporter and answering peer stand for the agent.\n",
        *sections(shared),
    ]
    text = "\n".join(lines)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
