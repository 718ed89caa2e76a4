"""Names of agents and conversations as a report writes them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from empathy_score.redaction import redact_text

_KINDS = frozenset({"e-mail", "card", "account"})


def plain_names() -> Callable[[str], str]:
    """Write names as they are.

    Returns
    -------
    callable
        Takes a name, gives a name.

    Examples
    --------
    >>> plain_names()("ann@example.org")
    'ann@example.org'
    """
    return str


def masked_names() -> Callable[[str], str]:
    """Mask addresses in names, and number the masks, so that they stay apart.

    Numbers alone stay: a ticket's number is how a conversation is found again. A
    telephone number with a plus sign is masked.

    Returns
    -------
    callable
        Takes a name, gives a name.

    Examples
    --------
    >>> name = masked_names()
    >>> [name(one) for one in ("ann@example.org", "bo@example.org", "Cleo", "20260312")]
    ['[e-mail] 1', '[e-mail] 2', 'Cleo', '20260312']
    """
    known: dict[str, str] = {}
    numbers = count(1)

    def name(original: str) -> str:
        if original not in known:
            shown = redact_text(original)
            told = {span.kind for span in shown.spans}
            secret = told & _KINDS or ("phone" in told and "+" in original)
            known[original] = f"{shown.text} {next(numbers)}" if secret else original
        return known[original]

    return name
