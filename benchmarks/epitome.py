"""Train the design of this library on EPITOME's pairs and measure it.

    python benchmarks/epitome.py --train CSV --test CSV [--json]
    python benchmarks/epitome.py --train CSV --cv 5 --seeds 5 [--jobs 2]
    python benchmarks/epitome.py --download OUT.csv --sha256 SUM SUM SUM

The CSV has the columns ``group,id,context,text``, a level 0, 1, 2 for each of
``emotional_reaction``, ``interpretation`` and ``exploration``, and for each of them
``<mechanism>_rationale``: literal pieces of ``text``, separated by ``|``. With ``--cv``
the pairs are split by ``group``, and ``benchmarks/results/epitome.md`` is written.

``--download`` fetches the three public files at one commit and joins them. Their
checksums were not known when this was written: give them with ``--sha256`` (emotional
reactions, interpretations, explorations), or keep them in
``benchmarks/epitome.sha256`` as ``sha256sum`` prints them. Without, the sums of what
came are printed and nothing is kept. Neither texts nor weights of EPITOME belong into
this repository (terms: see the data's source).

The recipe follows the shipped design: the library's features, a sentence model that is
cross-fitted on evidence spans (its sentences, words and their weights are the
library's too), and a linear model over both. It is not literally ``EmpathyClassifier``
over ``SentenceLevels``, because it also reads words of the whole response and of the
post, counts how the response speaks (of whom, of when, how generally), models level 1
by itself, weighs levels for macro-F1, and needs the probability of every sentence for
its rationales, where the shipped class keeps the best one's.

The levels' weights are those with the highest macro-F1 that the training pairs let
expect. Figures of a rationale are F1 over the words of a response, averaged over
responses; where there is none to be found and none was, F1 is 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from epitome_recipe.download import download
from epitome_recipe.pairs import DataError
from epitome_recipe.report import report, table
from epitome_recipe.rounds import cross_figures, train_and_test

RESULTS = Path(__file__).resolve().parent / "results" / "epitome.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or fetch."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", type=Path, metavar="CSV")
    parser.add_argument("--test", type=Path, metavar="CSV")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--cv", type=int, metavar="FOLDS", help="cross-validate")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--download", type=Path, metavar="OUT.csv")
    parser.add_argument("--sha256", nargs=3, metavar="SUM")
    given = parser.parse_args(arguments)
    if given.download is None and (
        given.train is None or (given.test is None) == (given.cv is None)
    ):
        parser.error("give --train with either --test or --cv, or --download")
    try:
        return _run(given)
    except (DataError, OSError) as problem:
        print(f"epitome: {problem}", file=sys.stderr)
        return 2


def _run(given: argparse.Namespace) -> int:
    if given.download is not None:
        n_rows = download(given.download, given.sha256)
        print(f"{n_rows} pairs written to {given.download}")
        return 0
    if given.test is not None:
        result = train_and_test(given.train, given.test)
        lines = [*table(result), f"Trained and tested in {result['train_seconds']} s."]
    else:
        result = cross_figures(given.train, given.cv, given.seeds, given.jobs)
        command = (
            "python benchmarks/epitome.py --train CSV "
            f"--cv {given.cv} --seeds {given.seeds}"
        )
        lines = list(report(result, command))
        given.results.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1) if given.json else "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
