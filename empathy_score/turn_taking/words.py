"""How a turn ends, in kinds of words: does a sentence end in its last word.

Words are told apart only as far as grammar's closed classes go (``words.json``, written
for this project); any other word is known by its ending ("-ing", "-ed", ...) alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

N_LAST = 4
"""How many of the last words are looked at."""

_NOTHING, _CUT_OFF, _FILLER, _FIRST_SUFFIX = 0, 1, 2, 3
_SUFFIXES = ("ing", "ed", "ly", "s", "tion", "er", "al", "ive", "e", "y")
_OPEN = _FIRST_SUFFIX + len(_SUFFIXES)
_WORD = re.compile(r"[^\W_][\w'-]*")
_LONGEST_BACKCHANNEL = 3  # words
_LONGEST_LISTENING = 40  # characters

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endings:
    """How turns end.

    Parameters
    ----------
    codes : ndarray of shape (n_turns, 4)
        Kinds of the last four words, the last one last; 0 where there are fewer.
    n_words : ndarray of shape (n_turns,)
        Words in the turn.
    cut_off : ndarray of bool, shape (n_turns,)
        The last word is cut off ("I wan-").
    fillers : ndarray of shape (n_turns,)
        How many "um" and "uh" the turn ends in, 0 to 4.
    listening : ndarray of bool, shape (n_turns,)
        The turn is up to three words such as "mm-hmm", "yeah" and "right".
    """

    codes: Codes
    n_words: Floats
    cut_off: npt.NDArray[np.bool_]
    fillers: Floats
    listening: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Known:
    """The listed words: code by word, class by code, who listens."""

    codes: dict[str, int]
    classes: Codes
    n_classes: int
    listener: frozenset[str]
    vocal: frozenset[str]
    named: dict[str, int]


def endings(texts: Sequence[str], cut: Sequence[bool] | None = None) -> Endings:
    """Describe how turns end.

    Parameters
    ----------
    texts : sequence of str
        What was said; marks of transcribers taken out.
    cut : sequence of bool, optional
        True where a mark says that the last word was cut off.

    Returns
    -------
    Endings

    Examples
    --------
    >>> found = endings(["I was going to the sta-", "Mm-hmm."])
    >>> found.cut_off.tolist(), found.listening.tolist()
    ([True, False], [False, True])
    """
    known = _known()
    codes = np.zeros((len(texts), N_LAST), dtype=np.int64)
    n_words = np.zeros(len(texts))
    for place, text in enumerate(texts):
        last = last_words(text)
        n_words[place] = len(text.split())
        codes[place, N_LAST - len(last) :] = [_code(word, known) for word in last]
    if cut is not None:
        codes[np.asarray(cut, dtype=bool), -1] = _CUT_OFF
    return Endings(
        codes=codes,
        n_words=n_words,
        cut_off=codes[:, -1] == _CUT_OFF,
        fillers=np.cumprod(codes[:, ::-1] == _FILLER, axis=1).sum(axis=1).astype(float),
        listening=np.array([is_listening(text) for text in texts], dtype=bool),
    )


def is_listening(text: str) -> bool:
    """Whether a turn is up to three words such as "mm-hmm", "yeah" and "right".

    Examples
    --------
    >>> is_listening("Yeah, right."), is_listening("Yeah, but why")
    (True, False)
    """
    if len(text) > _LONGEST_LISTENING:
        return False
    words = last_words(text)
    few = 0 < len(words) <= _LONGEST_BACKCHANNEL and len(text.split()) <= len(words)
    return few and _known().listener.issuperset(words)


def last_words(text: str) -> list[str]:
    """Give the last four words, lower-case, a cut-off one with its hyphen.

    Examples
    --------
    >>> last_words("Well, I'd like to know wh-")
    ['like', 'to', 'know', 'wh-']
    """
    tail = " ".join(text.rsplit(None, N_LAST + 2)[-N_LAST - 2 :])
    return _WORD.findall(tail[-200:].lower().replace("\u2019", "'"))[-N_LAST:]


def is_vocal(text: str) -> bool:
    """Whether a turn is only a listener's sound, "mm-hmm", never a message.

    Examples
    --------
    >>> is_vocal("Uh-huh."), is_vocal("Yes.")
    (True, False)
    """
    words = _WORD.findall(text.lower()) if len(text) < 40 else []
    return bool(words) and _known().vocal.issuperset(words)


def ending_classes(codes: Codes, names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Say which kinds of words belong to classes of ``words.json``.

    Examples
    --------
    >>> last = endings(["I saw the", "I saw it"]).codes[:, -1]
    >>> ending_classes(last, ["determiner"]).tolist()
    [True, False]
    """
    known = _known()
    return np.isin(known.classes[codes], [known.named[name] for name in names])


