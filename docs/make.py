"""Write the documentation that is made from declarations.

    python docs/make.py

writes the pages about features, cues, columns, formats and notebooks into ``docs``; a
test sees to it that they are up to date.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from empathy_score.features import Feature, all_features
from empathy_score.features.strategies import STRATEGIES, features_of
from empathy_score.lexicon import (
    CUE_LABELS,
    SUBTYPES,
    Pattern,
    find_hits,
    load_lexicon,
    load_matcher,
)
from empathy_score.model import model_columns
from empathy_score.readers.formats import TABLES, Format, formats
from empathy_score.scored import SCORE_COLUMNS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
METRICS = ROOT / "models" / "customer-service" / "metrics.json"

CUES = {
    "greeting": "opens with a hello or a welcome, or with the agent's name",
    "acknowledgement": "recognises what the customer feels, went through or did",
    "perspective_taking": "says that the agent understands, or would feel the same",
    "apology": "says sorry, of one of five kinds",
    "gratitude": "thanks the customer, or appreciates something",
    "reassurance": "calms a worry, or commits to seeing it through",
    "help_offer": "offers help",
    "personalization": "addresses this customer by name, history or their own words",
    "alternatives": "offers another way",
    "follow_up": "promises to come back to it",
    "feedback_request": "asks for a rating or an opinion",
    "positivity": "shares joy, praises or wishes well",
    "open_question": "asks what yes, no or one datum cannot answer",
    "closed_question": "asks for yes, no, a choice or one datum",
    "dismissal": "brushes the customer off, in one of four ways",
    "interruption": "notes that somebody was cut off, as transcribers mark it",
}
"""What an utterance with the cue does."""

COLUMNS = {
    "score": "(p_weak + 2 · p_strong) / 2, from 0 to 1",
    "score_low": "lower end of the score's 90 % interval",
    "score_high": "upper end of it",
    "level": "0 none, 1 weak, 2 strong: the median level",
    "p_none": "calibrated probability of level 0",
    "p_weak": "calibrated probability of level 1",
    "p_strong": "calibrated probability of level 2",
    "emotional_reaction": "warmth, compassion or concern is expressed, 0 to 1",
    "interpretation": "an understanding of the other's feeling is said, 0 to 1",
    "exploration": "what the other has not said is asked about, 0 to 1",
    "opportunity": "the customer's turn before it called for empathy",
    "missed_opportunity": "it did, and no cue of the answer takes it up",
    "interrupted": "this turn was cut off by the other side",
    "p_interrupted": "probability of that, where times can overlap",
    "interrupts": "this turn cut the other side off",
    "response_seconds": "seconds since the other side's turn before it ended",
    "out_of_domain": "not English, or far from what the model knows",
    "cues": "the evidence: label, subtype, start, end, text, pattern, negated of each",
    **{f"cue_{label}": f"cues `{label}` that are not denied" for label in CUE_LABELS},
}
"""What each column that scoring adds holds."""

_KINDS = {"DOUBLE": "number", "BIGINT": "whole number", "BOOLEAN": "true or false"}


def line(*cells: str) -> str:
    """One row of a Markdown table."""
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def table(*names: str) -> Iterator[str]:
    """Give the first two rows of a Markdown table."""
    yield line(*names)
    yield line(*["---"] * len(names))


def strategies_table() -> Iterator[str]:
    """Each taught strategy, what measures it, what cannot be seen."""
    yield from table("strategy", "features of the score", "columns", "what is not seen")
    for strategy in STRATEGIES:
        features = ", ".join(f"`{name}`" for name in features_of(strategy.name))
        columns = ", ".join(f"`{name}`" for name in strategy.columns)
        yield line(strategy.title, features or "-", columns or "-", strategy.limit)


def features_table() -> Iterator[str]:
    """Each feature but those of single rows of the lexicon."""
    yield from table(
        "feature", "unit", "range", "higher means", "moves the score", "source"
    )
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
    """Features and the fifteen strategies."""
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


def cues_page() -> str:
    """Each cue and each of its rows, with examples and counter-examples."""
    lexicon = load_lexicon()
    measured = json.loads(METRICS.read_text(encoding="utf-8"))["cues"]
    parts = [
        "# Cues\n",
        "Made by `python docs/make.py` from the rows in `empathy_score/lexicon`. Each "
        "row is a pattern with examples, in which the words that count are marked, and "
        "counter-examples, in which it must find nothing; the tests hold both. Where "
        "nothing is marked, another row of the same cue finds more there. A cue "
        'that the words around it deny ("I can\'t apologise") is kept, and marked as '
        "`negated`. Precision and recall are those of the [model "
        "card](models/customer-service.md#cues), on the training conversations.\n",
        *table("cue", "an utterance with it", "rows", "precision", "recall"),
        *(cue_line(label, lexicon.cues, measured) for label in CUE_LABELS),
    ]
    for label in CUE_LABELS:
        parts += ["", *cue_section(label, lexicon.cues)]
    parts += [
        "\n## Signals\n",
        "Wording that is no cue of its own, but counts as a feature, or says that a "
        "customer's turn calls for empathy.\n",
        *rows_table(lexicon.signals),
        "\n## Denied and ignored\n",
        "What stands directly before or after a match can deny it, or make it no cue "
        "at all (words that are quoted, or asked about).\n",
        *table("id", "effect", "side", "examples", "no effect in"),
        *(
            line(
                f"`{scope.id}`",
                scope.effect,
                scope.side,
                quoted(map(escaped, scope.examples)),
                quoted(map(escaped, scope.counter_examples)),
            )
            for scope in lexicon.scopes
        ),
        "",
    ]
    return "\n".join(parts)


def cue_line(label: str, rows: Sequence[Pattern], measured: dict[str, Any]) -> str:
    """Show one cue with its figures; some are not labelled."""
    n_rows = sum(row.label == label for row in rows)
    found = measured.get(label)
    figures = ("-", "-")
    if found is not None:
        figures = (f"{found['precision']:.2f}", f"{found['recall']:.2f}")
    return line(f"[`{label}`](#{label})", CUES[label], str(n_rows), *figures)


def cue_section(label: str, rows: Sequence[Pattern]) -> Iterator[str]:
    """One cue, by kind where it has kinds."""
    own = [row for row in rows if row.label == label]
    yield f"## {label}\n"
    yield f"An utterance with it {CUES[label]}.\n"
    for subtype in SUBTYPES.get(label, (None,)):
        if subtype:
            yield f"\n### {label}: {subtype}\n"
        yield from rows_table([row for row in own if row.subtype == subtype])


def rows_table(rows: Sequence[Pattern]) -> Iterator[str]:
    """Each row with its examples."""
    yield from table("row", "found in", "not found in")
    for row in rows:
        yield line(
            f"`{row.id}`",
            quoted(marked(example, row) for example in row.examples),
            quoted(map(escaped, row.counter_examples)),
        )


def marked(example: str, row: Pattern) -> str:
    """Mark what a row finds in its example; another row of the cue may win there."""
    for hit in find_hits(example, load_matcher()):
        if hit.pattern.id == row.id:
            before, after = example[: hit.start], example[hit.end :]
            found = escaped(example[hit.start : hit.end])
            return f"{escaped(before)}<mark>{found}</mark>{escaped(after)}"
    return escaped(example)


def quoted(texts: Iterator[str] | map[str]) -> str:
    """Put texts into one cell, one under the other."""
    return "<br>".join(texts) or "-"


def escaped(text: str) -> str:
    """Show a text in Markdown and HTML as it is."""
    return re.sub(r"([\\`*_{}\[\]#~^|:!])", _entity, escape(text, quote=False))


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def columns_page() -> str:
    """Each column that scoring adds."""
    rows = zip(SCORE_COLUMNS.items(), COLUMNS.items(), strict=True)
    return "\n".join(
        [
            "# Columns that scoring adds\n",
            "Made by `python docs/make.py`. Every column of the input stays, in its "
            "order, and so does every row. Scored are the turns of agents, and every "
            "turn where the input names no roles; other turns have null scores and "
            "keep their cues. What cannot be observed is null, never 0: without "
            "times no interruption, without a customer's turn before it no "
            "opportunity.\n",
            *table("column", "kind", "meaning"),
            *(
                line(f"`{name}`", _KINDS.get(kind, "list of records"), meaning)
                for (name, kind), (_, meaning) in rows
            ),
            "\nIn CSV and SQLite, `cues` is JSON text.",
            "",
        ]
    )


def formats_page() -> str:
    """Each format that can be read."""
    parts = [
        "# Formats that can be read\n",
        "Made by `python docs/make.py` from `empathy_score.readers`; `empathy-score "
        "formats` prints the list. A format is recognised by its content; `--format "
        "NAME` names it. Folders, globs, `.gz`, `.zip` and `-` (standard input) are "
        "read too. What cannot be read is set aside with file, line and reason. How to "
        "add a format: `CONTRIBUTING.md` in the repository.\n",
        *table("name", "what it is", "files"),
        *(line(f"`{one.name}`", one.title, endings(one)) for one in formats()),
        "\n## Tables\n",
        "One message per row. Columns are recognised by their usual names "
        "(`empathy_score/columns.json`), or named: `--text body --conversation "
        "ticket_id --role sender`. Excel needs `pip install 'empathy-score[formats]'`.",
        "",
    ]
    for one in formats():
        if one not in TABLES:
            parts += [f"## {one.title}\n", *format_section(one)]
    return "\n".join(parts)


def endings(one: Format) -> str:
    """Give the usual endings of a format's files."""
    return ", ".join(f"`{ending}`" for ending in one.endings) or "a folder"


