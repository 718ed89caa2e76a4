"""The packages of the extra ``report``, imported when one is needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from empathy_score.errors import InputError


def required(module: str) -> Any:  # noqa: ANN401
    """Import a package of the extra, or say how to install it.

    Parameters
    ----------
    module : str
        Its name, ``"altair"`` for instance.

    Returns
    -------
    module

    Raises
    ------
    InputError
        It is not installed.

    Examples
    --------
    >>> required("jinja2").__name__
    'jinja2'
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise InputError(
            f"a report is made with the package {module!r}, which is not installed; "
            "install it with: pip install 'empathy-score[report]'"
        ) from error
