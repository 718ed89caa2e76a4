"""A model's folder: it is checked and loaded without running anybody's code.

It holds ``classifier.skops``, ``model.json`` (what it is and what it needs),
``metrics.json`` and ``README.md``, the card.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import skops.io
from skops.io.exceptions import (
    UnsupportedTypeException,
    UntrustedTypesFoundException,
)

from empathy_score.errors import InputError, ModelError

FORMAT_VERSION = 1

_CLASSIFIER = "classifier.skops"
_ABOUT = "model.json"
_METRICS = "metrics.json"
_CARD = "README.md"
_NEEDED = frozenset({"format_version", "version", "features", "sha256"})
TRUSTED_TYPES = frozenset(
    {
        "empathy_score.classifier.EmpathyClassifier",
        "empathy_score.sentence_levels.SentenceLevels",
    }
)
"""Types that a model may hold beside the estimators and arrays that skops trusts."""

LARGEST_FILE = 200_000_000
"""Bytes of the largest file of a model, packed or unpacked; ours have 5 million."""


def find_folder(model: str | Path | None, *, default: str, command: str) -> Path:
    """Find a model's folder.

    Parameters
    ----------
    model : str or Path, optional
        A folder, or the name of one under ``models/``; None is the shipped one.
    default : str
        Name of the shipped one.
    command : str
        The command that trains such a model, for the error's text.

    Returns
    -------
    Path

    Raises
    ------
    ModelError
        If there is none; the text names the places looked at.
    """
    name = default if model is None else str(model)
    package = Path(str(resources.files("empathy_score")))
    places = [package / "models" / name, package.parent / "models" / name]
    if model is not None:
        places = [Path(name), Path("models") / name, *places]
    for place in places:
        if (place / _ABOUT).is_file():
            return place
    looked = ", ".join(str(place) for place in places)
    raise ModelError(
        f"no model {name!r}: looked for {_ABOUT} in {looked}; train one with: {command}"
    )


def check_out(out: Path | str) -> None:
    """Refuse an output that cannot become a folder, before the work begins.

    Parameters
    ----------
    out : Path or str
        Where a model is to be written.

    Raises
    ------
    InputError
        If it is a file.
    """
    if Path(out).exists() and not Path(out).is_dir():
        raise InputError(f"{out}: is a file; name a folder for the model")


def read_about(folder: Path) -> dict[str, Any]:
    """Read and check ``model.json``.

    Parameters
    ----------
    folder : Path
        The model's folder.

    Returns
    -------
    dict
        At least ``version``, ``features`` and ``sha256``.

    Raises
    ------
    ModelError
        If it is not readable, lacks something or has another format version.
    """
    file = folder / _ABOUT
    try:
        about = json.loads(_read(file).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{file}: not readable: {error}") from error
    if not isinstance(about, dict) or "format_version" not in about:
        raise ModelError(f"{file}: must hold {', '.join(sorted(_NEEDED))}")
    if about["format_version"] != FORMAT_VERSION:
        found = f"{about['format_version']!r:.40}"
        raise ModelError(
            f"{folder}: has format version {found}, this package "
            f"reads {FORMAT_VERSION}; install the matching empathy-score or train again"
        )
    if not set(about) >= _NEEDED:
        raise ModelError(f"{file}: must hold {', '.join(sorted(_NEEDED))}")
    return about


def read_estimator(folder: Path, about: Mapping[str, Any]) -> object:
    """Load the trained part of a model; only trusted types are made.

    Parameters
    ----------
    folder : Path
        The model's folder.
    about : mapping
        From :func:`read_about`.

    Returns
    -------
    object
        What was saved.

    Raises
    ------
    ModelError
        If the file is missing, changed, no skops file, or holds another type.
    """
    file = folder / _CLASSIFIER
    if not file.is_file():
        raise ModelError(f"{file}: missing; copy the model's whole folder")
    data = _read(file)
    if hashlib.sha256(data).hexdigest() != about["sha256"]:
        raise ModelError(
            f"{file}: is not the file that {_ABOUT} describes (checksum differs); "
            "copy the model's whole folder again"
        )
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise ModelError(f"{file}: is no skops file; copy the model's whole folder")
    try:
        _check_unpacked(data, file)
        types = skops.io.get_untrusted_types(data=data)
        for name in types:
            if name not in TRUSTED_TYPES:
                raise ModelError(f"{file}: holds {name}, which is not a trusted type")
        loaded: object = skops.io.loads(data, trusted=types)
    except ModelError:
        raise
    except _UNREADABLE as error:
        said = f"{type(error).__name__}: {error}"
        raise ModelError(
            f"{file}: is no skops file that can be read here ({said:.200}); copy the "
            "model's whole folder again, or train it again"
        ) from error
    return loaded


_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(ArithmeticError, AttributeError, ImportError, LookupError, TypeError, ValueError),
    *(UntrustedTypesFoundException, UnsupportedTypeException),
)
"""What skops raises for content that it did not write, RecursionError among it."""


def _read(file: Path) -> bytes:
    """Read a file that is not larger than any model."""
    with file.open("rb") as handle:
        data = handle.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ModelError(f"{file}: is larger than {LARGEST_FILE:,} bytes: no model")
    return data


def _check_unpacked(data: bytes, file: Path) -> None:
    """Refuse what would fill the memory."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST_FILE:
        raise ModelError(f"{file}: unpacks to {size:,} bytes: no model")


def write_folder(
    folder: Path,
    estimator: object,
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
    estimator : object
        Fitted; of scikit-learn, this package, or a dict of such.
    about : mapping
        Must hold ``version`` and ``features``; the rest is for the reader.
    metrics : mapping
        What ``metrics.json`` is to hold.
    card : str
        Markdown.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = skops.io.dumps(estimator, compression=zipfile.ZIP_DEFLATED, compresslevel=9)
    described = {
        **about,
        "format_version": FORMAT_VERSION,
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    (folder / _CLASSIFIER).write_bytes(data)
    for name, content in ((_ABOUT, described), (_METRICS, metrics)):
        text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
        (folder / name).write_text(text + "\n", encoding="utf-8")
    (folder / _CARD).write_text(card, encoding="utf-8")
