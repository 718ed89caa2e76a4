"""A plain form of a text for matching, with the way back to the original.

Patterns are written for lower-case text with straight quotes and usual spelling.
What people and exports really contain (curly quotes, capitals, HTML remains,
zero-width characters, "sooooo sorry", "thx", "appologize") is brought into that form
here, and every position in it can be traced to the original text. The spellings are
data, ``lexicon/spellings.jsonl``: a usual word or phrase a line (``plain``) and how
else it is written (``written``).
"""

from __future__ import annotations

import bisect
import html
import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from empathy_score.errors import LexiconError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

# One character for one character, so that positions stay the same.
_SAME_LENGTH = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201b": "'",
        "\u02bc": "'",
        "\u00b4": "'",
        "`": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u00a0": " ",
        "\u2007": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u3000": " ",
        "\t": " ",
        "\uff01": "!",
        "\uff1f": "?",
    }
)

# What has another length in plain form: runs of blanks and HTML tags, entities,
# invisible characters, letters held down. Each alternative is bounded or cannot
# overlap itself, so the scan is linear.
_BLANK = r"&nbsp;|&\#160;|</?[a-z][^<>]{0,200}>"
_OTHER_LENGTH = re.compile(
    rf"(?:{_BLANK}| (?=[ &<]))(?:{_BLANK}| )*|&\#?\w{{2,8}};"
    r"|[\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f]+"
    r"|([a-z])\1{2,}"
)
# A long line that goes on in the next one; a short line is a message of its own.
_WRAPPED = re.compile(r"([^\n]{40}(?<=[\w,]))\n(?=[a-z])")
_BETWEEN = "\0"
_NO_ASCII = 128
_LETTERS_BEFORE = re.compile(r"[a-z]{0,12}$")
_LETTERS_AFTER = re.compile(r"[a-z]{0,12}")
_WORD_REACH = 12  # letters beside a held one that are read to know the word

# A word, or a word and what is left of one that lost its apostrophe ("i m").
_WORD = re.compile(
    r"(?<![\w'&/@#-])(?<!\w\.)([a-z0-9][a-z0-9']*)"
    r"( (?:m|re|r|ll|ve|t|nt)(?![\w'-]))?(?![\w'@#-]|\.\w)"
)
# What may stand directly behind a word; each is looked up with its word.
_ENDINGS = ("", ".", ",", "!", "?", ";", ":", ")", "..", "...", "!!", "!!!", "?!")