def format_section(one: Format) -> Iterator[str]:
    """Show what the format's reader says of it, and a command."""
    module = inspect.getmodule(one.recognises)
    assert module is not None
    said = inspect.cleandoc(module.__doc__ or "")
    yield f"```bash\n{one.example}\n```\n"
    yield plain_markdown(said)
    yield ""


def plain_markdown(docstring: str) -> str:
    """Make Markdown of a docstring: no cross-references, code in single marks."""
    text = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", docstring)
    text = text.replace("``", "`")
    return re.sub(r"(?<![<`])(https://[^\s,)]+[^\s,.)])", r"<\1>", text)


def notebooks_page() -> str:
    """Each notebook: its title and what it is about."""
    parts = [
        "# Notebooks\n",
        "Made by `python docs/make.py` from `notebooks/`, where they lie without "
        "output. They use only what is in this repository, and a test runs each of "
        "them.\n",
        "```bash\npip install '.[docs]' jupyterlab && jupyter lab notebooks\n```\n",
    ]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        said = "".join(cells[0]["source"]).replace("](../docs/", "](")
        parts += [f"#{said.strip()}\n", f"`notebooks/{path.name}`\n"]
    return "\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "features.md": features_page,
    "cues.md": cues_page,
    "columns.md": columns_page,
    "formats.md": formats_page,
    "notebooks.md": notebooks_page,
}
"""What makes each page."""


def main() -> int:
    """Write the pages."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
