"""What is known of the shipped expressions before they are used.

Taking hundreds of expressions apart, to find the words that each needs and how it can
begin, takes as long as importing everything else. It is done once, by

    python -m empathy_score.lexicon

which writes ``prepared.npz`` beside this file; a test says when that is due. An
expression that is not in it (a user's own, or one that was just changed) is taken apart
where it is needed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from empathy_score.lexicon.beginnings import N_CHARACTERS, Pairs, first_pairs
from empathy_score.lexicon.literals import Literal, Needed, needed_of, parsed

# A choice that ends so is an exception: what it matches is taken, and is no evidence.
EXCEPTION = "()"
FILE = "prepared.npz"
_BYTES = 16  # of a digest


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What is known of one expression.

    Parameters
    ----------
    needed : tuple of Needed
        From :func:`~.literals.needed_of`.
    beginnings : ndarray of bool, shape (129, 129)
        From :func:`~.beginnings.first_pairs`.
    """

    needed: tuple[Needed, ...]
    beginnings: Pairs


def prepared(expression: str) -> Prepared:
    """Give what is known of an expression; take it apart if nothing is.

    Parameters
    ----------
    expression : str
        A regular expression, valid.

    Returns
    -------
    Prepared

    Examples
    --------
    >>> (needed,) = prepared("so (?:sorry|sad)").needed
    >>> sorted(piece.text for piece in needed.one_of)
    [' so sad ', ' so sorry ']
    """
    place = _stored().place.get(_digest(expression))
    return taken_apart(expression) if place is None else _stored().at(place)


def is_prepared(expression: str) -> bool:
    """Say whether an expression is one of those known to be valid.

    Parameters
    ----------
    expression : str
        Of a row.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_prepared("(")
    False
    """
    return _digest(expression) in _stored().place


def taken_apart(expression: str) -> Prepared:
    """Find out the same anew.

    Parameters
    ----------
    expression : str
        A regular expression, valid.

    Returns
    -------
    Prepared
    """
    items = parsed(expression)
    needed = needed_of(items, anywhere=EXCEPTION in expression)
    return Prepared(needed, first_pairs(items))


@dataclass(frozen=True, slots=True)
class _Stored:
    """The file; ``place`` says where each expression's part is."""

    place: dict[bytes, int]
    needed: Sequence[str]
    beginnings: npt.NDArray[np.uint8]

    def at(self, place: int) -> Prepared:
        needed = [
            Needed(
                one_of=frozenset(Literal(text, shift) for text, shift in one_of),
                also=frozenset(also),
            )
            for one_of, also in json.loads(self.needed[place])
        ]
        bits = np.unpackbits(self.beginnings[place], count=N_CHARACTERS**2)
        pairs = bits.reshape(N_CHARACTERS, N_CHARACTERS).astype(np.bool_)
        return Prepared(tuple(needed), pairs)


@lru_cache(maxsize=1)
def _stored() -> _Stored:
    file = resources.files("empathy_score.lexicon") / FILE
    if not file.is_file():
        return _Stored({}, (), np.zeros((0, 0), dtype=np.uint8))
    with file.open("rb") as handle, np.load(handle, allow_pickle=False) as arrays:
        digests = arrays["digests"].tobytes()
        needed = arrays["needed"].tobytes().decode("ascii").split("\n")
        beginnings = arrays["beginnings"]
    starts = range(0, len(digests), _BYTES)
    place = {digests[at : at + _BYTES]: at // _BYTES for at in starts}
    return _Stored(place, needed, beginnings)


def _digest(expression: str) -> bytes:
    return hashlib.blake2b(expression.encode(), digest_size=_BYTES).digest()


def write(expressions: Iterable[str], file: Path) -> None:
    """Take expressions apart and store what is found.

    Parameters
    ----------
    expressions : iterable of str
        Of the shipped rows.
    file : Path
        Is written over.
    """
    different = sorted(set(expressions))
    found = [taken_apart(expression) for expression in different]
    digests = b"".join(map(_digest, different))
    needed = "\n".join(json.dumps(_listed(one.needed)) for one in found)
    np.savez_compressed(
        file,
        digests=np.frombuffer(digests, np.uint8),
        needed=np.frombuffer(needed.encode("ascii"), np.uint8),
        beginnings=np.stack([np.packbits(one.beginnings) for one in found]),
    )


def _listed(needed: Sequence[Needed]) -> list[object]:
    return [
        [sorted([piece.text, piece.shift] for piece in each.one_of), sorted(each.also)]
        for each in needed
    ]
