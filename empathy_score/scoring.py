"""Score utterances: texts, frames, streams. The package's front door."""

from __future__ import annotations

import gc
import hashlib
import os
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed, effective_n_jobs
from narwhals.typing import IntoDataFrameT
from spacy.language import Language

from empathy_score.errors import InputError
from empathy_score.explanation import EmpathyScore
from empathy_score.features.reading import read_texts
from empathy_score.features.repetition import Said, count_repeated
from empathy_score.features.transformer import make_cue_pipeline
from empathy_score.frames import HALF_CHARACTER, add_columns, table_of, utterances_of
from empathy_score.later_turns import Known, Live, fill_in
from empathy_score.lexicon import Matcher, Pattern, load_matcher, own_rows_of
from empathy_score.model import (
    Model,
    Predictions,
    check_own_cues,
    contributions_of,
    load_model,
    predict,
)
from empathy_score.opportunity import (
    OpportunityModel,
    load_opportunity_model,
    opportunities_of,
)
from empathy_score.records import MECHANISMS, Role, Utterance
from empathy_score.score_columns import SCORE_COLUMNS, roles_to_score
from empathy_score.scored import (
    Row,
    Scored,
    cue_counts,
    cue_table,
    empty_columns,
    joined,
)
from empathy_score.turn_order import replies
from empathy_score.utterance_table import UtteranceTable

__all__ = ["SCORE_COLUMNS", "EmpathyScorer", "Row", "Scored", "roles_to_score"]

_TURNS_TOGETHER = 1000  # more do not fit the processor's cache
_LEAST_TURNS = 1000  # in a process's part


@dataclass(frozen=True, slots=True)
class _Packed:
    """A pickled scorer; joblib writes an array once, and every process maps it."""

    sha256: str
    content: npt.NDArray[np.uint8] = field(compare=False, repr=False)


