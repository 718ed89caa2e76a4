"""Write the splits of the training conversations, as benchmarks use them.

python data/make_splits.py

writes ``data/splits/folds.csv``: for each conversation its industry and group (what
must never be split: contrast pairs stand in two conversations), the fold it is tested
in under each of five seeds, and the fold of its industry.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold

HERE = Path(__file__).resolve().parent
OUT = HERE / "splits" / "folds.csv"
SEEDS = range(5)
N_SPLITS = 5


def conversations() -> dict[str, tuple[str, str]]:
    """Industry and group of each conversation, in the order of files."""
    found: dict[str, tuple[str, str]] = {}
    for file in sorted((HERE / "conversations").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            name = row["conversation_id"]
            found[name] = (row["industry"], row.get("group") or name)
    return found


def fold_of(groups: list[str], seed: int | None) -> dict[str, int]:
    """Fold of each group; seed None leaves the order as it is."""
    splitter = GroupKFold(N_SPLITS, shuffle=seed is not None, random_state=seed)
    rows = np.zeros(len(groups))
    folds = enumerate(splitter.split(rows, groups=groups))
    return {groups[row]: fold for fold, (_, test) in folds for row in test}


def table() -> list[list[str]]:
    """Rows of the file, the header first."""
    found = conversations()
    groups = [group for _, group in found.values()]
    by_seed = [fold_of(groups, seed) for seed in SEEDS]
    by_industry = fold_of([industry for industry, _ in found.values()], None)
    header = ["conversation_id", "industry", "group"]
    header += [f"fold_seed_{seed}" for seed in SEEDS]
    return [
        [*header, "fold_industry"],
        *(
            [
                name,
                industry,
                group,
                *(str(folds[group]) for folds in by_seed),
                str(by_industry[industry]),
            ]
            for name, (industry, group) in found.items()
        ),
    ]


def main() -> None:
    """Write the file."""
    OUT.parent.mkdir(exist_ok=True)
    with OUT.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(table())


if __name__ == "__main__":
    main()
