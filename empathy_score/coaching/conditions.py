"""Whether the conditions of a rule hold, and what its sentence quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from empathy_score.coaching.records import Answer, Evidence
from empathy_score.coaching.rows import AnswerRow, When
from empathy_score.records import Cue

_SLOT = re.compile(r"\{([^{}]+)\}")
_SENTENCE_END = re.compile(r"[.!?]+(?=\W|$)|\n")
# Where a question begins that follows thanks or a greeting without a full stop.
_QUESTION_OPENER = re.compile(
    r"(?:[,;:\n]\s{0,9}|(?<=[\w#]) (?=[A-Z]))((?i:can|could|may|do|did|are|is|have|has|"
    r"would|will|what|which|when|where|who|why|how)\b)"
)
_CUE_EDGE = re.compile(r"[,;.!?](?=\s|$)|\n|(?<=[a-z]) (?=[A-Z][a-z]+ )")
_FEWEST_WORDS = 3  # of a question; "more?" alone says too little


def holds(when: When, answer: Answer, said: Iterable[str] = ()) -> bool:
    """Whether all conditions hold.

    Parameters
    ----------
    when : When
        Conditions.
    answer : Answer
        What they are about.
    said : iterable of str
        Rows of ``customer.jsonl`` that were found in the customer's turn.

    Returns
    -------
    bool
        A condition on what cannot be observed does not hold.
    """
    facts = (
        (when.called, answer.called),
        (when.missed, answer.missed),
        (when.interrupts, answer.interrupts),
    )
    if any(wanted is not None and wanted != found for wanted, found in facts):
        return False
    if when.said and set(when.said).isdisjoint(said):
        return False
    if when.asks is not None and when.asks != (question_of(answer) is not None):
        return False
    return _cues_hold(when, answer)


def _cues_hold(when: When, answer: Answer) -> bool:
    if not (when.cue or when.any_cue or when.no_cue):
        return True
    names = cue_names(answer.cues)
    return (
        names.issuperset(when.cue)
        and (not when.any_cue or not names.isdisjoint(when.any_cue))
        and names.isdisjoint(when.no_cue)
    )


def cue_names(cues: Iterable[Cue]) -> set[str]:
    """Give labels, kinds and rows of the lexicon of the cues that are not denied.

    Examples
    --------
    >>> cue_names([])
    set()
    """
    names = set()
    for cue in cues:
        if not cue.negated:
            names |= {cue.label, cue.pattern}
            if cue.subtype is not None:
                names.add(f"{cue.label}.{cue.subtype}")
    return names


def question_of(answer: Answer) -> Evidence | None:
    """Give the longest question that asks for something, up to its question mark.

    Parameters
    ----------
    answer : Answer
        With cues.

    Returns
    -------
    Evidence or None
        None where there is none but "is there anything else?" or one too short.
    """
    offers = [cue for cue in answer.cues if cue.label == "help_offer"]
    found = [
        question
        for cue in answer.cues
        if cue.label in ("closed_question", "open_question")
        and not cue.negated
        and not any(cue.start < one.end and one.start < cue.end for one in offers)
        and (question := _question(answer.text, cue)) is not None
    ]
    return max(found, key=lambda one: one.end - one.start, default=None)


def _question(text: str, cue: Cue) -> Evidence | None:
    mark = _SENTENCE_END.search(text, cue.end - 1)
    if mark is None or "?" not in mark[0]:
        return None
    start = cue.start
    for opener in _QUESTION_OPENER.finditer(text, cue.start, cue.end):
        start = opener.start(1)
    words = text[start : mark.end()]
    if len(words.split()) < _FEWEST_WORDS:
        return None
    return Evidence(
        side="quote", start=start, end=mark.end(), label=cue.label, text=words
    )


def first_row(
    rows: Sequence[AnswerRow], answer: Answer, said: Iterable[str] = ()
) -> AnswerRow | None:
    """Give the first row whose conditions hold."""
    return next((row for row in rows if holds(row.when, answer, said)), None)


def evidence_for(template: str, answer: Answer) -> dict[str, Evidence]:
    """Find the spans of an answer that a template quotes.

    Parameters
    ----------
    template : str
        With slots such as ``{apology.specific}`` or ``{question}``.
    answer : Answer
        With cues.

    Returns
    -------
    dict of str to Evidence
        By slot. A slot with ``|`` takes the first alternative that is there; the
        longest cue stands for its label.
    """
    found: dict[str, Evidence] = {}
    for slot in _SLOT.findall(template):
        for name in slot.split("|"):
            span = question_of(answer) if name == "question" else _cue(name, answer)
            if span is not None:
                found[slot] = span
                break
    return found


def filled(template: str, words: Mapping[str, str]) -> str:
    """Put words into the slots of a template.

    Examples
    --------
    >>> filled("{count} of {of} turns", {"count": "4", "of": "5"})
    '4 of 5 turns'
    """
    return _SLOT.sub(lambda match: words[match[1]], template)


def _cue(name: str, answer: Answer) -> Evidence | None:
    fitting = [cue for cue in answer.cues if name in cue_names([cue])]
    if not fitting:
        return None
    cue = max(fitting, key=lambda cue: cue.end - cue.start)
    end = cue.end
    if cue.label == "gratitude":  # its row goes on to what the thanks are for
        edge = _CUE_EDGE.search(answer.text, cue.start + 1, cue.end)
        end = edge.start() if edge else cue.end
    words = answer.text[cue.start : end]
    return Evidence(side="quote", start=cue.start, end=end, label=cue.label, text=words)
