"""What an agent does again and again, counted over turns and conversations."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from empathy_score.coaching.conditions import cue_names, filled, holds
from empathy_score.coaching.quoting import short, whole_words
from empathy_score.coaching.records import Answer, Pattern
from empathy_score.coaching.rows import ConversationRow, PatternRow, load_rules

_MOST_ROWS = 20
_MOST_PHRASES = 2000  # of one agent that are counted
_WARM = frozenset(
    {
        "acknowledgement",
        "perspective_taking",
        "apology",
        "gratitude",
        "reassurance",
        "help_offer",
        "positivity",
    }
)


@dataclass(slots=True)
class Tally:
    """Counts of one rule so far."""

    count: int = 0
    of: int = 0
    rows: list[int] = field(default_factory=list)
    phrases: Counter[str] = field(default_factory=Counter)
    first: dict[str, list[int]] = field(default_factory=dict)
    words: str = ""

    def add(self, row: int) -> None:
        """Count one more, and remember where."""
        self.count += 1
        if len(self.rows) < _MOST_ROWS:
            self.rows.append(row)


Tallies = dict[str, Tally]
"""Of one agent, by rule."""


def count_habits(tallies: Tallies, turns: Sequence[Answer]) -> None:
    """Count one conversation of one agent.

    Parameters
    ----------
    tallies : dict of str to Tally
        The agent's counts so far; it is added to.
    turns : sequence of Answer
        The agent's turns in that conversation, their messages joined.
    """
    readable = [turn for turn in turns if turn.readable]
    for row in load_rules().pattern:
        tally = tallies.setdefault(row.id, Tally())
        for turn in readable:
            if holds(row.of, turn):
                tally.of += 1
                if holds(row.when, turn):
                    tally.add(turn.rows[0])
                    tally.words = tally.words or _first_words(row, turn)
    phrases = _phrases(readable)
    for rule in load_rules().conversation:
        tally = tallies.setdefault(rule.id, Tally())
        if rule.measure == "share_of_turns":
            _count_share(rule, tally, readable)
        elif readable:
            tally.of += 1
            _count_phrases(rule, tally, phrases)


def patterns_of(tallies: Mapping[str, Tally]) -> tuple[Pattern, ...]:
    """Say which habits the counts show.

    Parameters
    ----------
    tallies : mapping of str to Tally
        From :func:`count_habits`.

    Returns
    -------
    tuple of Pattern
        Habits to keep first, then those to change, in the order of the rules.
    """
    found = [
        _pattern(row, row.good, tallies[row.id])
        for row in load_rules().pattern
        if row.id in tallies and _shows(row, tallies[row.id])
    ]
    for row in load_rules().conversation:
        tally = _named(row, tallies.get(row.id, Tally()))
        if tally.count >= row.least:
            found.append(_pattern(row, False, tally))
    return tuple(sorted(found, key=lambda pattern: not pattern.good))


def _first_words(row: PatternRow, turn: Answer) -> str:
    """Give the words of the first cue that a habit asks for."""
    asked = {*row.when.cue, *row.when.any_cue}
    found = (cue for cue in turn.cues if asked & cue_names([cue]))
    first = next(found, None)
    return "" if first is None else whole_words(turn.text, first.start, first.end)


def _shows(row: PatternRow, tally: Tally) -> bool:
    enough = tally.count >= row.least
    return enough and tally.count >= row.share * tally.of


def _pattern(row: PatternRow | ConversationRow, good: bool, tally: Tally) -> Pattern:
    words = {
        "count": f"{tally.count:,}",
        "of": f"{tally.of:,}",
        "words": short(tally.words),
    }
    if tally.phrases:
        words["phrase"] = short(tally.phrases.most_common(1)[0][0])
    return Pattern(
        rule=row.id,
        says=filled(row.says, words),
        good=good,
        count=tally.count,
        of=tally.of,
        rows=tuple(tally.rows),
    )


def _named(row: ConversationRow, tally: Tally) -> Tally:
    """Of phrases from one conversation to the next, take the commonest one."""
    if row.measure != "phrase_in_conversations":
        return tally
    for phrase, count in tally.phrases.most_common(1):
        if count >= row.share * tally.of:
            return Tally(
                count=count,
                of=tally.of,
                rows=tally.first[phrase],
                phrases=Counter({phrase: count}),
            )
    return Tally()


def _phrases(turns: Sequence[Answer]) -> dict[str, list[int]]:
    """Give the rows of each warm phrase, in lower case on one line."""
    found: dict[str, list[int]] = {}
    for turn in turns:
        said = {
            " ".join(cue.text.lower().split())
            for cue in turn.cues
            if cue.label in _WARM and not cue.negated
        }
        for phrase in said:
            found.setdefault(phrase, []).append(turn.rows[0])
    return found


def _count_share(rule: ConversationRow, tally: Tally, turns: Sequence[Answer]) -> None:
    if len(turns) < rule.turns:
        return
    tally.of += 1
    having = [turn for turn in turns if rule.cue in cue_names(turn.cues)]
    if len(having) >= rule.share * len(turns):
        tally.add(having[0].rows[0])


def _count_phrases(
    rule: ConversationRow, tally: Tally, phrases: Mapping[str, list[int]]
) -> None:
    long = {
        phrase: rows
        for phrase, rows in phrases.items()
        if len(phrase.split()) >= rule.words and len(rows) >= rule.times
    }
    if not long:
        return
    if rule.measure == "phrase_repeated":
        often = max(sorted(long), key=lambda phrase: len(long[phrase]))
        tally.add(long[often][0])
        tally.phrases[often] += 1
        return
    for phrase, rows in itertools.islice(sorted(long.items()), _MOST_PHRASES):
        if phrase in tally.phrases or len(tally.phrases) < _MOST_PHRASES:
            tally.phrases[phrase] += 1
            kept = tally.first.setdefault(phrase, [])
            if len(kept) < _MOST_ROWS:
                kept.append(rows[0])
