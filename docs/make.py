"""Write the documentation that is made from declarations.

    python docs/make.py

writes ``docs/features.md``; a test sees to it that the file is up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from empathy_score.features import Feature, all_features
from empathy_score.features.strategies import STRATEGIES, features_of
from empathy_score.model import model_columns

OUT = Path(__file__).resolve().parent / "features.md"


def line(*cells: str) -> str:
    """One row of a Markdown table."""
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def strategies_table() -> Iterator[str]:
    """Each taught strategy, what measures it, what cannot be seen."""
    yield line("strategy", "features of the score", "columns", "what is not seen")
    yield line(*["---"] * 4)
    for strategy in STRATEGIES:
        features = ", ".join(f"`{name}`" for name in features_of(strategy.name))
        columns = ", ".join(f"`{name}`" for name in strategy.columns)
        yield line(strategy.title, features or "-", columns or "-", strategy.limit)


def features_table() -> Iterator[str]:
    """Each feature but those of single rows of the lexicon."""
    yield line("feature", "unit", "range", "higher means", "moves the score", "source")
    yield line(*["---"] * 6)
    for feature in all_features():
        if not feature.name.startswith("pattern_"):
            yield line(*cells(feature))


def cells(feature: Feature) -> tuple[str, ...]:
    """Show what a declaration says of a feature."""
    way = {1: "only up", -1: "only down", 0: "either way"}[feature.direction]
    span = f"{feature.minimum:g} to {feature.maximum:g}"
    if feature.needs == "reply_to":
        span += "; null without a turn before"
    elif feature.needs == "conversation":
        span += "; null without the conversation"
    return (
        f"`{feature.name}`",
        feature.unit,
        span,
        feature.higher_means,
        way,
        feature.reference,
    )


def features_page() -> str:
    """Make the whole page."""
    n_rows = sum(f.name.startswith("pattern_") for f in all_features())
    return "\n".join(
        [
            "# Features and the strategies that they measure\n",
            "Made by `python docs/make.py` from the declarations in the code.\n",
            "## Fifteen strategies of customer service\n",
            *strategies_table(),
            "\n## Features\n",
            f"Beside these there is one feature, 0 or 1, for each of the {n_rows} rows "
            "of the lexicon: `pattern_<id of the row>`.\n",
            *features_table(),
            "\n## Learned columns\n",
            "A model has two columns more, of its sentence model "
            "(`empathy_score.SentenceLevels`): the probabilities that the utterance's "
            "best sentence shows a level over 0, and level 2. They may raise the score "
            "only.\n",
            *(f"- `{name}`" for name in model_columns()[len(all_features()) :]),
            "",
        ]
    )


def main() -> int:
    """Write the page."""
    OUT.write_text(features_page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
