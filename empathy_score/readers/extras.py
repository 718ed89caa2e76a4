"""Packages that only some formats need: the extra ``empathy-score[formats]``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from empathy_score.errors import InputError


def extra(module: str, format_title: str) -> ModuleType:
    """Import a package of the extra, or say how to install it.

    Parameters
    ----------
    module : str
        What is imported.
    format_title : str
        What cannot be read without it.

    Returns
    -------
    module

    Raises
    ------
    InputError
        It is not installed.

    Examples
    --------
    >>> extra("json", "JSON").__name__
    'json'
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise InputError(
            f"{format_title} is read with the package {module!r}, which is not "
            "installed; install it with: pip install 'empathy-score[formats]'"
        ) from error


class GaveUpError(Exception):
    """A compiled reader met what its authors held for impossible."""


@contextmanager
def gives_up() -> Iterator[None]:
    """Let the panic of a reader written in Rust be an error that can be caught.

    A panic is no :class:`Exception`, and its type cannot be imported; it ends what was
    asked for, and nothing else.

    Examples
    --------
    >>> with gives_up():
    ...     "no panic"
    'no panic'
    """
    try:
        yield
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise GaveUpError(f"its reader gave up: {error}") from error
