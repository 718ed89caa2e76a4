"""Count in what share of our own turns the commonest words occur.

    python data/word_shares.py

writes ``empathy_score/lexicon/word_shares.json``, by which the matcher guesses how
often a piece of text occurs (:mod:`empathy_score.lexicon.literals`).
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "empathy_score" / "lexicon" / "word_shares.json"
N_WORDS = 400


def main() -> int:
    """Count and write."""
    seen: Counter[str] = Counter()
    n_turns = 0
    for file in sorted((HERE / "conversations").glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            text = json.loads(line)["text"].lower().replace("\u2019", "'")
            n_turns += 1
            seen.update(set(re.findall(r"\w+", text, re.ASCII)))
    shares = {word: round(n / n_turns, 4) for word, n in seen.most_common(N_WORDS)}
    OUT.write_text(json.dumps(shares, indent=0) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
