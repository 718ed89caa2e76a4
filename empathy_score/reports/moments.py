"""The quotes of a report: missed opportunities, and coaching for each agent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from empathy_score.coaching import Coaching, Evidence, Moment, Pattern, load_rules
from empathy_score.redaction import Redacted, moved_span, redact_text
from empathy_score.reports.cue_kinds import cue_meanings
from empathy_score.reports.kept import Kept, Names
from empathy_score.reports.wording import count_words, score_words

MISSED_SHOWN, MISSED_MOST = 15, 60
"""How many missed opportunities the page shows at once, and holds."""

PEOPLE_MOST = 60
"""Agents whose coaching the page holds: those with most conversations."""

_LONGEST = 400  # characters of a quote; the conversation view has the whole turn
_QUOTED_SLOT = re.compile(r" ?\(?“\{[^}]*\}”\)?")
_Place = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How moments are written for a page.

    Parameters
    ----------
    kept : Kept
        The conversations of the page, for links.
    places : mapping of int to (str, int)
        Conversation of a row, and its place there, from 1.
    show_text, redacted : bool
        Whether texts are shown, and masked.
    names : callable
        How names are written.
    """

    kept: Kept
    places: Mapping[int, _Place]
    show_text: bool
    redacted: bool
    names: Names


def told_moment(moment: Moment, telling: Telling, *, strength: bool) -> dict[str, Any]:
    """Make a moment ready for the page.

    Parameters
    ----------
    moment : Moment
        From coaching.
    telling : Telling
        How.
    strength : bool
        Whether it is one to keep.

    Returns
    -------
    dict
        ``says``, ``quote`` and ``reply_to`` (pieces of text, each with the family of
        the cue that it is, or None where texts are not shown), ``score``, ``agent``,
        ``conversation``, ``turn``, ``link``, ``strength``.
    """
    conversation, position = telling.places[moment.row]
    place = telling.kept.places.get(conversation)
    says = moment.says if telling.show_text else _says_without_text(moment.rule)
    return {
        "says": _shown(says, telling).text,
        "quote": _pieces(moment.quote, "quote", moment.evidence, telling),
        "reply_to": _pieces(moment.reply_to, "reply_to", moment.evidence, telling),
        "score": score_words(moment.score),
        "agent": None if moment.agent is None else telling.names(moment.agent),
        "conversation": telling.names(conversation),
        "turn": position,
        "link": None if place is None else f"#c{place}.{position}",
        "strength": strength,
    }


def _shown(text: str, telling: Telling) -> Redacted:
    return redact_text(text) if telling.redacted else Redacted(text=text, spans=())


def _pieces(
    text: str | None, side: str, evidence: Sequence[Evidence], telling: Telling
) -> list[dict[str, str | None]] | None:
    """Cut a text where its evidence begins and ends."""
    if text is None or not telling.show_text:
        return None
    shown = _shown(text, telling)
    spans = [
        (*place, _family(one.label))
        for one in evidence
        if one.side == side and one.label != "reply"
        for place in [moved_span(shown, one.start, one.end)]
        if place is not None
    ]
    return list(_cut(shown.text, sorted(spans)))


def _cut(
    text: str, spans: Sequence[tuple[int, int, str]]
) -> Iterator[dict[str, str | None]]:
    at, last = 0, _end_of_quote(text)
    for start, end, family in spans:
        if at <= start and end <= last:
            if at < start:
                yield {"text": text[at:start], "family": None}
            yield {"text": text[start:end], "family": family}
            at = end
    rest = text[at:last] + ("" if last == len(text) else " …")
    if rest:
        yield {"text": rest, "family": None}


