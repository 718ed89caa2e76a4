"""Missed opportunities and strong moments, in plain words with their evidence."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from empathy_score.coaching.conditions import (
    evidence_for,
    filled,
    first_row,
    holds,
)
from empathy_score.coaching.customers import (
    Said,
    call_probabilities,
    is_met,
    weight_of,
    words_that_called,
)
from empathy_score.coaching.quoting import phrase_around, whole_words
from empathy_score.coaching.records import Answer, Evidence, Moment
from empathy_score.coaching.rows import load_rules
from empathy_score.opportunity import answers

_LEAST_SCORE = 0.55  # of a strong moment: somewhat more than weak
_MOST_OF_ONE_CONVERSATION = 2
_OPENING_WORDS = 12


_NOT_FOUND = {
    "trouble": "no acknowledgement, understanding, reassurance or {other}apology was "
    "found in it",
    "good_news": "no well-wishing, acknowledgement, understanding or reassurance was "
    "found in it",
}
_CALL_OF = {"trouble": "frustration", "good_news": "good_news"}


def missed_moments(turns: Iterable[Answer], least_sure: float = 0.0) -> list[Moment]:
    """Say which turns of agents missed what the customer said.

    Parameters
    ----------
    turns : iterable of Answer
        Whole turns, their messages joined.
    least_sure : float, default 0
        Leave out what is less sure, in [0, 1].

    Returns
    -------
    list of Moment
        In the order of ``turns``. A turn is left out where the table says it missed
        nothing, where it is not readable, or where no rule knows the words that
        called: of those nothing could be said.
    """
    missing = [turn for turn in turns if turn.missed and turn.readable]
    calls = call_probabilities([turn.reply_to or "" for turn in missing])
    found = []
    for turn, called in zip(missing, calls, strict=True):
        at_most = called * turn.p_none
        if at_most < least_sure:
            continue  # words can only make it less sure
        said = _unanswered(turn, words_that_called(turn.reply_to or ""))
        sure = at_most * weight_of(said)
        if said and sure >= least_sure:
            found.append(_missed(turn, said, sure))
    return found


def strong_moments(messages: Iterable[Answer]) -> list[Moment]:
    """Say which messages of agents are strong, and what makes them so.

    Parameters
    ----------
    messages : iterable of Answer
        Single messages.

    Returns
    -------
    list of Moment
        In the order of ``messages``: those with a score of 0.55 or more of which a
        rule can say what they do.
    """
    return [
        moment
        for message in messages
        if message.readable and message.called and message.score >= _LEAST_SCORE
        for moment in _strength(message)
    ]


def chosen(moments: Iterable[Moment], most: int) -> tuple[Moment, ...]:
    """Choose the surest moments, without repeating oneself.

    Parameters
    ----------
    moments : iterable of Moment
        Of one agent.
    most : int
        How many at most.

    Returns
    -------
    tuple of Moment
        Surest first, each quote once, at most two of one conversation.
    """
    best: list[Moment] = []
    quotes: set[str] = set()
    told: Counter[str | None] = Counter()
    for moment in sorted(moments, key=lambda moment: (-moment.sure, moment.row)):
        quote = " ".join(moment.quote.lower().split())
        full = told[moment.conversation] >= _MOST_OF_ONE_CONVERSATION
        if len(best) < most and quote not in quotes and not full:
            best.append(moment)
            quotes.add(quote)
            told[moment.conversation] += 1
    return tuple(best)


def _unanswered(turn: Answer, said: Iterable[Said]) -> list[Said]:
    """Leave out what the turn does answer."""
    return [
        one
        for one in said
        if not answers(_CALL_OF[one.row.kind], turn.cues)
        and not is_met(one.row, turn.text)
    ]


def _missed(turn: Answer, said: Sequence[Said], sure: float) -> Moment:
    """Put the customer's words, what the reply did and what comes first together."""
    reply_to = turn.reply_to or ""
    heaviest = said[0]
    place = heaviest.evidence
    phrase = phrase_around(reply_to, place.start, place.end)
    row = first_row(load_rules().reply, turn)
    if row is None:
        raise AssertionError("the last row of reply.jsonl has no conditions")
    spans = evidence_for(row.says, turn)
    if "{reply}" in row.says:
        spans["reply"] = _opening(turn.text)
    other = "other " if any(cue.label == "apology" for cue in turn.cues) else ""
    words = _words(spans, turn.text) | _goes_on(spans, turn.text)
    says = " ".join(
        (
            filled(heaviest.row.says, {"said": phrase}),
            f"{filled(row.says, words)};",
            f"{filled(_NOT_FOUND[heaviest.row.kind], {'other': other})}.",
            heaviest.row.first,
        )
    )
    return Moment(
        agent=turn.group,
        conversation=turn.conversation,
        turn=turn.turn,
        row=turn.rows[0],
        quote=turn.text,
        reply_to=turn.reply_to,
        score=turn.score,
        what_was_said=phrase,
        says=says,
        rule=f"{heaviest.row.id}.{row.id}",
        sure=sure,
        evidence=(*(one.evidence for one in said), *spans.values()),
    )


def _strength(message: Answer) -> Iterator[Moment]:
    """Say what a message does, by the first rule that fits; nothing if none does."""
    reply_to = message.reply_to or ""
    said = words_that_called(reply_to)
    names = {one.row.id for one in said}
    for row in load_rules().strength:
        spans = evidence_for(row.says, message)
        if not (holds(row.when, message, names) and _apart(spans)):
            continue
        phrase = None
        if said:
            place = said[0].evidence
            phrase = phrase_around(reply_to, place.start, place.end)
        yield Moment(
            agent=message.group,
            conversation=message.conversation,
            turn=message.turn,
            row=message.rows[0],
            quote=message.text,
            reply_to=message.reply_to,
            score=message.score,
            what_was_said=phrase,
            says=filled(row.says, _words(spans, message.text, clause=True)),
            rule=row.id,
            sure=message.p_strong,
            evidence=(*(one.evidence for one in said[:1]), *spans.values()),
        )
        return


def _words(
    spans: Mapping[str, Evidence], text: str, *, clause: bool = False
) -> dict[str, str]:
    """Quote each span, up to the end of its clause unless another one is in it."""
    words = {}
    for slot, span in spans.items():
        whole = whole_words(text, span.start, span.end, clause=clause)
        others = [one.text for one in spans.values() if one is not span]
        if clause and any(other in whole for other in others):
            whole = whole_words(text, span.start, span.end)
        words[slot] = whole
    return words


def _apart(spans: Mapping[str, Evidence]) -> bool:
    """Whether no span holds another: the same words are not praised twice."""
    places = sorted((span.start, span.end) for span in spans.values())
    return all(one[1] <= other[0] for one, other in itertools.pairwise(places))


def _goes_on(spans: Mapping[str, Evidence], text: str) -> dict[str, str]:
    """Show that a reply is longer than what is quoted of its beginning."""
    if "reply" not in spans or not text[spans["reply"].end :].strip():
        return {}
    place = spans["reply"]
    return {"reply": whole_words(text, place.start, place.end).rstrip("…") + "…"}


def _opening(text: str) -> Evidence:
    """Give the first words of a reply."""
    words = list(re.finditer(r"\S+", text))[:_OPENING_WORDS]
    start, end = words[0].start(), words[-1].end()
    return Evidence(
        side="quote", start=start, end=end, label="reply", text=text[start:end]
    )
