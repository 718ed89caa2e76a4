"""What the page says of cues: titles, families (colours), meanings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=1)
def _declared() -> dict[str, Any]:
    file = resources.files("empathy_score.reports") / "cue_words.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def cue_families() -> list[dict[str, str]]:
    """Give the families of cues, each with the cues in it.

    Returns
    -------
    list of dict
        ``name``, ``title``, ``says``; a name is a class of the style sheet.

    Examples
    --------
    >>> cue_families()[0]["title"]
    'Understanding'
    """
    return [dict(one) for one in _declared()["families"]]


def cue_meanings() -> dict[str, dict[str, Any]]:
    """Give what is said of each cue.

    Returns
    -------
    dict of str to dict
        By label: ``title``, ``family``, ``says``, ``subtypes`` (kind to meaning).

    Examples
    --------
    >>> cue_meanings()["apology"]["subtypes"]["refusal"]
    'A sorry that comes before a no.'
    """
    return {one["label"]: {"subtypes": {}, **one} for one in _declared()["cues"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class CueKinds:
    """Numbers for cues and patterns, so that the page names each only once.

    Parameters
    ----------
    kinds : mapping of (str, str or None) to int
        Number of each cue's label and subtype.
    patterns : mapping of str to int
        Number of each row of the lexicon.
    """

    kinds: Mapping[tuple[str, str | None], int]
    patterns: Mapping[str, int]


def number_cues(
    labels: Iterable[tuple[str, str | None]], patterns: Iterable[str]
) -> CueKinds:
    """Give cues and patterns their numbers.

    Parameters
    ----------
    labels : iterable of (str, str or None)
        Label and subtype.
    patterns : iterable of str
        Identifiers of rows of the lexicon.

    Returns
    -------
    CueKinds

    Examples
    --------
    >>> number_cues([("greeting", None)], ["greeting.hello"]).patterns
    {'greeting.hello': 0}
    """
    return CueKinds(
        kinds={one: number for number, one in enumerate(labels)},
        patterns={one: number for number, one in enumerate(patterns)},
    )


def kind_words(label: str, subtype: str | None) -> dict[str, str | None]:
    """Say what a cue is.

    Parameters
    ----------
    label : str
        A cue; one that this version does not know is shown under its own name.
    subtype : str or None
        Its kind.

    Returns
    -------
    dict
        ``label``, ``subtype``, ``title``, ``family``, ``says``.

    Examples
    --------
    >>> kind_words("greeting", None)["title"]
    'Greeting'
    """
    unknown = {"title": label, "family": "question", "says": "", "subtypes": {}}
    meaning: Mapping[str, Any] = cue_meanings().get(label, unknown)
    says = meaning["subtypes"].get(subtype, meaning["says"])
    return {
        "label": label,
        "subtype": subtype,
        "title": meaning["title"],
        "family": meaning["family"],
        "says": says,
    }
