"""Who is the agent and who the customer, where speakers have labels and no roles.

A small linear model over words and word pairs gives each turn the log-odds that an
agent says it; a speaker's evidence is the mean over all turns, drawn to 0 where there
are few. Of two speakers one is the agent and the other the customer, and both are
decided together; otherwise each is judged alone. Every decision has a calibrated
confidence, and below :data:`ROLE_THRESHOLD` the role stays ``"unknown"``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from empathy_score.errors import InputError, ModelError
from empathy_score.model_folder import find_folder, read_about, read_estimator
from empathy_score.normalization import plain_text
from empathy_score.records import Role, Utterance
from empathy_score.sentences import word_matrix

Array = npt.NDArray[np.float64]
Speaker = tuple[str, str]
"""A conversation and the label of a speaker in it."""

ROLE_THRESHOLD = 0.8
"""Confidence under which a role stays unknown; `benchmarks/results/roles.md`."""

ROLE_MODEL = "speaker-roles"
"""Name of the shipped model's folder under ``models/``."""

TRAIN_ROLES = "empathy-score train-roles CONVERSATIONS -o models/NAME"

_OTHER: dict[Role, Role] = {"agent": "customer", "customer": "agent"}
_PLACEHOLDER = re.compile(r"#\w+#")
_DIGITS = re.compile(r"\d+")
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerRole:
    """The role of one speaker in one conversation.

    Parameters
    ----------
    role : {"agent", "customer", "bot", "system", "unknown"}
        ``"unknown"`` where the confidence is under :data:`ROLE_THRESHOLD`.
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
    prior_turns : float
        How many turns without any evidence are added to those of a speaker.
    pair_slope : float
        Log-odds for one unit of difference between two speakers.
    single_slope, single_offset : float
        Log-odds for one unit of evidence of one speaker, and without any.
    """

    prior_turns: float
    pair_slope: float
    single_slope: float
    single_offset: float


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
    turns : LogisticRegression
        Fitted; its second class is an agent's turn.
    calibration : Calibration
        Learned on held-out conversations.
    """

    name: str
    words: tuple[str, ...]
    rarity: Array
    turns: LogisticRegression
    calibration: Calibration
    columns: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Give each word its column."""
        columns = {word: column for column, word in enumerate(self.words)}
        object.__setattr__(self, "columns", columns)


