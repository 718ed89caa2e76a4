"""Models on disk: a folder that loads without running anybody's code.

A folder holds ``classifier.skops``, ``model.json`` (what it is and what it needs),
``metrics.json`` and ``README.md``, the card.
"""

from __future__ import annotations

import copy
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import skops.io

from empathy_score.classifier import EmpathyClassifier
from empathy_score.errors import ModelError
from empathy_score.features import feature_names

DEFAULT_MODEL = "customer-service"
FORMAT_VERSION = 1

_CLASSIFIER = "classifier.skops"
_ABOUT = "model.json"
_METRICS = "metrics.json"
_CARD = "README.md"
_TRUSTED = re.compile(r"^(?:empathy_score|sklearn|numpy)\.[\w.]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A trained model.

    Parameters
    ----------
    name : str
        Name of its folder.
    version : str
        Version of the model, apart from the code's.
    classifier : EmpathyClassifier
        Fitted.
    about : mapping
        What ``model.json`` says.
    """

    name: str
    version: str
    classifier: EmpathyClassifier
    about: Mapping[str, Any]


def find_model(model: str | Path | None = None) -> Path:
    """Find a model's folder.

    Parameters
    ----------
    model : str or Path, optional
        A folder, or the name of one under ``models/`` (here, or shipped with the
        package); None is the shipped default.

    Returns
    -------
    Path

    Raises
    ------
    ModelError
        If there is none; the text names the places looked at.

    Examples
    --------
    >>> find_model().name
    'customer-service'
    """
    name = DEFAULT_MODEL if model is None else str(model)
    package = Path(str(resources.files("empathy_score")))
    shipped = [package / "models" / name, package.parent / "models" / name]
    places = shipped if model is None else [Path(name), Path("models") / name, *shipped]
    for place in places:
        if (place / _ABOUT).is_file():
            return place
    looked = ", ".join(str(place) for place in places)
    raise ModelError(
        f"no model {name!r}: looked for {_ABOUT} in {looked}; "
        "train one with: empathy-score train LABELLED -o models/NAME"
    )


def load_model(model: str | Path | None = None) -> Model:
    """Load a model; nothing in its folder is run.

    Parameters
    ----------
    model : str or Path, optional
        As in :func:`find_model`.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        If a file is missing, changed, of another format version, holds a type that
        is not trusted, or was trained on other features.

    Examples
    --------
    >>> load_model().classifier.classes_.tolist()
    [0, 1, 2]
    """
    folder = find_model(model)
    about = _about(folder)
    if about["features"] != feature_names():
        raise ModelError(
            f"{folder}: was trained on other features than this version computes; "
            "train it again: empathy-score train LABELLED -o " + str(folder)
        )
    classifier = _classifier(folder / _CLASSIFIER, about["sha256"])
    return Model(
        name=folder.name,
        version=about["version"],
        classifier=classifier,
        about=about,
    )


def _about(folder: Path) -> dict[str, Any]:
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"{folder / _ABOUT}: not readable: {error}") from error
    needed = {"format_version", "version", "features", "sha256"}
    if not isinstance(about, dict) or "format_version" not in about:
        raise ModelError(f"{folder / _ABOUT}: must hold {', '.join(sorted(needed))}")
    if about["format_version"] != FORMAT_VERSION:
        raise ModelError(
            f"{folder}: has format version {about['format_version']}, this package "
            f"reads {FORMAT_VERSION}; install the matching empathy-score or train again"
        )
    if not needed <= set(about):
        raise ModelError(f"{folder / _ABOUT}: must hold {', '.join(sorted(needed))}")
    return about


def _classifier(file: Path, sha256: str) -> EmpathyClassifier:
    if not file.is_file():
        raise ModelError(f"{file}: missing; copy the model's whole folder")
    data = file.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ModelError(
            f"{file}: is not the file that {_ABOUT} describes (checksum differs); "
            "copy the model's whole folder again"
        )
    loaded = _unpacked(file, data)
    if not isinstance(loaded, EmpathyClassifier):
        raise ModelError(f"{file}: holds {type(loaded).__name__}, no EmpathyClassifier")
    if loaded.n_features_in_ != len(feature_names()):
        raise ModelError(
            f"{file}: takes {loaded.n_features_in_} features, this version computes "
            f"{len(feature_names())}; train it again"
        )
    return loaded


def _unpacked(file: Path, data: bytes) -> object:
    """Load what is trusted; nothing else is made."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise ModelError(f"{file}: is no skops file; copy the model's whole folder")
    try:
        types = skops.io.get_untrusted_types(data=data)
        for name in types:
            if not _TRUSTED.match(name):
                raise ModelError(f"{file}: holds {name}, which is not a trusted type")
        loaded: object = skops.io.loads(data, trusted=types)
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise ModelError(f"{file}: is no skops file: {error}") from error
    return loaded


def save_model(
    folder: Path,
    classifier: EmpathyClassifier,
    *,
    about: Mapping[str, Any],
    metrics: Mapping[str, Any],
    card: str,
) -> None:
    """Write a model's folder.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    classifier : EmpathyClassifier
        Fitted.
    about : mapping
        Must hold ``version``; the rest is for the reader.
    metrics : mapping
        What ``metrics.json`` is to hold.
    card : str
        Markdown.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = skops.io.dumps(_lean(classifier))
    described = {
        "format_version": FORMAT_VERSION,
        **about,
        "features": feature_names(),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    (folder / _CLASSIFIER).write_bytes(data)
    for name, content in ((_ABOUT, described), (_METRICS, metrics)):
        text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
        (folder / name).write_text(text + "\n", encoding="utf-8")
    (folder / _CARD).write_text(card, encoding="utf-8")


def _lean(classifier: EmpathyClassifier) -> EmpathyClassifier:
    """Keep settings as plain lists, so that only arrays and numbers are stored."""
    if classifier.monotonic_cst is None:
        return classifier
    lean = copy.copy(classifier)
    lean.set_params(monotonic_cst=np.asarray(classifier.monotonic_cst).tolist())
    return lean