def _end_of_quote(text: str) -> int:
    if len(text) <= _LONGEST:
        return len(text)
    return max(text.rfind(" ", 0, _LONGEST), _LONGEST // 2)


def _family(label: str) -> str:
    """Give the colour of a cue; the customer's own words have none of the cues'."""
    meaning = cue_meanings().get(label)
    return "told" if meaning is None else str(meaning["family"])


@cache
def _templates() -> dict[str, str]:
    rules = load_rules()
    found = {row.id: row.says for row in (*rules.reply, *rules.strength)}
    found |= {row.id: row.says for row in rules.pattern}
    return found | {row.id: row.says for row in rules.conversation}


def _says_without_text(rule: str) -> str:
    """Say what a rule says, without the words of the conversation."""
    customer, _, answer = rule.rpartition(".")
    said = [
        f"{_QUOTED_SLOT.sub('', row.says)} {row.first}"
        for row in load_rules().customer
        if row.id == customer
    ]
    own = _QUOTED_SLOT.sub("", _templates()[answer]).strip().rstrip(".")
    return " ".join([f"{own}.", *said])


def _pattern_words(pattern: Pattern, telling: Telling) -> str:
    if telling.show_text:
        return _shown(pattern.says, telling).text
    bare = _QUOTED_SLOT.sub("", _templates()[pattern.rule])
    return bare.format(count=pattern.count, of=pattern.of)


def missed_part(
    moments: Sequence[Moment], figures: Mapping[str, Any], telling: Telling
) -> dict[str, Any]:
    """Make the list of missed opportunities.

    Parameters
    ----------
    moments : sequence of Moment
        Surest first.
    figures : mapping
        From :func:`~empathy_score.reports.figures.whole_figures`.
    telling : Telling
        How they are written.

    Returns
    -------
    dict
        ``says``, ``moments``, ``shown``.
    """
    of_all = count_words(figures["missed"], "turn")
    if not figures["opportunities"]:
        says = ["No turn is known to answer a customer who called for empathy."]
    elif not figures["missed"]:
        says = ["No missed opportunity was found."]
    elif not moments:
        says = [
            f"{of_all} of customers called for empathy and got none; no rule "
            "names the words that called, so none is listed."
        ]
    else:
        says = [
            f"{of_all} of customers called for empathy and got none. Listed are the "
            f"{len(moments):,} surest in which a rule names the words that called."
        ]
    listed = [told_moment(one, telling, strength=False) for one in moments]
    return {"says": says, "moments": listed, "shown": MISSED_SHOWN}


def coaching_part(people: Sequence[Coaching], telling: Telling) -> dict[str, Any]:
    """Make the coaching of each agent.

    Parameters
    ----------
    people : sequence of Coaching
        From :func:`~empathy_score.coaching.coach`.
    telling : Telling
        How moments are written.

    Returns
    -------
    dict
        ``says``, ``people``.
    """
    ranked = sorted(people, key=lambda one: -one.conversations)[:PEOPLE_MOST]
    shown = [one for one in people if one in ranked]
    says = [
        "What worked and what was missing, from rules that name the words they rest "
        "on. Nothing is generated. Read the whole conversation before you speak "
        "about it."
    ]
    if len(shown) < len(people):
        says.append(
            f"Listed are the {PEOPLE_MOST:,} of {count_words(len(people), 'agent')} "
            "with most conversations."
        )
    return {"says": says, "people": [_person(one, telling) for one in shown]}


def _person(one: Coaching, telling: Telling) -> dict[str, Any]:
    keep = [told_moment(moment, telling, strength=True) for moment in one.strengths]
    missed = [told_moment(moment, telling, strength=False) for moment in one.missed]
    habits = [(row.good, _pattern_words(row, telling)) for row in one.patterns]
    note = [
        count_words(one.conversations, "conversation"),
        count_words(len(keep), "strong moment"),
        count_words(len(missed), "missed opportunity", "missed opportunities"),
    ]
    return {
        "name": "Nobody named" if one.agent is None else telling.names(one.agent),
        "note": ", ".join(note),
        "keep": [says for good, says in habits if good],
        "change": [says for good, says in habits if not good],
        "strengths": keep,
        "missed": missed,
    }
