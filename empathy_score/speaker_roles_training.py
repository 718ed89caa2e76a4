"""Train the model behind :mod:`empathy_score.speaker_roles`, and say how good it is.

Turns of agents and customers teach the words. How far to trust a speaker's mean is
learned on held-out conversations cut to 2, 4 and 8 turns, at the beginning and in the
middle: recordings begin late and end early.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from empathy_score.errors import InputError
from empathy_score.labelled import labelled_files
from empathy_score.logistic import stored_weights, weights_of
from empathy_score.model_folder import check_out, write_folder
from empathy_score.readers import Reject, conversations, open_export
from empathy_score.readers.sql import as_text, column_types, quoted
from empathy_score.speaker_roles import (
    ROLE_THRESHOLD,
    Calibration,
    SpeakerRoleModel,
)
from empathy_score.speaker_roles_card import role_card
from empathy_score.speaker_roles_measures import (
    RoleConversation,
    Windows,
    measures_of,
    single_measures,
    windows_of,
)
from empathy_score.speaker_words import (
    joined_turns,
    piece_weights,
    pieces_of,
    spoken_words,
)
from empathy_score.vocabulary import Vocabulary, learn_vocabulary, word_matrix

STRENGTHS = (1.0, 3.0, 10.0)
"""Inverse strengths of the penalty that are tried."""

PRIOR_PIECES = (0.5, 1.0, 2.0, 4.0)
"""How many pieces without evidence are tried, fewest first."""

TOLERANCE = 0.2
"""Share by which the log loss may be above the best for fewer such pieces."""

N_SPLITS = 5
MODEL_VERSION = "0.1.0"
_MIN_PIECES = 3  # pieces in which a word must occur

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def train_speaker_roles(
    paths: Sequence[Path | str], out: Path, *, version: str = MODEL_VERSION
) -> tuple[dict[str, Any], tuple[Reject, ...]]:
    """Train a model of speakers' roles and write its folder.

    Parameters
    ----------
    paths : sequence of Path or str
        Tables, or folders of tables, of whole conversations with roles. Splits keep
        the rows of one ``industry`` together where there is such a column.
    out : Path
        The model's folder; made if it does not exist.
    version : str
        Version of the model.

    Returns
    -------
    dict
        The metrics that are also written to ``metrics.json``.
    tuple of Reject
        Rows that were set aside.

    Raises
    ------
    InputError
        If ``out`` is a file, or fewer than five conversations (or industries) hold
        turns of both an agent and a customer.
    """
    check_out(out)
    data, rejects = read_roles(paths)
    groups = [one.group for one in data]
    if len(set(groups)) < N_SPLITS:
        raise InputError(
            f"{paths[0]}: {len(set(groups))} conversations or industries hold turns of "
            f"an agent and of a customer; at least {N_SPLITS} are needed"
        )
    held_out = {strength: _held_out(data, groups, strength) for strength in STRENGTHS}
    strength, calibration, losses = _chosen(data, held_out)
    windows = windows_of(data, held_out[strength], calibration.prior_pieces)
    vocabulary, linear = _fitted(data, strength)
    words, rarity = vocabulary.words, vocabulary.rarity
    metrics = {
        "held_out": measures_of(windows, calibration),
        "single": single_measures(windows, calibration),
        "n_turns": sum(len(one.is_agent) for one in data),
        "n_conversations": len(data),
        "n_groups": len(set(groups)),
        "n_splits": N_SPLITS,
        "strength": strength,
        "calibration": asdict(calibration),
        "log_loss": losses,
        "threshold": ROLE_THRESHOLD,
    }
    about = {
        "version": version,
        "licence": "Apache-2.0",
        "language": "en",
        "features": "words and word pairs",
        "calibration": asdict(calibration),
    }
    model = SpeakerRoleModel(
        name=Path(out).name,
        words=tuple(words),
        rarity=rarity,
        linear=weights_of(linear),
        calibration=calibration,
    )
    write_folder(
        Path(out),
        {"words": "\n".join(words), "rarity": rarity, "linear": stored_weights(linear)},
        about=about,
        metrics=metrics,
        card=role_card(model, metrics, version),
    )
    return metrics, rejects


def read_roles(
    paths: Sequence[Path | str],
) -> tuple[list[RoleConversation], tuple[Reject, ...]]:
    """Read conversations in which an agent and a customer speak.

    Parameters
    ----------
    paths : sequence of Path or str
        Files or folders.

    Returns
    -------
    list of RoleConversation
        What a side says in a row is one turn; bots and systems are left out.
    tuple of Reject
        Rows that were set aside.
    """
    found = []
    with tempfile.TemporaryDirectory(prefix="empathy-score-") as folder:
        export = open_export(
            labelled_files(paths), columns={}, roles=None, folder=Path(folder)
        )
        try:
            industries = {}
            if "industry" in export.names:
                kinds = column_types(export.connection, "input")
                industry = as_text(quoted("industry"), kinds["industry"])
                query = f"SELECT __row, {industry} FROM input"
                industries = dict(export.connection.execute(query).fetchall())
            for batch in conversations(export):
                for name, turns in itertools.groupby(
                    batch, lambda one: one.conversation
                ):
                    said = [one for one in turns if one.role in ("agent", "customer")]
                    if len({one.role for one in said}) == 2:
                        group = industries.get(said[0].row) or name
                        pairs = [((name, one.role), one.text) for one in said]
                        found.append(_conversation(pairs, group))
        finally:
            export.connection.close()
    return found, export.rejects


def _conversation(
    pairs: Sequence[tuple[tuple[str, str], str]], group: str
) -> RoleConversation:
    turns = list(joined_turns(pairs))
    cut = [pieces_of(spoken_words(text)) or [""] for _, text in turns]
    return RoleConversation(
        pieces=tuple(piece for pieces in cut for piece in pieces),
        turn=np.repeat(np.arange(len(turns)), [len(pieces) for pieces in cut]),
        is_agent=np.array([role == "agent" for (_, role), _ in turns]),
        group=group,
    )


def _fitted(
    data: Sequence[RoleConversation], strength: float
) -> tuple[Vocabulary, LogisticRegression]:
    pieces = [piece for one in data for piece in one.pieces]
    vocabulary = learn_vocabulary(pieces, min_df=_MIN_PIECES)
    is_agent = np.concatenate([one.is_agent[one.turn] for one in data])
    weights = piece_weights(pieces)
    # Agents say more: both sides count the same, so that no words speak for nobody.
    for side in (is_agent, ~is_agent):
        weights[side] /= 2 * weights[side].sum() / len(weights)
    fitted = LogisticRegression(C=strength, max_iter=2000).fit(
        word_matrix(pieces, vocabulary), is_agent, weights
    )
    return vocabulary, fitted


def _held_out(
    data: Sequence[RoleConversation], groups: Sequence[str], strength: float
) -> list[Array]:
    """Log-odds of each piece from models that have not seen its group."""
    found = [np.zeros(len(one.pieces)) for one in data]
    for fit, test in GroupKFold(N_SPLITS).split(groups, groups=groups):
        vocabulary, linear = _fitted([data[place] for place in fit], strength)
        for place in test:
            known = word_matrix(data[place].pieces, vocabulary)
            found[place] = linear.decision_function(known)
    return found


def _calibrated(
    windows: Windows, prior_pieces: float, n_conversations: int
) -> Calibration:
    """Fit the probability of a pair and of one speaker alone."""
    difference = windows.agent - windows.customer
    both = np.concatenate([difference, -difference])[:, None]
    each = np.concatenate([windows.agent, windows.customer])[:, None]
    outcome = np.repeat([True, False], len(difference))
    pair = LogisticRegression(C=1e6, fit_intercept=False).fit(both, outcome)
    single = LogisticRegression(C=1e6, fit_intercept=False).fit(each, outcome)
    return Calibration(
        prior_pieces=prior_pieces,
        pair_slope=float(pair.coef_[0, 0]),
        single_slope=float(single.coef_[0, 0]),
        most=1 - 1 / n_conversations,
    )


def _chosen(
    data: Sequence[RoleConversation], held_out: Mapping[float, list[Array]]
) -> tuple[float, Calibration, dict[str, float]]:
    """Choose penalty and prior pieces by the log loss of the pair.

    The penalty is the best one. Of the prior pieces it is the fewest that come within
    :data:`TOLERANCE`: the more there are, the surer long conversations become, and
    with them those in which nobody is an agent.
    """
    losses: dict[tuple[float, float], float] = {}
    found: dict[tuple[float, float], Calibration] = {}
    for tried in itertools.product(held_out, PRIOR_PIECES):
        windows = windows_of(data, held_out[tried[0]], tried[1])
        found[tried] = _calibrated(windows, tried[1], len(data))
        difference = windows.agent - windows.customer
        log_odds = found[tried].pair_slope * difference
        losses[tried] = float(np.logaddexp(0, -log_odds).mean())
    best = min(losses, key=lambda tried: losses[tried])
    most = losses[best] * (1 + TOLERANCE)
    within = [
        tried for tried in losses if tried[0] == best[0] and losses[tried] <= most
    ]
    chosen = min(within, key=lambda tried: tried[1])
    named = {
        f"strength {strength:g}, prior pieces {prior:g}": loss
        for (strength, prior), loss in losses.items()
    }
    return chosen[0], found[chosen], named
