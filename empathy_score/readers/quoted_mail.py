"""Plain bodies of e-mails without the earlier mail that they quote."""

from __future__ import annotations

import re

REPLY_LINE = re.compile(
    r"^[^\n]{0,10}please type your reply above this line[\s\S]*",
    re.IGNORECASE | re.MULTILINE,
)
"""What mail from Zendesk has between an answer and the mail it answers."""
_WROTE = re.compile(
    r"^On\b(?=[^\n]{0,200}\d)[^\n]{1,300}(?:\n(?![>\n])[^\n]{0,300}){0,2}"
    r"\bwrote:[ \t]*$",
    re.MULTILINE,
)
_ORIGINAL = re.compile(
    r"^(?:-{2,} ?(?:Original Message|Forwarded message) ?-{2,}[ \t]*$"
    r"|_{10,}\s*\nFrom: |From: [^\n]*\nSent: )",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED_LINE = re.compile(r"^ ?>.*(?:\n|\Z)", re.MULTILINE)


def without_quoted_mail(text: str) -> str:
    r"""Leave the earlier mail out of the plain body of an e-mail.

    For e-mail only: in a chat, ``> hello`` may be what somebody says. Lines that
    begin with ``>`` are quoted. The line "On ..., ... wrote:" (with a number in it,
    on up to three lines) goes with them; where no ``>`` follows it, all that follows
    is quoted, otherwise what stands between and below the quoted lines is an answer
    and stays. From "-----Original Message-----", a rule with "From:" below it, or
    "From:" with "Sent:" below it on, all is quoted. Signatures stay.

    Parameters
    ----------
    text : str
        Plain text.

    Returns
    -------
    str
        The text itself where nothing is quoted; empty where nothing else is there.

    Examples
    --------
    >>> without_quoted_mail("Thanks!\n\nOn 3 May 2024, Bo wrote:\n> Sorry!\n")
    'Thanks!'
    >>> without_quoted_mail("> Late?\nYes, sorry.\n> Refund?\nOf course.")
    'Yes, sorry.\nOf course.'
    """
    own = REPLY_LINE.sub("", text.replace("\r\n", "\n"))
    original = _ORIGINAL.search(own)
    own = own[: original.start()] if original else own
    last = max((line.start() for line in _QUOTED_LINE.finditer(own)), default=-1)
    below = (wrote.start() for wrote in _WROTE.finditer(own) if wrote.end() > last)
    own = own[: next(below, len(own))]
    without = _QUOTED_LINE.sub("", _WROTE.sub("", own))
    if without == text.replace("\r\n", "\n"):
        return text
    return re.sub(r"\n{3,}", "\n\n", without).strip()
