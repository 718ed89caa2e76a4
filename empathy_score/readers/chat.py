"""CHAT transcripts (``.cha``) of TalkBank, read by pylangacq.

Each utterance is parsed by itself, so that a broken one costs only itself, and so that
nobody minds that ``@Media`` names another file. Times are milliseconds between the
marks U+0015; utterances may overlap. A role is what ``@Participants`` or ``@ID`` call
one; else the speaker's code stands.

The text is what was said: letters that were left out are filled in (``(be)cause``),
what was taken back stays, codes go. Three kinds of codes stay, because turn-taking is
read from them: ``+/.`` (cut off), ``+//.`` and ``+...`` (gave up), and ``+,`` or ``+^``
at the start (goes on). Actions without words (``0 .``) are left out.

Syntax: https://talkbank.org/0info/manuals/CHAT.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from empathy_score.columns import role_of
from empathy_score.readers.extras import GaveUpError, extra, gives_up
from empathy_score.readers.formats import Format
from empathy_score.readers.spoken import stated_role
from empathy_score.readers.turn import FormatError, Turn, Unusable

_BEGIN = re.compile(r"^@Begin\s*$", re.MULTILINE)
_BREAK = re.compile(r"\r\n|\r|\n")
_MAIN = re.compile(r"\*([^\s:]+):\s+(.*)", re.DOTALL)
_MARK = re.compile("\x15([^\x15]*)\x15?")
_TIMES = re.compile(r'(?:%\w+:"[^"]*"_)?(\d{1,12})_(\d{1,12})')
_LEFT_OUT = re.compile(r"(?<=[^\W\d])\(([^\W\d']+)\)|\(([^\W\d']+)\)(?=[^\W\d])")
_BESIDE = re.compile(r"&\*\w+:\S+|\(\.+\)|\([\d:]*(?:\.\d*)?\)")
_COMPOUND = re.compile(r"(?<=[^\W\d])[+_](?=[^\W\d])")
_GOES_ON = re.compile(r"\+[,^]")
_DROPPED = re.compile(r"&=\S+|[\u2190-\u21ff\u2308-\u230b\u00b0\u2206\u2207\u2260]")
_LONG = re.compile(r"(?<=[^\W\d]):+(?=[^\W\d]|\s|$)")
_ENDS = ((re.compile(r'\+"/?\.$|\+\.$'), "."), (re.compile(r"\+(?:\.\.|!)\?$"), "?"))
_SPACED = re.compile(r"\s+(?=[.,?!;](?:\s|$))")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tier:
    """A line with those that continue it."""

    line: int
    text: str


def _recognises(head: str) -> bool:
    return head.lstrip("\ufeff \r\n").startswith("@") and bool(_BEGIN.search(head))


def _read(text: str, name: str) -> Iterator[Turn | Unusable]:
    """Give the utterances of the main tiers."""
    pylangacq = extra("pylangacq", "CHAT")
    tiers = list(_tiers(text))
    participants = _participants(tiers, pylangacq)
    n_spoken = 0
    for tier in tiers:
        if tier.text.startswith("*"):
            n_spoken += 1
            try:
                yield from _turns(tier.text, name, participants, pylangacq)
            except FormatError as error:
                yield Unusable(reason=str(error), raw=tier.text, line=tier.line)
        elif not tier.text.startswith(("@", "%")):
            reason = "begins with none of '@', '*', '%' and a tab"
            yield Unusable(reason=reason, raw=tier.text, line=tier.line)
    if not n_spoken:
        raise FormatError("has no utterance, no line that begins with '*'")
    if tiers[-1].text.strip() != "@End":
        reason = "the file ends without '@End': the rest may be missing"
        yield Unusable(reason=reason, raw=tiers[-1].text, line=tiers[-1].line)


def _tiers(text: str) -> Iterator[_Tier]:
    tier: _Tier | None = None
    for number, line in enumerate(_BREAK.split(text.lstrip("\ufeff")), 1):
        if tier is not None and line.startswith("\t"):
            tier = _Tier(line=tier.line, text=f"{tier.text} {line.strip()}")
        elif line.strip():
            if tier is not None:
                yield tier
            tier = _Tier(line=number, text=line)
    if tier is not None:
        yield tier


def _participants(tiers: Sequence[_Tier], pylangacq: Any) -> dict[str, Any]:  # noqa: ANN401
    """Look up who takes part, by the codes of the main tiers."""
    listed = [one.text for one in tiers if one.text.startswith(("@Parti", "@ID"))]
    head = "\n".join(("@UTF8", "@Begin", *listed, "@End", ""))
    found = _parsed([head], pylangacq).headers()[0].participants
    return {one.code: one for one in found}


def _parsed(documents: list[str], pylangacq: Any) -> Any:  # noqa: ANN401
    """Parse without judging the files' formalities."""
    try:
        with gives_up():
            return pylangacq.CHAT.from_strs(
                documents, parallel=False, strict=False, mor_tier=None, gra_tier=None
            )
    except (ValueError, GaveUpError) as error:
        raise FormatError(f"cannot be read as CHAT: {error}") from error


def _turns(
    tier: str,
    name: str,
    participants: Mapping[str, Any],
    pylangacq: Any,  # noqa: ANN401
) -> Iterator[Turn]:
    found = _MAIN.fullmatch(tier)
    if found is None:
        raise FormatError("has no ':' and words after the speaker's code")
    code, main = found.groups()
    start, end = _times(main)
    words = _words(_MARK.sub("", main), pylangacq)
    if not words:
        return
    who = participants.get(code)
    stated = (
        stated_role(getattr(who, key, None)) for key in ("role", "name", "custom")
    )
    role = next((one for one in stated if one is not None), None)
    person = None if who is None or stated_role(who.name) else who.name or None
    yield Turn(
        conversation=name,
        text=words,
        role=role,
        speaker=code,
        start=start,
        end=end,
        agent=person if role_of(role) == "agent" else None,
        channel="voice",
    )


def _times(main: str) -> tuple[float | None, float | None]:
    """Take the first start and the last end, which are milliseconds."""
    marks = _MARK.findall(main)
    if not marks:
        return None, None
    found = [_TIMES.fullmatch(mark.strip()) for mark in marks]
    first, last = found[0], found[-1]
    if first is None or last is None:
        wrong = marks[0] if first is None else marks[-1]
        raise FormatError(f"its time mark {wrong!r} is not START_END in milliseconds")
    return int(first[1]) / 1000, int(last[2]) / 1000


def _words(main: str, pylangacq: Any) -> str:  # noqa: ANN401
    """Take the codes out of an utterance; nothing where nobody says a word."""
    whole = _LEFT_OUT.sub(r"\1\2", _BESIDE.sub(" ", main))
    document = f"@UTF8\n@Begin\n*XXX:\t{whole}\n@End\n"
    utterances = _parsed([document], pylangacq).utterances()
    said = "".join(one.audible or "" for one in utterances)
    said = _LONG.sub("", _DROPPED.sub("", said)).strip()
    for code, sign in _ENDS:
        said = code.sub(sign, said)
    said = said.replace("\u2021", ",").replace("\u201e", ",")
    said = _COMPOUND.sub(" ", said)
    said = _SPACED.sub("", " ".join(said.split()))
    if not re.search(r"\w", said):
        return ""
    linker = _GOES_ON.match(main)
    return f"{linker[0]} {said}" if linker else said


FORMAT = Format(
    name="chat",
    title="CHAT transcript (TalkBank)",
    content="text",
    example="empathy-score score call.cha -o scored.csv --roles AGT=agent",
    endings=(".cha",),
    recognises=_recognises,
    read=_read,
)
