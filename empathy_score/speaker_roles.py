"""Who is the agent and who the customer, where speakers have labels and no roles.

A small linear model over words and word pairs gives each piece of a dozen words the
log-odds that an agent says it; a speaker's evidence is the mean over all pieces, drawn
to 0 where there are few. Of two speakers one is the agent and the other the customer,
and both are decided together; otherwise each is judged alone. Every decision has a
calibrated confidence, and below :data:`ROLE_THRESHOLD` the role stays ``"unknown"``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from empathy_score.errors import InputError, ModelError
from empathy_score.logistic import Logistic, log_odds, read_weights
from empathy_score.model_folder import find_folder, read_about, read_estimator
from empathy_score.records import Role, Utterance
from empathy_score.speaker_words import (
    Speaker,
    joined_turns,
    piece_weights,
    pieces_of,
    shrunken_means,
    spoken_words,
)
from empathy_score.vocabulary import Vocabulary, word_matrix

Array = npt.NDArray[np.float64]
ROLE_THRESHOLD = 0.8
"""Confidence under which a role stays unknown; `benchmarks/results/roles.md`."""

ROLE_MODEL = "speaker-roles"
"""Name of the shipped model's folder under ``models/``."""

TRAIN_ROLES = "empathy-score train-roles CONVERSATIONS -o models/NAME"

