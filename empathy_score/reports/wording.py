"""Figures in words, as a reader takes them to a meeting."""

from __future__ import annotations

import math

NOT_SEEN = "–"  # noqa: RUF001 - the sign for "not observable"

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def score_words(value: float | None) -> str:
    """Write a score with two digits.

    Parameters
    ----------
    value : float or None
        A score in [0, 1], or a mood in [-1, 1].

    Returns
    -------
    str
        A dash where there is nothing to see.

    Examples
    --------
    >>> score_words(0.456), score_words(-0.001)
    ('0.46', '0.00')
    """
    if value is None:
        return NOT_SEEN
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")


def figure_words(value: float) -> str:
    """Write a figure of any size with two significant digits at least.

    Parameters
    ----------
    value : float
        A slope, or a mean of an outcome.

    Returns
    -------
    str

    Examples
    --------
    >>> figure_words(0.0123), figure_words(4.236), figure_words(1520.4)
    ('0.012', '4.24', '1,520')
    """
    digits = 0 if abs(value) >= 100 else 2 if abs(value) >= 0.1 else 3
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "\N{MINUS SIGN}")


def range_words(low: float | None, high: float | None) -> str:
    """Write an interval.

    Parameters
    ----------
    low, high : float or None
        Its ends.

    Returns
    -------
    str

    Examples
    --------
    >>> range_words(0.4, 0.52)
    '0.40 to 0.52'
    """
    if low is None or high is None:
        return NOT_SEEN
    return f"{score_words(low)} to {score_words(high)}"


def share_words(share: float | None) -> str:
    """Write a share as per cent; what is there never becomes 0 %.

    Parameters
    ----------
    share : float or None
        In [0, 1].

    Returns
    -------
    str

    Examples
    --------
    >>> share_words(0.333), share_words(0.002), share_words(0.998), share_words(1.0)
    ('33 %', 'under 1 %', 'over 99 %', '100 %')
    """
    if share is None:
        return NOT_SEEN
    if 0 < share < 0.005:
        return "under 1 %"
    if 0.995 <= share < 1:
        return "over 99 %"
    return f"{math.floor(100 * share + 0.5)} %"


def number_words(number: int | None) -> str:
    """Write a whole number.

    Parameters
    ----------
    number : int or None
        How many.

    Returns
    -------
    str

    Examples
    --------
    >>> number_words(12_500), number_words(None) == NOT_SEEN
    ('12,500', True)
    """
    return NOT_SEEN if number is None else f"{number:,}"


def count_words(number: int, word: str, words: str | None = None) -> str:
    """Write a number of things.

    Parameters
    ----------
    number : int
        How many.
    word : str
        One of them.
    words : str, optional
        Many of them; ``word`` with an s if not given.

    Returns
    -------
    str

    Examples
    --------
    >>> count_words(1, "turn"), count_words(2500, "opportunity", "opportunities")
    ('1 turn', '2,500 opportunities')
    """
    return f"{number:,} {word if number == 1 else words or word + 's'}"


def duration_words(seconds: float | None) -> str:
    """Write a length of time in the unit in which it is read at a glance.

    Parameters
    ----------
    seconds : float or None
        Not negative.

    Returns
    -------
    str

    Examples
    --------
    >>> [duration_words(seconds) for seconds in (4.26, 41, 95, 8000, 200_000)]
    ['4.3 s', '41 s', '1.6 min', '2.2 h', '2.3 days']
    """
    if seconds is None:
        return NOT_SEEN
    if seconds < _MINUTE:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.1f} min"
    if seconds < _DAY:
        return f"{seconds / _HOUR:.1f} h"
    return f"{seconds / _DAY:.1f} days"
