"""Which turns are most worth labelling: those a model is unsure of, and all different.

Labels that a model would have guessed teach it little, and so do ten turns of the same
wording. A part is drawn at random all the same: figures on turns that were picked for
being hard say nothing of ordinary work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from sklearn.cluster import kmeans_plusplus

from empathy_score.errors import InputError
from empathy_score.features.transformer import parsed_turns
from empathy_score.model import Model, predict
from empathy_score.normalization import plain_text
from empathy_score.records import Utterance
from empathy_score.turn_order import replies

MOST_CANDIDATES = 20_000
"""Turns that are looked at; of a larger export a random part."""
RANDOM_EVERY = 5
"""Every fifth turn is drawn at random."""
LEAST_WEIGHT = 0.05
_CHUNK = 2_000

Picked = Literal["unsure", "random"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A turn that can be labelled.

    Parameters
    ----------
    row : int
        Its position in the export.
    conversation : str
        The conversation.
    text : str
        What was said.
    reply_to : str or None
        The customer's turn before it.
    """

    row: int
    conversation: str
    text: str
    reply_to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A turn to label, and why.

    Parameters
    ----------
    turn : Candidate
        The turn.
    picked : {"unsure", "random"}
        ``"unsure"``: the model is, and the turn differs from the others.
    """

    turn: Candidate
    picked: Picked


def candidates(
    conversations: Iterable[Sequence[Utterance]], *, seed: int = 0
) -> list[Candidate]:
    """Take the turns that can be labelled from an export.

    Parameters
    ----------
    conversations : iterable of sequence of Utterance
        From :func:`~empathy_score.read_conversations`.
    seed : int, default 0
        Of the random part where there are more than :data:`MOST_CANDIDATES`.

    Returns
    -------
    list of Candidate
        Turns of agents, or all turns where no turn has a role; texts in the order of
        the export, those that differ in case and spaces alone once.
    """
    found: dict[bool, dict[str, Candidate]] = {True: {}, False: {}}
    has_agents = False
    for turns in conversations:
        for turn, reply in zip(turns, replies(turns), strict=True):
            if turn.role not in ("agent", "unknown"):
                has_agents = True
                continue
            has_agents |= turn.role == "agent"
            one = Candidate(
                row=turn.row,
                conversation=turn.conversation,
                text=turn.text,
                reply_to=reply,
            )
            key = " ".join(plain_text(turn.text).text.split())
            found[turn.role == "agent"].setdefault(key, one)
    every = sorted(found[has_agents].values(), key=lambda one: one.row)
    if len(every) <= MOST_CANDIDATES:
        return every
    rows = np.random.default_rng(seed).permutation(len(every))[:MOST_CANDIDATES]
    return [every[row] for row in sorted(rows.tolist())]


def pick_turns(
    turns: Sequence[Candidate], model: Model, n_turns: int, *, seed: int = 0
) -> list[Pick]:
    """Pick the turns that are most worth labelling.

    Parameters
    ----------
    turns : sequence of Candidate
        To choose from.
    model : Model
        Whose uncertainty counts: the width of the score's interval.
    n_turns : int
        How many.
    seed : int, default 0
        Equal seeds give equal picks, so that two labellers see the same turns.

    Returns
    -------
    list of Pick
        In the order in which they should be labelled; fewer where there are fewer.

    Raises
    ------
    InputError
        If there is no turn that the model knows the language of.

    Notes
    -----
    Weighted k-means++ seeding (Arthur and Vassilvitskii, SODA 2007) on the features,
    as in Zhdanov, "Diverse mini-batch Active Learning", 2019: a turn is drawn with a
    probability that grows with its interval and its distance from those drawn so far.
    Turns out of the model's domain are not picked as unsure.
    """
    if not turns:
        raise InputError("no turn of an agent to label in the export")
    X, widths, known = _judged(turns, model)
    if not known.any():
        raise InputError("no turn is English, or like those the model knows")
    random = np.random.default_rng(seed)
    n_random = n_turns // RANDOM_EVERY
    drawn = random.permutation(np.flatnonzero(known)).tolist()[:n_random]
    left = known.copy()
    left[drawn] = False
    unsure = _diverse(X, widths, np.flatnonzero(left), n_turns - n_random, seed)
    return [
        Pick(turn=turns[row], picked=why) for row, why in _mixed(unsure, drawn, n_turns)
    ]


def _judged(
    turns: Sequence[Candidate], model: Model
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Scaled features, widths of the intervals, and which turns are in the domain."""
    found = [
        predict(
            model,
            parsed_turns(
                [
                    (one.text, one.reply_to, one.conversation)
                    for one in turns[at : at + _CHUNK]
                ]
            ),
        )
        for at in range(0, len(turns), _CHUNK)
    ]
    X = np.vstack([part.X for part in found])
    intervals = np.vstack([part.intervals for part in found])
    far = np.concatenate([part.out_of_domain for part in found])
    scale = np.maximum(X.std(axis=0), model.classifier.min_scale)
    return X / scale, intervals[:, 1] - intervals[:, 0], ~far


def _diverse(
    X: npt.NDArray[np.float64],
    widths: npt.NDArray[np.float64],
    rows: npt.NDArray[np.intp],
    n_turns: int,
    seed: int,
) -> list[int]:
    n_turns = min(n_turns, len(rows))
    if not n_turns:
        return []
    _, places = kmeans_plusplus(
        X[rows],
        n_turns,
        sample_weight=widths[rows] + LEAST_WEIGHT,
        random_state=seed,
    )
    return list(dict.fromkeys(rows[places].tolist()))  # equal turns are drawn twice


def _mixed(
    unsure: Sequence[int], drawn: Sequence[int], n_turns: int
) -> list[tuple[int, Picked]]:
    """Every fifth at random, so that it holds wherever the labeller stops."""
    found: list[tuple[int, Picked]] = []
    left = {"unsure": list(reversed(unsure)), "random": list(reversed(drawn))}
    order: tuple[Picked, Picked]
    for place in range(1, n_turns + 1):
        order = (
            ("random", "unsure") if place % RANDOM_EVERY == 0 else ("unsure", "random")
        )
        why = next((name for name in order if left[name]), None)
        if why is None:
            break
        found.append((left[why].pop(), why))
    return found
