"""How well roles are told from wording, in conversations that were cut short."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from empathy_score.evaluation import calibration_error
from empathy_score.speaker_roles import ROLE_THRESHOLD, Calibration, probability
from empathy_score.speaker_words import piece_weights, shrunken_means

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LENGTHS = (2, 4, 8, None)
"""Turns that are left of a held-out conversation; None is all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleConversation:
    """Turns of one agent and one customer.

    Parameters
    ----------
    pieces : tuple of str
        Words, cut as :func:`~empathy_score.speaker_roles.pieces_of` does.
    turn : ndarray of int, shape (n_pieces,)
        The turn of each, from 0.
    is_agent : ndarray of bool, shape (n_turns,)
        Who said each turn.
    group : str
        What no split may take apart: the industry where there is such a column,
        else the conversation.
    """

    pieces: tuple[str, ...]
    turn: npt.NDArray[np.int64]
    is_agent: Flags
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Evidence of both sides in held-out conversations that were cut.

    Parameters
    ----------
    agent, customer : ndarray of shape (n_windows,)
        Shrunken means.
    first : ndarray of bool, shape (n_windows,)
        Whether the agent spoke first.
    length, part : ndarray of str, shape (n_windows,)
        How each conversation was cut.
    """

    agent: Array
    customer: Array
    first: Flags
    length: npt.NDArray[np.str_]
    part: npt.NDArray[np.str_]


def windows_of(
    data: Sequence[RoleConversation], log_odds: Sequence[Array], prior_pieces: float
) -> Windows:
    """Cut each conversation to each length, at the beginning and in the middle.

    Parameters
    ----------
    data : sequence of RoleConversation
        Held out.
    log_odds : sequence of ndarray
        Of the pieces of each.
    prior_pieces : float
        How many pieces without evidence are added.

    Returns
    -------
    Windows
        Without those in which one side is silent or turns are too few.
    """
    rows = []
    for one, values in zip(data, log_odds, strict=True):
        weights = piece_weights(one.pieces)
        for length, part in itertools.product(LENGTHS, ("beginning", "middle")):
            n_turns = len(one.is_agent)
            first = 0 if part == "beginning" else n_turns // 2
            end = n_turns if length is None else first + length
            who = one.is_agent[first:end]
            if end > n_turns or len(set(who.tolist())) < 2:
                continue
            at = (one.turn >= first) & (one.turn < end)
            owner = one.is_agent[one.turn[at]].astype(np.int64)
            means = shrunken_means(owner, values[at], weights[at], prior_pieces)
            label = "all" if length is None else str(length)
            rows.append((means[1], means[0], who[0], label, part))
    agent, customer, began, lengths, parts = zip(*rows, strict=True)
    return Windows(
        agent=np.array(agent),
        customer=np.array(customer),
        first=np.array(began),
        length=np.array(lengths),
        part=np.array(parts),
    )


def measures_of(windows: Windows, calibration: Calibration) -> list[dict[str, Any]]:
    """Measure the pair's decision by how the conversations were cut.

    Parameters
    ----------
    windows : Windows
        Held out.
    calibration : Calibration
        From evidence to probability.

    Returns
    -------
    list of dict
        What :func:`decision_measures` gives, with ``turns``, ``from`` and
        ``first_speaker``, the share in which the agent speaks first.
    """
    log_odds = calibration.pair_slope * (windows.agent - windows.customer)
    chance = probability(log_odds, calibration.most)
    rows = []
    for length, part in itertools.product(LENGTHS, ("beginning", "middle")):
        label = "all" if length is None else str(length)
        at = (windows.length == label) & (windows.part == part)
        if not at.any() or (length is None and part == "middle"):
            continue
        measures = decision_measures(chance[at])
        first = float(windows.first[at].mean())
        rows.append({"turns": label, "from": part, **measures, "first_speaker": first})
    return rows


def decision_measures(chance: Array) -> dict[str, Any]:
    """Measure decisions between two roles.

    Parameters
    ----------
    chance : ndarray of shape (n,)
        Probability that was given to what is true.

    Returns
    -------
    dict
        ``n``, ``accuracy`` of the likelier role, ``coverage`` (share with a
        confidence of at least :data:`ROLE_THRESHOLD`), ``accuracy_decided`` of those
        (None without any), ``log_loss``, and ``ece`` of the confidence.

    Examples
    --------
    >>> found = decision_measures(np.array([0.9, 0.95, 0.4]))
    >>> round(found["accuracy"], 2), round(found["coverage"], 2)
    (0.67, 0.67)
    >>> found["accuracy_decided"]
    1.0
    """
    confidence = np.maximum(chance, 1 - chance)
    right = chance > 0.5
    decided = confidence >= ROLE_THRESHOLD
    return {
        "n": len(chance),
        "accuracy": float(right.mean()),
        "coverage": float(decided.mean()),
        "accuracy_decided": float(right[decided].mean()) if decided.any() else None,
        "log_loss": float(-np.log(np.maximum(chance, 1e-12)).mean()),
        "ece": calibration_error(right, confidence),
    }


def single_measures(windows: Windows, calibration: Calibration) -> dict[str, Any]:
    """Measure the decisions about one speaker, judged alone.

    Parameters
    ----------
    windows : Windows
        Held out.
    calibration : Calibration
        From evidence to probability.

    Returns
    -------
    dict
        As :func:`decision_measures` gives.
    """
    evidence = np.concatenate([windows.agent, -windows.customer])
    log_odds = calibration.single_slope * evidence
    return decision_measures(probability(log_odds, calibration.most))