def ending_space(codes: Codes) -> sparse.csr_matrix:
    """Lay kinds of last words out as one-hot columns, alone and in pairs.

    Parameters
    ----------
    codes : ndarray of shape (n_turns, 4)
        From :func:`endings`.

    Returns
    -------
    csr_matrix of shape (n_turns, n_columns)
        The columns depend on ``words.json`` alone, never on any text.

    Examples
    --------
    >>> ending_space(endings(["and then", ""]).codes).sum(axis=1).tolist()
    [[11.0], [11.0]]
    """
    known = _known()
    n_codes, n_classes = len(known.classes), known.n_classes
    last, second, third, fourth = codes[:, ::-1].T
    kinds = known.classes[codes][:, ::-1].T
    blocks: list[tuple[Any, int]] = [
        (last, n_codes),
        (second, n_codes),
        (third, n_codes),
        (fourth, n_codes),
        (kinds[0], n_classes),
        (kinds[1], n_classes),
        (kinds[2], n_classes),
        (kinds[1] * n_codes + last, n_classes * n_codes),
        (kinds[0] * n_codes + second, n_classes * n_codes),
        (kinds[0] * n_classes + kinds[1], n_classes**2),
        (
            (kinds[2] * n_classes + kinds[1]) * n_classes + kinds[0],
            n_classes**3,
        ),
    ]
    firsts = np.cumsum([0, *(size for _, size in blocks)])
    columns = np.stack(
        [block + first for (block, _), first in zip(blocks, firsts[:-1], strict=True)],
        axis=1,
    )
    shape = (len(codes), int(firsts[-1]))
    rows = np.arange(len(codes) + 1) * len(blocks)
    return sparse.csr_matrix(
        (np.ones(columns.size, dtype=np.float32), columns.ravel(), rows), shape=shape
    )


def _code(word: str, known: _Known) -> int:
    if word[-1] == "-":
        return _CUT_OFF
    code = known.codes.get(word)
    if code is not None:
        return code
    for place, suffix in enumerate(_SUFFIXES):
        if word.endswith(suffix) and len(word) > len(suffix) + 2:
            return _FIRST_SUFFIX + place
    return _OPEN


@lru_cache(maxsize=1)
def _known() -> _Known:
    file = resources.files("empathy_score.turn_taking").joinpath("words.json")
    lists: dict[str, list[str]] = json.loads(file.read_text("utf-8"))
    vocal = lists.pop("vocal")
    codes = dict.fromkeys(lists.pop("filler"), _FILLER)
    classes = list(range(_OPEN + 1))
    n_classes = _OPEN + 1
    named = {}
    for name, words in lists.items():
        named[name] = n_classes
        for word in words:
            if word not in codes:
                codes[word] = len(classes)
                classes.append(n_classes)
        n_classes += 1
    return _Known(
        codes=codes,
        classes=np.array(classes),
        n_classes=n_classes,
        listener=frozenset(lists["listener"]) | frozenset(vocal),
        vocal=frozenset(vocal),
        named=named,
    )