_OTHER: dict[Role, Role] = {"agent": "customer", "customer": "agent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerRole:
    """The role of one speaker in one conversation.

    Parameters
    ----------
    role : {"agent", "customer", "bot", "system", "unknown"}
        ``"unknown"`` where the confidence is under the threshold.
    confidence : float or None
        Calibrated probability of the likelier role, in [0, 1]; under 0.5 only where
        the input tells the other speaker's role and the wording speaks against it.
        None where the input told the role.
    """

    role: Role
    confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """From evidence to probability.

    Parameters
    ----------
    prior_pieces : float
        How many full pieces without any evidence are added to those of a speaker.
    pair_slope : float
        Log-odds for one unit of difference between two speakers.
    single_slope : float
        Log-odds for one unit of evidence of one speaker alone.
    most : float
        The highest probability that the number of held-out conversations supports.
    """

    prior_pieces: float
    pair_slope: float
    single_slope: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerRoleModel:
    """A model of speakers; load one with :func:`load_speaker_roles`.

    Parameters
    ----------
    name : str
        Name of its folder.
    words : tuple of str
        The words and word pairs it knows.
    rarity : ndarray of shape (n_words,)
        Inverse document frequency of each, as scikit-learn counts it.
    linear : Logistic
        Fitted; its second class is an agent's words.
    calibration : Calibration
        Learned on held-out conversations.
    """

    name: str
    words: tuple[str, ...]
    rarity: Array
    linear: Logistic
    calibration: Calibration
    vocabulary: Vocabulary = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the words ready to be found."""
        object.__setattr__(self, "vocabulary", Vocabulary(self.words, self.rarity))


def speaker_roles(
    utterances: Sequence[Utterance],
    speakers: Sequence[str | None],
    model: SpeakerRoleModel | None = None,
    *,
    threshold: float = ROLE_THRESHOLD,
) -> dict[Speaker, SpeakerRole]:
    """Decide from wording who is the agent and who the customer.

    Only words count: capitals, punctuation and who speaks first do not, so that
    transcripts of calls, inbound and outbound, read like chats.

    Parameters
    ----------
    utterances : sequence of Utterance
        Whole conversations, each in order; any number of them. Where the role of an
        utterance is known, so is that of its speaker, and it is kept.
    speakers : sequence of str or None
        Label of each utterance's speaker; None or blank where nobody is named.
    model : SpeakerRoleModel, optional
        From :func:`load_speaker_roles`; the shipped one by default.
    threshold : float, default ROLE_THRESHOLD
        Confidence under which a role stays ``"unknown"``; 0 decides them all.

    Returns
    -------
    dict of (str, str) to SpeakerRole
        For each conversation and label of a speaker.

    Raises
    ------
    InputError
        If there are not as many speakers as utterances.

    Examples
    --------
    >>> said = [
    ...     ("spk_1", "hi my parcel never came and i am tired of waiting"),
    ...     ("spk_0", "i am sorry to hear that may i have your order number please"),
    ...     ("spk_1", "yes it is four four seven one"),
    ...     ("spk_0", "thank you let me check that for you"),
    ... ]
    >>> calls = [
    ...     Utterance(row=row, conversation="7", role="unknown", text=text)
    ...     for row, (_, text) in enumerate(said)
    ... ]
    >>> found = speaker_roles(calls, [speaker for speaker, _ in said])
    >>> found["7", "spk_0"].role, found["7", "spk_1"].role
    ('agent', 'customer')
    >>> found["7", "spk_0"].confidence > 0.9
    True
    """
    if len(utterances) != len(speakers):
        raise InputError(
            f"there are {len(utterances)} utterances and {len(speakers)} speakers; "
            "give one label (or None) for each utterance"
        )
    model = model or load_speaker_roles()
    told = _told(utterances, speakers)
    evidence = _evidence(*_pieces(utterances, speakers), model)
    together: dict[str, list[Speaker]] = {}
    for speaker in evidence:
        together.setdefault(speaker[0], []).append(speaker)
    found: dict[Speaker, SpeakerRole] = {}
    most = model.calibration.most
    for own in together.values():
        for one, chance, other in _chances(own, told, evidence, model.calibration):
            role = _likelier(chance, other)
            confidence = probability(chance if role == "agent" else -chance, most)
            sure = confidence >= threshold
            found[one] = SpeakerRole(
                role=role if sure else "unknown", confidence=float(confidence)
            )
    found.update(
        (one, SpeakerRole(role=told[one], confidence=None))
        for one in evidence
        if one in told
    )
    return found


def load_speaker_roles(model: Path | str | None = None) -> SpeakerRoleModel:
    """Load a model of speakers; nothing in its folder is run.

    Parameters
    ----------
    model : Path or str, optional
        A folder, or the name of one under ``models/``; None is the shipped model.

    Returns
    -------
    SpeakerRoleModel

    Raises
    ------
    ModelError
        If a file is missing or changed, is of another format version, or holds a
        type that is not trusted.

    Examples
    --------
    >>> load_speaker_roles().name
    'speaker-roles'
    """
    return _loaded(find_folder(model, default=ROLE_MODEL, command=TRAIN_ROLES))


@lru_cache(maxsize=4)
def _loaded(folder: Path) -> SpeakerRoleModel:
    about = read_about(folder)
    loaded = read_estimator(folder, about)
    if not isinstance(loaded, dict) or set(loaded) != {"words", "rarity", "linear"}:
        raise ModelError(
            f"{folder}: must hold words, rarity and linear; train it again: "
            f"{TRAIN_ROLES}"
        )
    return SpeakerRoleModel(
        name=folder.resolve().name,
        words=tuple(loaded["words"].split("\n")),
        rarity=loaded["rarity"],
        linear=read_weights(loaded["linear"], folder),
        calibration=_calibration(folder, about),
    )


def _calibration(folder: Path, about: Mapping[str, Any]) -> Calibration:
    values = about.get("calibration")
    names = Calibration.__slots__
    if not isinstance(values, dict) or set(values) != set(names):
        raise ModelError(
            f"{folder}: model.json must hold calibration with {', '.join(names)}; "
            f"train it again: {TRAIN_ROLES}"
        )
    return Calibration(**{name: float(values[name]) for name in names})


def _told(
    utterances: Sequence[Utterance], speakers: Sequence[str | None]
) -> dict[Speaker, Role]:
    """Which roles the input tells; of several, what a speaker is called most often."""
    counts: dict[Speaker, Counter[Role]] = {}
    for utterance, label in zip(utterances, speakers, strict=True):
        if label and utterance.role != "unknown":
            speaker = utterance.conversation, label
            counts.setdefault(speaker, Counter())[utterance.role] += 1
    return {speaker: found.most_common(1)[0][0] for speaker, found in counts.items()}


def _pieces(
    utterances: Sequence[Utterance], speakers: Sequence[str | None]
) -> tuple[list[Speaker], list[str]]:
    """Cut what speakers with a label say into pieces: whose each is, and its words."""
    labelled = (
        ((utterance.conversation, label), utterance.text)
        for utterance, label in zip(utterances, speakers, strict=True)
        if label and label.strip()
    )
    owners: list[Speaker] = []
    pieces: list[str] = []
    for speaker, text in joined_turns(labelled):
        found = pieces_of(spoken_words(text)) or [""]
        owners.extend([speaker] * len(found))
        pieces.extend(found)
    return owners, pieces


def _evidence(
    owners: Sequence[Speaker], pieces: Sequence[str], model: SpeakerRoleModel
) -> dict[Speaker, float]:
    """Shrunken mean log-odds of being the agent, for each speaker."""
    if not pieces:
        return {}
    numbers: dict[Speaker, int] = {}
    owner = np.array([numbers.setdefault(speaker, len(numbers)) for speaker in owners])
    known = word_matrix(pieces, model.vocabulary)
    values = log_odds(model.linear, known)[:, 0]
    prior = model.calibration.prior_pieces
    means = shrunken_means(owner, values, piece_weights(pieces), prior)
    return dict(zip(numbers, means.tolist(), strict=True))


def _chances(
    own: Sequence[Speaker],
    told: Mapping[Speaker, Role],
    evidence: Mapping[Speaker, float],
    calibration: Calibration,
) -> Iterator[tuple[Speaker, float, Role | None]]:
    """Give log-odds of being the agent, and the other's role, of one conversation."""
    people = [one for one in own if told.get(one) not in ("bot", "system")]
    for one in people:
        if len(people) == 2:
            other = people[0] if people[1] == one else people[1]
            difference = evidence[one] - evidence[other]
            yield one, calibration.pair_slope * difference, told.get(other)
        else:
            yield one, calibration.single_slope * evidence[one], None


def _likelier(log_odds_of_agent: float, other: Role | None) -> Role:
    """Give the likelier role, or the one that the other speaker leaves."""
    if other in _OTHER:
        return _OTHER[other]
    return "agent" if log_odds_of_agent > 0 else "customer"


def probability(log_odds: npt.ArrayLike, most: float) -> Array:
    """Turn log-odds into probabilities, none surer than what was measured.

    Parameters
    ----------
    log_odds : array-like of float
        Any shape.
    most : float
        The highest probability; one minus it is the lowest.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> probability([0.0, 30.0, -30.0], 0.99)
    array([0.5 , 0.99, 0.01])
    """
    chance: Array = np.clip(expit(np.asarray(log_odds)), 1 - most, most)
    return chance
