"""Pairs of post and response: reading them, and all that is counted unlearned."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from empathy_score.features import EmpathyFeatures
from empathy_score.normalization import plain_text
from empathy_score.sentences import sentences_of
from epitome_recipe.style import style_matrix

MECHANISMS = ("emotional_reaction", "interpretation", "exploration")
COLUMNS = (
    *("group", "context", "text", *MECHANISMS),
    *(f"{mechanism}_rationale" for mechanism in MECHANISMS),
)

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Span = tuple[int, int]
Evidence = Sequence[Sequence[Sequence[Span]]]
"""Spans of each pair's rationales, by mechanism."""

_WORD = re.compile(r"[\w'\u2019]+|[?!]+|[:;=]['-]?[()DPdp/|]|<3")
_SENTENCE_SHARE, _WORD_SHARE = 0.3, 0.99


class DataError(Exception):
    """The data cannot be used; the message says why."""


@dataclass(frozen=True)
class Pieces:
    """Sentences, or words, in the order of the pairs that they belong to."""

    owner: Places
    """Place of the pair, shape (n,); ascends."""
    start: Places
    end: Places
    levels: Places
    """Level that it shows in each mechanism, shape (n, 3)."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of post and response; texts in plain form without apostrophes."""

    group: npt.NDArray[np.str_]
    texts: list[str]
    posts: list[str]
    levels: Places
    """Shape (n_pairs, 3)."""
    features: Array
    """The library's features of the responses."""
    sentences: Pieces
    sentence_texts: list[str]
    sentence_features: Array
    """The library's features of each sentence, then where it stands."""
    words: Pieces
    sentence_of_word: Places
    style_names: list[str]
    style: Array
    """How each response speaks, shape (n_pairs, n_style_names)."""


def read_rows(file: Path) -> list[dict[str, str]]:
    """Read the rows of a CSV file and check its columns and levels."""
    csv.field_size_limit(10**9)
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise DataError(f"{file}: {problem}") from problem
    lacking = [name for name in COLUMNS if not rows or name not in rows[0]]
    if lacking:
        raise DataError(f"{file}: no row with the columns {', '.join(lacking)}")
    for number, row in enumerate(rows, 2):
        if any(row[name] is None for name in COLUMNS):
            raise DataError(f"{file}, row {number}: fewer cells than columns")
        for mechanism in MECHANISMS:
            if row[mechanism] not in {"0", "1", "2"}:
                raise DataError(
                    f"{file}, row {number}: {mechanism} is {row[mechanism]!r}; "
                    "allowed: 0, 1, 2"
                )
    return rows


def counted(rows: Sequence[dict[str, str]]) -> Pairs:
    """Cut responses into sentences and words; compute the features."""
    texts, posts = [row["text"] for row in rows], [row["context"] for row in rows]
    levels = np.array([[int(row[name]) for name in MECHANISMS] for row in rows])
    evidence = [
        [located(row["text"], row[f"{name}_rationale"]) for name in MECHANISMS]
        for row in rows
    ]
    cut = [
        (place, *piece)
        for place, text in enumerate(texts)
        for piece in sentences_of(text) or [(0, len(text), "")]
    ]
    sentences = _pieces([piece[:3] for piece in cut], _SENTENCE_SHARE, levels, evidence)
    inside, words = _words(texts, sentences)
    before = [post or None for post in posts]
    owned = [(texts[place][start:end], before[place]) for place, start, end, _ in cut]
    found = EmpathyFeatures().transform([*zip(texts, before, strict=True), *owned])
    found = np.nan_to_num(np.asarray(found, dtype=np.float64))
    plain, plain_posts = ([_plain(text) for text in side] for side in (texts, posts))
    within: list[list[str]] = [[] for _ in rows]
    for place, _, _, sentence in cut:
        within[place].append(sentence)
    names, style = style_matrix(plain, within, plain_posts)
    standing = np.array(list(_standing(sentences.owner)), dtype=np.float64)
    return Pairs(
        group=np.array([row["group"] for row in rows]),
        texts=plain,
        posts=plain_posts,
        levels=levels,
        features=found[: len(rows)],
        sentences=sentences,
        sentence_texts=[text for _, _, _, text in cut],
        sentence_features=np.hstack([found[len(rows) :], standing]),
        words=_pieces(words, _WORD_SHARE, levels, evidence),
        sentence_of_word=np.array(inside, dtype=np.int64),
        style_names=names,
        style=style,
    )


def located(text: str, rationale: str) -> list[Span]:
    """Find the pieces of a rationale in the text; blanks may differ."""
    spans = []
    for piece in rationale.split("|"):
        wanted = r"\s+".join(map(re.escape, piece.split()))
        found = re.search(wanted, text, re.IGNORECASE) if wanted else None
        if found:
            spans.append(found.span())
    return spans


def _pieces(
    cut: Sequence[tuple[int, int, int]],
    share: float,
    levels: Places,
    evidence: Evidence,
) -> Pieces:
    """Give each piece the level of the spans that cover this share of it.

    All pieces of a pair have its level where no span can be found.
    """
    shown = np.zeros((len(cut), 3), dtype=np.int64)
    for place, (owner, start, end) in enumerate(cut):
        for column, spans in enumerate(evidence[owner]):
            covered = max((min(b, end) - max(a, start) for a, b in spans), default=-1)
            if covered > 0 and covered >= share * (end - start):
                shown[place, column] = levels[owner, column]
    table = np.array(cut, dtype=np.int64).reshape(-1, 3)
    best = np.zeros_like(levels)
    np.maximum.at(best, table[:, 0], shown)
    lost = (levels > best)[table[:, 0]]
    shown[lost] = levels[table[:, 0]][lost]
    return Pieces(table[:, 0], table[:, 1], table[:, 2], shown)


def _words(
    texts: Sequence[str], sentences: Pieces
) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Words of the sentences, and the sentence of each."""
    inside: list[int] = []
    cut: list[tuple[int, int, int]] = []
    for number, (owner, start, end) in enumerate(
        zip(sentences.owner, sentences.start, sentences.end, strict=True)
    ):
        for match in _WORD.finditer(texts[owner], start, end):
            inside.append(number)
            cut.append((int(owner), *match.span()))
    return inside, cut


def _standing(owner: Places) -> Iterator[tuple[float, ...]]:
    """First, last, number of sentences, relative place."""
    n_sentences = np.bincount(owner)
    seen = np.zeros(len(n_sentences), dtype=np.int64)
    for place in owner:
        number, n = int(seen[place]), int(n_sentences[place])
        seen[place] += 1
        yield number == 0, number == n - 1, float(np.log(n)), number / n


def _plain(text: str) -> str:
    return plain_text(text).text.replace("'", "")
