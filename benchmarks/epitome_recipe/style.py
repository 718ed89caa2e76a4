"""How a response speaks, counted: of whom, of when, how generally, what it asks.

A weak interpretation says no more than that it understands ("I know the feeling"); a
strong one tells of an experience or names a feeling. Their words are the same, so what
parts them is how much is told, of whom, and beside what.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

KINDS = {
    "own side": r"i|im|ive|id|ill|me|my|mine|myself",
    "other side": r"you|youre|youve|your|yourself|u|ur",
    "anyone": r"we|us|our|people|everyone|they",
    "past": r"was|were|had|did|felt|went|got|been|used to|\w{3,}ed",
    "advice": r"should|try|need to|have to|could|can|go|get|talk|dont",
    "feeling": r"feel\w*|felt|sad|alone|lonely|depress\w*|anxi\w*|hurt\w*|pain\w*|"
    r"hard|tough|rough|tired|numb|scared|hate|awful|terrible|suck\w*|happy",
    "absolute": r"always|never|every|nothing|all|so",
    "alike": r"too|also|same|either|exactly|agree|yeah|yes|yep",
}
"""Words and phrases by what they tell, in plain form without apostrophes."""

_KINDS = {
    name: re.compile(rf"\b(?:{pattern})\b", re.ASCII) for name, pattern in KINDS.items()
}
_OWN, _OTHER = _KINDS["own side"], _KINDS["other side"]
_GENERAL = re.compile(
    r"\b(?:understand|relate|feel (?:you|ya|the same|this way|that way)|"
    r"get (?:you|it|that)|know (?:how|the|that|this|what you)|me too|same|been there|"
    r"familiar)\b"
)
_WORD, _CONTENT = re.compile(r"\w+"), re.compile(r"\w{4,}")
_OPEN = re.compile(r"\b(?:what|how|why|when|who|where|which)\b")
_CLOSED = re.compile(
    r"\b(?:do|did|have|are|were|is|has|would|can|could) "
    r"(?:you|u|your|they|he|she|it|there)\b"
)
_LONGEST = 40


def style_counts(text: str, sentences: Sequence[str], post: str) -> dict[str, float]:
    """Count how a response speaks; its texts and the post in plain form."""
    return {
        **_kinds(text, sentences),
        **_general(sentences),
        **_questions(sentences),
        **_beside_post(text, post),
    }


def style_matrix(
    texts: Sequence[str], sentences: Sequence[Sequence[str]], posts: Sequence[str]
) -> tuple[list[str], Array]:
    """Names of the counts, and those of each response, shape (n_pairs, n_counts)."""
    rows = [style_counts(*row) for row in zip(texts, sentences, posts, strict=True)]
    return list(rows[0]), np.array([list(row.values()) for row in rows])


def _kinds(text: str, sentences: Sequence[str]) -> dict[str, float]:
    """Length, and each kind of word: how many, and their share."""
    n_words, n_sentences = _n(_WORD, text), len(sentences)
    found = {
        "length": np.log1p(n_words),
        "number of pieces": np.log1p(n_sentences),
        "length of pieces": n_words / max(n_sentences, 1),
    }
    for name, pattern in _KINDS.items():
        count = _n(pattern, text)
        found[name] = np.log1p(count)
        found[f"{name}, share"] = count / max(n_words, 1)
    for name, pattern in (("own side", _OWN), ("other side", _OTHER)):
        speaks = [pattern.search(one) is not None for one in sentences] or [False]
        found[f"{name}, share of pieces"] = float(np.mean(speaks))
        found[f"{name} first"] = float(speaks[0])
    return found


def _general(sentences: Sequence[str]) -> dict[str, float]:
    """Whether it says in general that it understands, and how briefly."""
    lengths = [_n(_WORD, one) for one in sentences if _GENERAL.search(one)]
    return {
        "general": float(bool(lengths)),
        "general, length": np.log1p(min([*lengths, _LONGEST])),
        "general, share of pieces": len(lengths) / max(len(sentences), 1),
    }


def _questions(sentences: Sequence[str]) -> dict[str, float]:
    """How many questions, how long, of which kind and of whom."""
    asked = [one for one in sentences if "?" in one]
    lengths = [_n(_WORD, one) for one in asked] or [0]
    found = {
        "asks": float(len(asked)),
        "asks, share of pieces": len(asked) / max(len(sentences), 1),
        "asks, length": np.log1p(sum(lengths)),
        "asks, longest": np.log1p(max(lengths)),
        "asks last": float(bool(asked) and asked[-1] == sentences[-1]),
    }
    for name, pattern in (
        ("openly", _OPEN),
        ("yes or no", _CLOSED),
        ("of the other side", _OTHER),
        ("of the own side", _OWN),
    ):
        found[f"asks {name}"] = float(sum(bool(pattern.search(one)) for one in asked))
    return found


def _beside_post(text: str, post: str) -> dict[str, float]:
    """Tell what it takes up of the post, and how the post speaks itself."""
    n_words = max(_n(_WORD, post), 1)
    own, theirs = set(_CONTENT.findall(text)), set(_CONTENT.findall(post))
    return {
        "taken up": np.log1p(len(own & theirs)),
        "taken up, share": len(own & theirs) / max(len(own), 1),
        "length of post": np.log1p(n_words),
        "post asks": float(post.count("?")),
        "post of its own side": _n(_OWN, post) / n_words,
        "post of the other side": _n(_OTHER, post) / n_words,
    }


def _n(pattern: re.Pattern[str], text: str) -> int:
    return len(pattern.findall(text))
