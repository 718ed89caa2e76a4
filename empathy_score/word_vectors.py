"""Word vectors: which words are near each other in meaning, for training only."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from empathy_score.errors import InputError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordVectors:
    """Words, and a point for each; words of like meaning lie close together.

    Parameters
    ----------
    words : tuple of str
        In lower case and without apostrophes, as sentences are read.
    values : ndarray of shape (n_words, n_dimensions)
        Their vectors, of length 1 on average.
    """

    words: tuple[str, ...]
    values: Array


def read_vectors(path: Path | str) -> WordVectors:
    r"""Read word vectors from a file of numpy arrays.

    Parameters
    ----------
    path : Path or str
        An ``.npz`` with ``words``, one text with a word a line, and ``values``, a
        row of numbers for each.

    Returns
    -------
    WordVectors

    Raises
    ------
    InputError
        If the file is missing or no such file, or both are not of one length.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "vectors.npz"
    >>> np.savez(file, words="ill\nsick", values=np.array([[3, 4], [4, 3]]))
    >>> found = read_vectors(file)
    >>> found.words, found.values.tolist()
    (('ill', 'sick'), [[0.6, 0.8], [0.8, 0.6]])
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            words = tuple(str(arrays["words"]).split("\n"))
            values = np.asarray(arrays["values"], dtype=np.float64)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path}: no word vectors ({error}); expected an .npz with 'words', a word "
            "a line, and 'values', a row of numbers for each"
        ) from error
    if values.ndim != 2 or len(values) != len(words):
        raise InputError(
            f"{path}: {len(words)} words but values of shape {values.shape}; expected "
            "one row of numbers for each word"
        )
    length = np.linalg.norm(values, axis=1).mean()
    if not length > 0:
        raise InputError(f"{path}: the vectors are all zero or hold no number")
    return WordVectors(words=words, values=values / length)