def speaker_roles(
    utterances: Sequence[Utterance],
    speakers: Sequence[str | None],
    model: SpeakerRoleModel | None = None,
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
    owners, texts = _turns(utterances, speakers)
    evidence = _evidence(owners, texts, model)
    together: dict[str, list[Speaker]] = {}
    for speaker in evidence:
        together.setdefault(speaker[0], []).append(speaker)
    found: dict[Speaker, SpeakerRole] = {}
    for own in together.values():
        found.update(_decided(own, told, evidence, model.calibration))
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
    if not isinstance(loaded, dict) or set(loaded) != {"words", "rarity", "turns"}:
        raise ModelError(
            f"{folder}: must hold words, rarity and turns; train it again: "
            f"{TRAIN_ROLES}"
        )
    return SpeakerRoleModel(
        name=folder.resolve().name,
        words=tuple(loaded["words"].split("\n")),
        rarity=loaded["rarity"],
        turns=loaded["turns"],
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


def spoken_words(text: str) -> str:
    """Give only the words of a text, as a recogniser of speech writes them.

    Parameters
    ----------
    text : str
        An utterance, unchanged.

    Returns
    -------
    str
        Lower case, usual spelling, no marks, no placeholders (``#NAME#``); each
        number is ``0``.

    Examples
    --------
    >>> spoken_words("Hi #NAME#, thx for waiting: it's order 4471!")
    'hi thank you for waiting its order 0'
    """
    plain = plain_text(_PLACEHOLDER.sub(" ", text)).text.replace("'", "")
    return _NO_WORD.sub(" ", _DIGITS.sub("0", plain)).strip()


def joined_turns(said: Iterable[tuple[Speaker, str]]) -> Iterator[tuple[Speaker, str]]:
    r"""Join what one speaker says in a row: segments of a transcript are no turns.

    Parameters
    ----------
    said : iterable of ((str, str), str)
        Conversation and speaker, and the text; conversations may be interleaved.

    Yields
    ------
    tuple of ((str, str), str)
        In the order in which the turns began.

    Examples
    --------
    >>> said = [(("1", "a"), "so"), (("1", "a"), "sorry"), (("1", "b"), "ok")]
    >>> list(joined_turns(said))
    [(('1', 'a'), 'so\nsorry'), (('1', 'b'), 'ok')]
    """
    turns: list[tuple[Speaker, list[str]]] = []
    last: dict[str, int] = {}
    for speaker, text in said:
        place = last.get(speaker[0])
        if place is not None and turns[place][0] == speaker:
            turns[place][1].append(text)
            continue
        last[speaker[0]] = len(turns)
        turns.append((speaker, [text]))
    for speaker, texts in turns:
        yield speaker, "\n".join(texts)


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


def _turns(
    utterances: Sequence[Utterance], speakers: Sequence[str | None]
) -> tuple[list[Speaker], list[str]]:
    """Give the turns of speakers with a label: whose each is, and its words."""
    labelled = (
        ((utterance.conversation, label), utterance.text)
        for utterance, label in zip(utterances, speakers, strict=True)
        if label and label.strip()
    )
    owners, texts = [], []
    for speaker, text in joined_turns(labelled):
        owners.append(speaker)
        texts.append(spoken_words(text))
    return owners, texts


def _evidence(
    owners: Sequence[Speaker], texts: Sequence[str], model: SpeakerRoleModel
) -> dict[Speaker, float]:
    """Shrunken mean log-odds of being the agent, for each speaker."""
    if not texts:
        return {}
    known = word_matrix(texts, model.columns, model.rarity)
    numbers: dict[Speaker, int] = {}
    owner = np.array([numbers.setdefault(speaker, len(numbers)) for speaker in owners])
    values = model.turns.decision_function(known)
    means = shrunken_means(owner, values, model.calibration.prior_turns)
    return dict(zip(numbers, means.tolist(), strict=True))


def shrunken_means(
    owner: npt.NDArray[np.int64], values: Array, prior_turns: float
) -> Array:
    """Give the mean of each owner's values, drawn to 0 where there are few.

    Parameters
    ----------
    owner : ndarray of shape (n_turns,)
        Numbers from 0.
    values : ndarray of shape (n_turns,)
        Log-odds.
    prior_turns : float
        How many zeros are added for each owner.

    Returns
    -------
    ndarray of shape (n_owners,)

    Examples
    --------
    >>> shrunken_means(np.array([0, 1, 1]), np.array([3.0, 1.0, 2.0]), 1.0)
    array([1.5, 1. ])
    """
    means: Array = np.bincount(owner, values) / (np.bincount(owner) + prior_turns)
    return means


def _decided(
    own: Sequence[Speaker],
    told: Mapping[Speaker, Role],
    evidence: Mapping[Speaker, float],
    calibration: Calibration,
) -> Iterator[tuple[Speaker, SpeakerRole]]:
    """Decide the speakers of one conversation."""
    people = [one for one in own if told.get(one) not in ("bot", "system")]
    for one in own:
        if one in told:
            yield one, SpeakerRole(role=told[one], confidence=None)
        elif len(people) == 2:
            other = people[0] if people[1] == one else people[1]
            difference = evidence[one] - evidence[other]
            chance = calibration.pair_slope * difference
            yield one, _kept(_likelier(chance, told.get(other)), chance)
        else:
            chance = calibration.single_slope * evidence[one]
            chance += calibration.single_offset
            yield one, _kept(_likelier(chance, None), chance)


def _likelier(log_odds_of_agent: float, other: Role | None) -> Role:
    """Give the likelier role, or the one that the other speaker leaves."""
    if other in _OTHER:
        return _OTHER[other]
    return "agent" if log_odds_of_agent > 0 else "customer"


def _kept(role: Role, log_odds_of_agent: float) -> SpeakerRole:
    """Keep a role that is sure enough; the confidence stays in any case."""
    log_odds = log_odds_of_agent if role == "agent" else -log_odds_of_agent
    confidence = float(expit(log_odds))
    sure = confidence >= ROLE_THRESHOLD
    return SpeakerRole(role=role if sure else "unknown", confidence=confidence)