def _packed(content: bytes) -> _Packed:
    return _Packed(hashlib.sha256(content).hexdigest(), np.frombuffer(content, "u1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EmpathyScorer:
    """Scores utterances with one model.

    Parameters
    ----------
    nlp : Language
        A pipeline with ``empathy_cues``.
    model : Model
        What makes features a score.
    opportunity : OpportunityModel
        What says which customers' turns call for empathy.
    matcher : Matcher, optional
        What finds the cues; the shipped lexicon's if not given.

    Examples
    --------
    >>> scorer = EmpathyScorer.load()
    >>> one = scorer.score("I'm so sorry it came broken again.")
    >>> one.level > 0, one.cues[0].label
    (True, 'apology')
    """

    nlp: Language
    model: Model
    opportunity: OpportunityModel
    matcher: Matcher = field(default_factory=load_matcher, repr=False)
    _packed: list[_Packed] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def __reduce__(self) -> tuple[Any, tuple[_Packed]]:
        """Pack once, and unpack once in each process that gets it again and again."""
        if not self._packed:
            parts = (self.nlp, self.model, self.opportunity, self.matcher)
            self._packed.append(_packed(pickle.dumps(parts)))
        return _unpacked, (self._packed[0],)

    @classmethod
    def load(
        cls,
        model: str | Path | None = None,
        *,
        patterns: str | Path | Sequence[str | Path] = (),
    ) -> EmpathyScorer:
        """Load a model and make the pipeline.

        Parameters
        ----------
        model : str or Path, optional
            A folder, or a name under ``models/``; None is the shipped model.
        patterns : str, Path or sequence of these, optional
            Files of own cues, as :func:`~empathy_score.lexicon.read_own_rows` reads
            them. They are cues beside the shipped ones, and count in the score as
            their labels do.

        Returns
        -------
        EmpathyScorer

        Raises
        ------
        ModelError
            If there is no such model, it does not fit this version, or it was
            trained with own cues that ``patterns`` lacks.
        LexiconError
            If a file of own cues is not valid; the text names file and line.
        """
        return cls.with_rows(own_rows_of(patterns), model)

    @classmethod
    def with_rows(
        cls, own: tuple[Pattern, ...], model: str | Path | None = None
    ) -> EmpathyScorer:
        """Load a model and make the pipeline, with own cues that are read already.

        Parameters
        ----------
        own : tuple of Pattern
            From :func:`~empathy_score.lexicon.read_own_rows`.
        model : str or Path, optional
            As in :meth:`load`.

        Returns
        -------
        EmpathyScorer

        Raises
        ------
        ModelError
            As in :meth:`load`.
        """
        loaded = load_model(model)
        check_own_cues(loaded, own)
        return cls(
            nlp=make_cue_pipeline(),
            model=loaded,
            opportunity=load_opportunity_model(),
            matcher=load_matcher(own),
        )

    def score(self, text: str, reply_to: str | None = None) -> EmpathyScore:
        """Score one utterance.

        Parameters
        ----------
        text : str
            What the agent wrote or said.
        reply_to : str, optional
            The customer's turn before it.

        Returns
        -------
        EmpathyScore

        Raises
        ------
        InputError
            If ``text`` or ``reply_to`` is no text, ``text`` is empty, or one of them
            holds half a character (a lone surrogate, from bytes decoded wrongly).
        """
        if not isinstance(text, str) or not text.strip():
            raise InputError(f"text must be a text that is not empty, got {text!r}")
        if reply_to is not None and not isinstance(reply_to, str):
            raise InputError(f"reply_to must be a text or None, got {reply_to!r}")
        for part in (text, reply_to or ""):
            if half := HALF_CHARACTER.search(part):
                raise InputError(
                    f"the text holds half a character at position {half.start()}; "
                    "decode it with the encoding it was written in"
                )
        read = read_texts(self.nlp, [text, reply_to], matcher=self.matcher)
        found = predict(self.model, read.turns([0], [1], None))
        p_none, p_weak, p_strong = found.probabilities[0].tolist()
        low, high = found.intervals[0].tolist()
        contributions = contributions_of(self.model, found.X)[0]
        return EmpathyScore(
            text=text,
            score=float(found.scores[0]),
            level=int(found.levels[0]),
            probabilities=(p_none, p_weak, p_strong),
            interval=(low, high),
            mechanisms={
                name: float(found.mechanisms[name][0])
                if name in found.mechanisms
                else None
                for name in MECHANISMS
            },
            out_of_domain=bool(found.out_of_domain[0]),
            cues=cue_table(read, [0]).cues_at(0),
            sentence=self.model.sentences.best_judged(read.plain[0], found.judged),
            contributions=contributions,
            decision_value=sum(contributions.values()),
        )

    def score_frame(
        self,
        frame: IntoDataFrameT,
        *,
        text: str | None = None,
        conversation: str | None = None,
        role: str | None = None,
        turn: str | None = None,
        start: str | None = None,
        end: str | None = None,
        roles: Mapping[str, Role] | None = None,
        score_roles: Sequence[Role] | None = None,
        n_jobs: int = 1,
    ) -> IntoDataFrameT:
        """Score a table of utterances.

        Parameters
        ----------
        frame : pandas, polars or pyarrow table
            One row per utterance; any order.
        text, conversation, role, turn, start, end : str, optional
            Names of the columns; recognised by their usual names if not given.
        roles : mapping of str to role, optional
            What the table's role names mean, ``{"end-user": "customer"}`` for instance.
        score_roles : sequence of role, optional
            Whose turns are scored: the agent's by default, and every turn where the
            table names no roles.
        n_jobs : int, default 1
            Processes to use, as in scikit-learn; -1 for all cores. The result is the
            same. A process takes seconds to start and is kept for the next call, so
            that more than one pays from about 50,000 rows on.

        Returns
        -------
        frame of the same kind
            All rows and columns in their order, and the columns of
            :data:`SCORE_COLUMNS`. Rows with null or empty text have null scores.

        Raises
        ------
        InputError
            If ``frame`` is no such table, there is no text column, a named column
            does not exist, or ``n_jobs`` is no number of processes.

        Examples
        --------
        >>> import polars as pl
        >>> texts = ["I completely understand.", "Order number?"]
        >>> table = EmpathyScorer.load().score_frame(pl.DataFrame({"text": texts}))
        >>> table["level"].to_list()
        [1, 0]
        """
        table = table_of(frame)
        names = {
            "text": text,
            "conversation": conversation,
            "role": role,
            "turn": turn,
            "start": start,
            "end": end,
        }
        utterances, has_roles = utterances_of(table, names, roles)
        wanted = roles_to_score(score_roles, has_roles=has_roles)
        scored = self._in_parallel(utterances, wanted, n_jobs)
        return cast(
            "IntoDataFrameT", add_columns(table, scored, utterances.row).to_native()
        )

    def score_stream(
        self,
        utterances: Iterable[Utterance],
        *,
        score_roles: Sequence[Role] | None = ("agent", "unknown"),
        known: Known | None = None,
    ) -> Iterator[Row]:
        """Score turns one after another as they come.

        Parameters
        ----------
        utterances : iterable of Utterance
            Each conversation in order; conversations may be interleaved.
        score_roles : sequence of role
            Whose turns are scored.
        known : callable, optional
            Is called with an earlier turn and a dict of those columns of its row that
            are now known: ``missed_opportunity``, ``interrupted``, ``p_interrupted``
            and ``cue_interruption`` once the other side has gone on, or the
            stream has ended; ``interrupts`` and ``response_seconds`` again where
            times show only later that turns can overlap. The last call holds.

        Yields
        ------
        dict
            One row of :data:`SCORE_COLUMNS` for each turn, at once. What waits for
            later turns is null. With what ``known`` was told, all rows equal those
            of :meth:`score_utterances`; scores do so at once.

        Examples
        --------
        >>> said = [("customer", "It broke!"), ("agent", "Number?"), ("customer", "7")]
        >>> turns = [
        ...     Utterance(row=row, conversation="1", role=role, text=text)
        ...     for row, (role, text) in enumerate(said)
        ... ]
        >>> def known(turn, columns):
        ...     print(turn.row, columns)
        >>> rows = EmpathyScorer.load().score_stream(turns, known=known)
        >>> [row["level"] for row in rows]
        1 {'missed_opportunity': True}
        [None, 0, None]
        """
        wanted = roles_to_score(score_roles, has_roles=True)
        said: Said = {}
        live = Live(known)
        for utterance, reply in _with_replies(utterances):
            alone = UtteranceTable.of([utterance])
            scored = self._scored(alone, [reply], wanted, said)
            yield live.row(utterance, scored)
        live.end()

    def score_utterances(
        self, utterances: Sequence[Utterance], score_roles: frozenset[Role]
    ) -> list[Row]:
        """Score a batch of whole conversations.

        Parameters
        ----------
        utterances : sequence of Utterance
            Each conversation in order.
        score_roles : frozenset of role
            Whose turns are scored.

        Returns
        -------
        list of dict
            One row of :data:`SCORE_COLUMNS` for each utterance.
        """
        return self.score_columns(utterances, score_roles).rows()

    def score_columns(
        self, utterances: Sequence[Utterance], score_roles: frozenset[Role]
    ) -> Scored:
        """Score a batch of whole conversations, column by column.

        Parameters
        ----------
        utterances : sequence of Utterance
            Each conversation in order.
        score_roles : frozenset of role
            Whose turns are scored.

        Returns
        -------
        Scored
            What :meth:`score_utterances` gives, as arrays.
        """
        table, said = UtteranceTable.of(utterances), Said()
        before = list(replies(table))
        scored = joined(
            [
                self._scored(
                    table[first : first + _TURNS_TOGETHER],
                    before[first : first + _TURNS_TOGETHER],
                    score_roles,
                    said,
                )
                for first in range(0, max(len(table), 1), _TURNS_TOGETHER)
            ]
        )
        return fill_in(scored, table)

    def _in_parallel(
        self, utterances: UtteranceTable, score_roles: frozenset[Role], n_jobs: int
    ) -> Scored:
        """Score whole conversations, which stand together, in processes."""
        if isinstance(n_jobs, bool) or not isinstance(n_jobs, int) or n_jobs == 0:
            raise InputError(
                f"n_jobs must be a number of processes, or -1 for all cores, "
                f"got {n_jobs!r}"
            )
        parts = [*_parts(utterances, 8 * effective_n_jobs(n_jobs))]
        if n_jobs == 1 or len(parts) < 2:
            return self.score_columns(utterances, score_roles)
        score = delayed(_score_part)
        found = Parallel(n_jobs=n_jobs, batch_size=1)(
            score(self, part, score_roles, os.getpid()) for part in parts
        )
        return joined(found)

    def _scored(
        self,
        utterances: UtteranceTable,
        reply_to: Sequence[str | None],
        score_roles: frozenset[Role],
        said: Said,
    ) -> Scored:
        """All that does not depend on later turns."""
        n_turns = len(utterances)
        places = [
            place for place, role in enumerate(utterances.role) if role in score_roles
        ]
        before = [reply_to[place] for place in places]
        texts = utterances.text
        read = read_texts(self.nlp, [*texts, *before], matcher=self.matcher)
        cues = cue_table(read, read.place[:n_turns])
        columns = {**empty_columns(n_turns), **cue_counts(cues)}
        kinds: list[str | None] = [None] * n_turns
        if places:
            phrases = [read.phrases[read.place[place]] for place in places]
            roles = [utterances.role[place] for place in places]
            names = [utterances.conversation[place] for place in places]
            sides = [*zip(names, roles, strict=True)]
            n_repeated = count_repeated(phrases, sides, said)
            turns = read.turns(
                places, range(n_turns, n_turns + len(places)), n_repeated
            )
            for name, values in _values(predict(self.model, turns)).items():
                columns[name][places] = values
            called = opportunities_of(turns.before, self.opportunity).kinds
            asked = [
                (place, kind)
                for place, role, reply, kind in zip(
                    places, roles, before, called, strict=True
                )
                if role == "agent" and reply is not None
            ]
            for place, kind in asked:
                kinds[place] = kind
            answering = np.array([place for place, _ in asked], dtype=np.int64)
            columns["opportunity"][answering] = [kind is not None for _, kind in asked]
        return Scored(columns=columns, cues=cues, kinds=tuple(kinds))


@lru_cache(maxsize=1)
def _unpacked(packed: _Packed) -> EmpathyScorer:
    """Give the same scorer to every task that a process gets."""
    nlp, model, opportunity, matcher = pickle.loads(packed.content.tobytes())
    return EmpathyScorer(nlp=nlp, model=model, opportunity=opportunity, matcher=matcher)


def _score_part(
    scorer: EmpathyScorer, part: UtteranceTable, score_roles: frozenset[Role], pid: int
) -> Scored:
    """Score a part; ``pid`` is the process that asks for it."""
    if os.getpid() != pid:
        _freeze()
    return scorer.score_columns(part, score_roles)


@cache
def _freeze() -> None:
    """Spare the garbage collector what is loaded, in a process that only scores.

    Looking at all of it again and again takes a tenth of the time.
    """
    gc.freeze()


def _parts(utterances: UtteranceTable, n_parts: int) -> Iterator[UtteranceTable]:
    """Cut between conversations into parts of about the same size."""
    names = utterances.conversation
    size = max(-(-len(names) // n_parts), _LEAST_TURNS)
    first = 0
    while first < len(names):
        last = min(first + size, len(names))
        while last < len(names) and names[last] == names[last - 1]:
            last += 1
        yield utterances[first:last]
        first = last


def _values(found: Predictions) -> dict[str, npt.NDArray[Any]]:
    """Everything that the model says of each turn, by column."""
    return {
        "score": found.scores,
        "score_low": found.intervals[:, 0],
        "score_high": found.intervals[:, 1],
        "level": found.levels,
        "p_none": found.probabilities[:, 0],
        "p_weak": found.probabilities[:, 1],
        "p_strong": found.probabilities[:, 2],
        **found.mechanisms,
        "out_of_domain": found.out_of_domain,
    }


def _with_replies(
    utterances: Iterable[Utterance],
) -> Iterator[tuple[Utterance, str | None]]:
    seen: list[Utterance] = []

    def noted() -> Iterator[Utterance]:
        for utterance in utterances:
            seen.append(utterance)
            yield utterance

    for reply in replies(noted()):
        yield seen.pop(), reply
