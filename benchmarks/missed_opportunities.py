"""List the missed opportunities of scored conversations, to be judged by reading.

    empathy-score score ../shared/customer-service/conversations.csv -o scored.parquet
    python benchmarks/missed_opportunities.py scored.parquet [--most 15] [--around 2]

prints the surest ones, each with the turns around it and the sentence about it.

    python benchmarks/missed_opportunities.py scored.parquet --levels dev.csv

counts the levels that people gave the replies in the list, and

    python benchmarks/missed_opportunities.py --rows

in what share of the turns that a row of ``rules/customer.jsonl`` finds, in the
project's own conversations, the customer does call for empathy.

The judgement stands in ``benchmarks/results/missed_opportunities.md``, in words of our
own: the corpus is not part of this repository, and no text of it is written anywhere.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from pathlib import Path

from empathy_score import missed_opportunities
from empathy_score.coaching import Moment
from empathy_score.coaching.customers import words_that_called
from empathy_score.scored_turns import ScoredTurns, open_scored

CONVERSATIONS = Path(__file__).resolve().parent.parent / "data" / "conversations"
FIRST = (15, 30, 60, None)

_NEAR = """
SELECT row, role, text FROM turns
WHERE conversation IS NOT DISTINCT FROM ? AND position BETWEEN
    (SELECT position FROM turns WHERE row = ?) - ?
    AND (SELECT position FROM turns WHERE row = ?) + ?
ORDER BY position
"""


def main() -> None:
    """Print what was asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("scored", type=Path, nargs="?")
    options.add_argument("--most", type=int, default=15)
    options.add_argument("--around", type=int, default=2, help="turns on both sides")
    options.add_argument("--levels", type=Path, help="labelled replies")
    options.add_argument("--rows", action="store_true")
    given = options.parse_args()
    if given.rows:
        print_rows()
    elif given.scored is None:
        options.error("name a scored table, or --rows")
    elif given.levels:
        print_levels(given.scored, given.levels)
    else:
        print_moments(given.scored, given.most, given.around)


def print_moments(scored: Path, most: int, around: int) -> None:
    """Print the surest moments, each with the turns around it."""
    found = missed_opportunities(scored, most=most)
    with open_scored(scored) as turns:
        for number, moment in enumerate(found, start=1):
            _print(number, moment, turns, around)


def _print(number: int, moment: Moment, turns: ScoredTurns, around: int) -> None:
    print(f"{number}. {moment.conversation}, row {moment.row}, sure {moment.sure:.2f}")
    print(f"   {moment.says}  [{moment.rule}]")
    asked = [moment.conversation, moment.row, around, moment.row, around]
    for row, role, text in turns.connection.execute(_NEAR, asked).fetchall():
        mark = ">" if row == moment.row else " "
        print(f"  {mark} {role}: {' '.join(text.split())}")
    print()


def print_levels(scored: Path, labelled: Path) -> None:
    """Count the levels that people gave the replies in the list."""
    with labelled.open(encoding="utf-8", newline="") as file:
        levels = {
            tuple(row["id"].rsplit(":", 2)[1:]): int(row["level"])
            for row in csv.DictReader(file)
        }
    everywhere = dict(sorted(Counter(levels.values()).items()))
    print(f"{len(levels)} labelled replies: {everywhere}")
    found = missed_opportunities(scored)
    for first in FIRST:
        given = [
            levels[place]
            for moment in found[:first]
            if (place := (moment.conversation, moment.turn)) in levels
        ]
        counted = dict(sorted(Counter(given).items()))
        print(f"of the first {len(found[:first])} {len(given)} are labelled: {counted}")


def print_rows() -> None:
    """Print how often the turns that a row finds are labelled as calls."""
    found: Counter[str] = Counter()
    called: Counter[str] = Counter()
    n_calls = n_known = 0
    for file in sorted(CONVERSATIONS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            turn = json.loads(line)
            if turn["role"] != "customer":
                continue
            calls = turn["opportunity"] != "none"
            rows = {said.row.id for said in words_that_called(turn["text"])}
            n_calls += calls
            n_known += calls and bool(rows)
            found.update(rows)
            called.update(rows if calls else ())
    for row, count in found.most_common():
        print(f"{row:20} {called[row]:4} of {count:4}  {called[row] / count:.2f}")
    print(f"{n_known} of {n_calls} calls are known to a row: {n_known / n_calls:.2f}")


if __name__ == "__main__":
    main()
