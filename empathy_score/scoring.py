"""Score utterances: texts, frames, streams. The package's front door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Any, cast, get_args

import narwhals as nw
from narwhals.typing import IntoDataFrameT
from spacy.language import Language
from spacy.tokens import Doc

from empathy_score.cues import cues_of
from empathy_score.errors import InputError
from empathy_score.explanation import EmpathyScore
from empathy_score.features.repetition import Said, repeated_phrases
from empathy_score.features.transformer import make_cue_pipeline, parse
from empathy_score.features.turns import Turns, turns_of
from empathy_score.frames import HALF_CHARACTER, add_columns, utterances_of
from empathy_score.lexicon import CUE_LABELS
from empathy_score.model import Model, contributions_of, load_model, predict
from empathy_score.opportunity import (
    OpportunityModel,
    load_opportunity_model,
    opportunities_of,
    opportunity_states,
)
from empathy_score.records import MECHANISMS, Cue, Role, Utterance
from empathy_score.turn_order import replies
from empathy_score.turn_taking import turn_taking

Row = dict[str, Any]

SCORE_COLUMNS: Mapping[str, str] = {
    "score": "DOUBLE",
    "score_low": "DOUBLE",
    "score_high": "DOUBLE",
    "level": "BIGINT",
    "p_none": "DOUBLE",
    "p_weak": "DOUBLE",
    "p_strong": "DOUBLE",
    "emotional_reaction": "DOUBLE",
    "interpretation": "DOUBLE",
    "exploration": "DOUBLE",
    "opportunity": "BOOLEAN",
    "missed_opportunity": "BOOLEAN",
    "interrupted": "BOOLEAN",
    "p_interrupted": "DOUBLE",
    "interrupts": "BOOLEAN",
    "response_seconds": "DOUBLE",
    "out_of_domain": "BOOLEAN",
    "cues": (
        'STRUCT("label" VARCHAR, "subtype" VARCHAR, "start" BIGINT, "end" BIGINT, '
        '"text" VARCHAR, "pattern" VARCHAR, "negated" BOOLEAN)[]'
    ),
    **{f"cue_{label}": "BIGINT" for label in CUE_LABELS},
}
"""The columns that scoring adds, in their order, with their SQL types."""

_CUE_NAMES = tuple(field.name for field in fields(Cue))
_CUE_VALUES = attrgetter(*_CUE_NAMES)


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

    @classmethod
    def load(cls, model: str | Path | None = None) -> EmpathyScorer:
        """Load a model and make the pipeline.

        Parameters
        ----------
        model : str or Path, optional
            A folder, or a name under ``models/``; None is the shipped model.

        Returns
        -------
        EmpathyScorer

        Raises
        ------
        ModelError
            If there is no such model or it does not fit this version.
        """
        return cls(
            nlp=make_cue_pipeline(),
            model=load_model(model),
            opportunity=load_opportunity_model(),
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
        doc, before = cast("tuple[Doc, Doc | None]", parse(self.nlp, [text, reply_to]))
        turns = turns_of([doc], [before], texts=[text])
        found = predict(self.model, turns)
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
            cues=cues_of(doc),
            sentence=self.model.sentences.best_sentence(text),
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

        Returns
        -------
        frame of the same kind
            All rows and columns in their order, and the columns of
            :data:`SCORE_COLUMNS`. Rows with null or empty text have null scores.

        Raises
        ------
        InputError
            If there is no text column, or a named column does not exist.

        Examples
        --------
        >>> import polars as pl
        >>> texts = ["I completely understand.", "Order number?"]
        >>> table = EmpathyScorer.load().score_frame(pl.DataFrame({"text": texts}))
        >>> table["level"].to_list()
        [1, 0]
        """
        table = nw.from_native(frame, eager_only=True)
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
        rows: list[Row | None] = [None] * len(table)
        for utterance, row in zip(
            utterances, self.score_utterances(utterances, wanted), strict=True
        ):
            rows[utterance.row] = row
        return cast(
            "IntoDataFrameT", add_columns(table, rows, SCORE_COLUMNS).to_native()
        )

    def score_stream(
        self,
        utterances: Iterable[Utterance],
        *,
        score_roles: Sequence[Role] | None = ("agent", "unknown"),
    ) -> Iterator[Row]:
        """Score turns one after another as they come.

        Parameters
        ----------
        utterances : iterable of Utterance
            Each conversation in order; conversations may be interleaved.
        score_roles : sequence of role
            Whose turns are scored.

        Yields
        ------
        dict
            One row of :data:`SCORE_COLUMNS` for each turn, at once. What later turns
            decide is null: whether the turn was cut off, or cut the other side off,
            whether the opportunity was missed, and the response time.

        Examples
        --------
        >>> text = "I completely understand."
        >>> turn = Utterance(row=0, conversation="1", role="agent", text=text)
        >>> [row["level"] for row in EmpathyScorer.load().score_stream([turn])]
        [1]
        """
        wanted = roles_to_score(score_roles, has_roles=True)
        said: Said = {}
        for utterance, reply in _with_replies(utterances):
            rows, _, _ = self._rows([utterance], [reply], wanted, said)
            yield rows[0]

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
        rows, cues, kinds = self._rows(
            utterances, list(replies(utterances)), score_roles, {}
        )
        states = opportunity_states(utterances, kinds, cues)
        for row, state, turn in zip(rows, states, turn_taking(utterances), strict=True):
            if row["opportunity"] is not None and state is not None:
                row["missed_opportunity"] = state == "missed"
            row["interrupted"] = turn.interrupted
            row["p_interrupted"] = turn.p_interrupted
            row["interrupts"] = turn.interrupts
            row["response_seconds"] = turn.response_seconds
            if turn.interrupted is not None and row["cue_interruption"] is None:
                row["cue_interruption"] = 0
        return rows

    def _rows(
        self,
        utterances: Sequence[Utterance],
        reply_to: Sequence[str | None],
        score_roles: frozenset[Role],
        said: Said,
    ) -> tuple[list[Row], list[tuple[Cue, ...]], list[str | None]]:
        """Rows, cues, and what the turn before each calls for."""
        scored = [
            place
            for place, utterance in enumerate(utterances)
            if utterance.role in score_roles
        ]
        texts = [utterance.text for utterance in utterances]
        before = [reply_to[place] for place in scored]
        docs = parse(self.nlp, [*texts, *before])
        own = cast("list[Doc]", docs[: len(texts)])
        cues = [cues_of(doc) for doc in own]
        rows = [_empty_row(found) for found in cues]
        kinds: list[str | None] = [None] * len(texts)
        if not scored:
            return rows, cues, kinds
        scored_docs = [own[place] for place in scored]
        sides = [
            (utterances[place].conversation, utterances[place].role) for place in scored
        ]
        n_repeated = repeated_phrases(scored_docs, sides, said)
        scored_texts = [texts[place] for place in scored]
        turns = turns_of(scored_docs, docs[len(texts) :], n_repeated, scored_texts)
        called = opportunities_of(turns.before, self.opportunity).kinds
        for place, scores, kind in zip(
            scored, self._scores(turns), called, strict=True
        ):
            rows[place].update(scores)
            if utterances[place].role == "agent" and reply_to[place] is not None:
                kinds[place] = kind
                rows[place]["opportunity"] = kind is not None
        return rows, cues, kinds

    def _scores(self, turns: Turns) -> Iterator[Row]:
        """Everything that the model says of each turn."""
        found = predict(self.model, turns)
        columns = {
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
        values = [column.tolist() for column in columns.values()]
        for row in zip(*values, strict=True):
            yield dict(zip(columns, row, strict=True))


def roles_to_score(
    score_roles: Sequence[str] | None, *, has_roles: bool
) -> frozenset[Role]:
    """Whose turns are scored: the agent's, or all where nobody's role is known.

    Parameters
    ----------
    score_roles : sequence of role, optional
        What the user asked for.
    has_roles : bool
        Whether the input names roles.

    Returns
    -------
    frozenset of role

    Raises
    ------
    InputError
        If one of them is no role.
    """
    if score_roles is None:
        return frozenset({"agent"}) if has_roles else frozenset(get_args(Role))
    for role in score_roles:
        if role not in get_args(Role):
            raise InputError(
                f"score_roles: {role!r} is no role; "
                f"allowed are {', '.join(get_args(Role))}"
            )
    return frozenset(cast("Sequence[Role]", score_roles))


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


def _empty_row(cues: Sequence[Cue]) -> Row:
    """Everything that holds for any turn: its cues; the rest is null."""
    row: Row = dict.fromkeys(SCORE_COLUMNS)
    row["cues"] = [dict(zip(_CUE_NAMES, _CUE_VALUES(cue), strict=True)) for cue in cues]
    for label in CUE_LABELS:
        row[f"cue_{label}"] = 0
    for cue in cues:
        if not cue.negated:
            row[f"cue_{cue.label}"] += 1
    if not row["cue_interruption"]:  # no mark of one does not mean that there was none
        row["cue_interruption"] = None
    return row