class PlainText(NamedTuple):
    """A text in the form that patterns are matched against.

    Attributes
    ----------
    text : str
        The plain form.
    offsets : tuple of int or None
        ``offsets[i]`` is where the plain character ``i`` begins in the original;
        one entry more than characters. None where both have the same positions.
    """

    text: str
    offsets: tuple[int, ...] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of the plain span ``[start, end)``.

        Parameters
        ----------
        start, end : int
            A span of the plain text.

        Returns
        -------
        tuple of int
            Start and end in the original text.
        """
        if self.offsets is None:
            return start, end
        first, last = self.offsets[start], self.offsets[max(start, end)]
        if first == last and start < end:  # inside what one written word stands for
            first = self.offsets[bisect.bisect_left(self.offsets, first) - 1]
        return first, last


@dataclass(frozen=True, slots=True, kw_only=True)
class Spellings:
    """Other ways of writing words.

    Parameters
    ----------
    plain : mapping of str to str
        From what is written to the usual word or phrase.
    tokens : frozenset of str
        A text without any of these, split at blanks, needs no respelling.
    doubled : frozenset of str
        Words that keep two of a letter when it is held down ("goooood").
    """

    plain: Mapping[str, str]
    tokens: frozenset[str]
    doubled: frozenset[str]


@lru_cache(maxsize=1)
def load_spellings() -> Spellings:
    """Read the spellings that ship with the package, once.

    Returns
    -------
    Spellings
        Cached.

    Raises
    ------
    LexiconError
        If a row is not valid; the text names file and line.

    Examples
    --------
    >>> load_spellings().plain["appologize"]
    'apologize'
    """
    return read_spellings(
        resources.files("empathy_score").joinpath("lexicon", "spellings.jsonl")
    )


def read_spellings(file: Traversable | Path) -> Spellings:
    """Read a file of spellings.

    Parameters
    ----------
    file : Path
        One object a line: ``plain``, and ``written`` as a list, which may be empty
        for a word that is here only for its doubled letter.

    Returns
    -------
    Spellings
        What :func:`plain_text` needs.

    Raises
    ------
    LexiconError
        If a row is not valid, or one spelling stands for two words.
    """
    plain: dict[str, str] = {}
    doubled: set[str] = set()
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        where = f"{file.name}:{number}"
        word, written = _spelling(line, where)
        if re.search(r"([a-z])\1", word):
            doubled.add(word)
        for form in written:
            if form in plain:
                raise LexiconError(
                    f"{where}: {form!r} stands for {plain[form]!r} already; "
                    "each spelling may stand for one word"
                )
            plain[form] = word
    return Spellings(
        plain=plain,
        tokens=frozenset(form.split()[-1] + end for form in plain for end in _ENDINGS),
        doubled=frozenset(doubled),
    )


def _spelling(line: str, where: str) -> tuple[str, list[str]]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise LexiconError(f"{where}: not a JSON object: {error}") from error
    if not _is_spelling(row):
        raise LexiconError(
            f"{where}: found {line[:60]!r}; allowed is an object with the keys "
            "'plain', a text, and 'written', a list of texts"
        )
    for form in row["written"]:
        found = _WORD.fullmatch(form)
        if found is None or (" " in form and found[2] is None):
            raise LexiconError(
                f"{where}: {form!r} is not one lower-case word, nor a word and "
                "'m', 're', 'r', 'll', 've', 't' or 'nt'"
            )
    return row["plain"], row["written"]


def _is_spelling(row: object) -> bool:
    return (
        isinstance(row, dict)
        and set(row) == {"plain", "written"}
        and isinstance(row["plain"], str)
        and isinstance(row["written"], list)
        and all(isinstance(form, str) for form in row["written"])
    )


def plain_text(text: str) -> PlainText:
    """Bring a text into plain form.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    PlainText
        Lower case, straight quotes, single blanks, entities resolved, usual spelling.

    Examples
    --------
    >>> plain = plain_text("I\u2019m soooo sorry &amp; sad")
    >>> plain.text
    "i'm so sorry & sad"
    >>> plain.original(4, 6)
    (4, 9)
    >>> plain_text("im sory, thx 4 waiting").text
    "i'm sorry, thanks 4 waiting"
    """
    return plain_texts([text])[0]


def plain_texts(texts: Sequence[str]) -> list[PlainText]:
    """Bring many texts into plain form: :func:`plain_text` of each, but faster.

    What needs no more than lower case and straight quotes, most texts by far, is
    folded together.

    Parameters
    ----------
    texts : sequence of str
        Any texts.

    Returns
    -------
    list of PlainText
        One for each text.

    Examples
    --------
    >>> [plain.text for plain in plain_texts(["Sooo SORRY", "I\u2019m in"])]
    ['so sorry', "i'm in"]
    """
    simple = [
        text.isascii() and "\n" not in text and _BETWEEN not in text for text in texts
    ]
    joined = _BETWEEN.join(itertools.compress(texts, simple))
    together = iter(_lowered(joined).split(_BETWEEN))
    folded = [
        next(together) if alike else _folded(text)
        for text, alike in zip(texts, simple, strict=True)
    ]
    unusual = load_spellings().tokens
    result = []
    for text, may in zip(folded, _may_shorten(folded), strict=True):
        plain, offsets = text, None
        if may:
            plain, offsets = _rewritten(text, _OTHER_LENGTH, _shortened, None)
        if not unusual.isdisjoint(plain.split()):
            plain, offsets = _rewritten(plain, _WORD, _respelt, offsets)
        result.append(PlainText(plain, offsets))
    return result


def _may_shorten(folded: Sequence[str]) -> list[bool]:
    """Say in which texts may be what has another length; a quick first look.

    That is two blanks in a row, the first character of an entity or a tag, one that
    is not of ASCII, or a letter that stands three times.
    """
    whole = _BETWEEN.join([*folded, ""])
    at = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32)
    found = (at == ord("&")) | (at == ord("<")) | (at >= _NO_ASCII)
    doubled = at[1:] == at[:-1]
    found[1:] |= doubled & (at[1:] == ord(" "))
    found[2:] |= (
        doubled[1:] & doubled[:-1] & (at[2:] >= ord("a")) & (at[2:] <= ord("z"))
    )
    sizes = np.fromiter(map(len, folded), np.int64, len(folded)) + len(_BETWEEN)
    in_text: list[bool] = np.logical_or.reduceat(found, sizes.cumsum() - sizes).tolist()
    return in_text


def _lowered(text: str) -> str:
    """Fold text of ASCII without line breaks."""
    return text.lower().replace("`", "'").replace("\t", " ")


def _folded(text: str) -> str:
    """Lower case and straight quotes; no position moves."""
    if "\n" in text:
        text = _WRAPPED.sub(r"\1 ", text)
    if text.isascii():
        return _lowered(text)
    straight = text.translate(_SAME_LENGTH)
    folded = straight.lower()
    if len(folded) == len(text):
        return folded
    return "".join(  # a capital whose lower case is two characters
        low if len(low := char.lower()) == 1 else char for char in straight
    )


def _rewritten(
    text: str,
    expression: re.Pattern[str],
    replacement: Callable[[re.Match[str]], str],
    before: tuple[int, ...] | None,
) -> tuple[str, tuple[int, ...] | None]:
    """Replace matches; ``before`` are the offsets that ``text`` has already.

    A character of a replacement leads back to the character at the same place of
    what it replaces, the surplus ones to its end.
    """
    pieces: list[str] = []
    offsets: list[int] = []
    done = 0
    for match in expression.finditer(text):
        new = replacement(match)
        start, end = match.span()
        if new == match.group():
            continue
        pieces += (text[done:start], new)
        offsets.extend(range(done, start))
        offsets.extend(min(start + place, end) for place in range(len(new)))
        done = end
    if not done:
        return text, before
    pieces.append(text[done:])
    offsets.extend(range(done, len(text) + 1))
    if before is not None:
        offsets = [before[place] for place in offsets]
    return "".join(pieces), tuple(offsets)


def _respelt(match: re.Match[str]) -> str:
    usual = load_spellings().plain
    found = match.group()
    whole = usual.get(found)
    if whole is not None:
        return whole
    word, rest = match.group(1), match.group(2) or ""
    return usual.get(word, word) + (f" {usual.get(rest[1:], rest[1:])}" if rest else "")


def _shortened(match: re.Match[str]) -> str:
    found = match.group()
    if found[0] in "< " or found.startswith(("&nbsp;", "&#160;")):
        return " "
    if found[0] == "&":
        character = html.unescape(found).translate(_SAME_LENGTH).lower()
        return character if len(character) == 1 else found
    return _held(match) if match.group(1) else ""


def _held(match: re.Match[str]) -> str:
    """One of a letter held down, or two in a word that has two ("goooood")."""
    letter, text = match.group(1), match.string
    start, end = match.span()
    left = _LETTERS_BEFORE.search(text[max(0, start - _WORD_REACH) : start])
    right = _LETTERS_AFTER.match(text[end : end + _WORD_REACH])
    word = "".join(
        (left.group() if left else "", 2 * letter, right.group() if right else "")
    )
    return 2 * letter if word in load_spellings().doubled else letter
