"""Plain text of HTML bodies, and mail without the earlier mail that it quotes.

HTML is parsed by selectolax (https://selectolax.readthedocs.io), which follows the
HTML standard as browsers do. What mail programs put around quoted mail is a list of
their class names and identifiers, :data:`QUOTES` and :data:`CUTS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

QUOTES = (
    "blockquote",
    ".gmail_quote",
    ".gmail_attr",
    ".moz-cite-prefix",
    ".yahoo_quoted",
    ".protonmail_quote",
    ".tutanota_quote",
    ".zmail_extra",
    ".ms-outlook-mobile-reference-message",
    "#mail-editor-reference-message-container",
    "#OLK_SRC_BODY_SECTION",
    '[data-marker="__QUOTED_TEXT__"]',
)
"""Elements that hold earlier mail, as CSS selectors."""

CUTS = (
    "#appendonsend",
    "#divRplyFwdMsg",
    "#stopSpelling",
    '[style*="border-top:solid #E1E1E1"]',
    '[style*="border-top:solid #B5C4DF"]',
)
"""Elements that earlier mail follows, to the end; all of them are Outlook's."""

_DROPPED = frozenset({"script", "style", "title", "template", "noscript", "iframe"})
# Names of elements, parted by blanks.
_PARAGRAPHS = "p h1 h2 h3 h4 h5 h6 ul ol dl table pre blockquote form fieldset"
_LINES = (
    "div li dt dd tr td th caption address article aside center details dir figcaption "
    "figure footer header hr legend main menu nav option section summary"
)
_BREAKS = dict.fromkeys(_LINES.split(), 1) | dict.fromkeys(_PARAGRAPHS.split(), 2)

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})(?=[\s/>])[^<>]*>")
# Tags that leave no trace in a text, but have their own rules where they overlap.
_INLINE = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike"}
    | {"strong", "tt", "u"}
)
# Elements without an end, or whose end may be left out: they do not nest by themselves.
_FLAT = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"}
    | {"param", "source", "track", "wbr", "p", "li", "dt", "dd", "tr", "td", "th"}
    | {"tbody", "thead", "tfoot", "colgroup", "option", "optgroup", "rt", "rp"}
)
_DEEPEST = 256  # more than any mail; browsers go to 512
_HALVES = re.compile("[\ud800-\udfff]")

_QUOTE = "\0"  # stands where a quote was left out; HTML cannot hold it
_BEFORE_QUOTE = re.compile(
    rf"^On\b[^\n{_QUOTE}]{{1,300}}(?:\n[^\n{_QUOTE}]{{0,300}}){{0,2}}\bwrote:\s*{_QUOTE}",
    re.MULTILINE,
)

_REPLY_LINE = re.compile(
    r"^.{0,10}please type your reply above this line.*\Z",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_WROTE = re.compile(
    r"^On\b(?=[^\n]{0,200}\d)[^\n]{1,300}(?:\n(?!\n)[^\n>]{0,300}){0,2}\bwrote:[ \t]*$",
    re.MULTILINE,
)
_ORIGINAL = re.compile(
    r"^(?:-{2,} ?(?:Original Message|Forwarded message) ?-{2,}[ \t]*$"
    r"|_{10,}\s*\nFrom: |From: [^\n]*\nSent: )",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED_LINE = re.compile(r"^ ?>.*(?:\n|\Z)", re.MULTILINE)


def html_text(html: str) -> str:
    r"""Turn an HTML body into the words that its writer wrote.

    The text that comes out is what is scored, and what the offsets of cues count in:
    ``cue.text == html_text(html)[cue.start:cue.end]``. Offsets into the HTML are not
    kept.

    Paragraphs stand apart by an empty line; ``<br>``, other blocks, list items and
    table cells begin a new line. Entities are resolved, non-breaking blanks are
    blanks, runs of blanks are one. An image gives its alternative text in brackets,
    a link its words. Scripts, styles and the head are left out, and so is earlier
    mail: quotes, what mail programs mark as such, the line "On ... wrote:" before it.
    A ``<blockquote>`` without a border is how Gmail indents, and stays. Signatures
    stay. A text without a tag keeps its line breaks.

    Parameters
    ----------
    html : str
        A document, a fragment, or a text without tags; however broken.

    Returns
    -------
    str
        Empty where nothing is left. Halves of two-part characters become U+FFFD.

    Examples
    --------
    >>> html_text("<p>Hi&nbsp;Ann,</p><ul><li>I&#39;m <b>so</b> sorry<li>bye</ul>")
    "Hi Ann,\n\nI'm so sorry\nbye"
    >>> html_text('Thanks!<div class="gmail_quote">On Monday Bo wrote: ...</div>')
    'Thanks!'
    """
    from selectolax.lexbor import LexborHTMLParser

    keeps_lines = _TAG.search(html) is None
    tree = LexborHTMLParser(_flattened(_HALVES.sub("\ufffd", html)))
    body = tree.body
    if body is None:
        return ""
    text = "".join(_spaced(_words(tree, body, keeps_lines)))
    text = _BEFORE_QUOTE.sub("", text).replace(_QUOTE, "")
    text = re.sub(r" *\n *", "\n", re.sub(" {2,}", " ", text))
    return re.sub(r"\n{3,}", "\n\n", _REPLY_LINE.sub("", text)).strip()


def _flattened(html: str) -> str:
    """Take out tags that leave no trace, and those of elements nested too deep.

    The standard's rules for both cost quadratic time and memory in a parser.
    """
    depth = 0

    def kept(tag: re.Match[str]) -> str:
        nonlocal depth
        name = tag[2].lower()
        if name in _INLINE:
            return ""
        if name in _FLAT:
            return tag[0]
        if not tag[1]:
            depth += 1
            fits = depth <= _DEEPEST
        else:
            depth = max(depth - 1, 0)
            fits = depth < _DEEPEST
        return tag[0] if fits else "<br>" if name in _BREAKS else ""

    return _TAG.sub(kept, html)


def _words(
    tree: LexborHTMLParser, body: LexborNode, keeps_lines: bool
) -> Iterator[str | int]:
    """Go through a document: its words, and how many line breaks are due between."""
    quotes = {node.mem_id for node in tree.css(", ".join(QUOTES)) if _is_quote(node)}
    cuts = {node.mem_id for node in tree.css(", ".join(CUTS)) if _is_cut(node)}
    kept_lines = {node.mem_id for node in tree.css('pre, [style*="white-space:"]')}
    n_kept = int(keeps_lines)
    node: LexborNode | None = body
    while node is not None:
        inside = None
        if node.is_text_node:
            yield _plain_words(node.text_content or "", n_kept > 0)
        elif node.mem_id in cuts:
            yield _QUOTE
            return
        elif node.mem_id in quotes:
            yield from (1, _QUOTE, 1)
        elif node.is_element_node and node.tag not in _DROPPED:
            yield _entering(node)
            n_kept += node.mem_id in kept_lines
            inside = node.child or node
        node, left = _next(node, inside, body)
        for one in left:
            n_kept -= one.mem_id in kept_lines
            yield _BREAKS.get(one.tag or "", 0)


def _next(
    node: LexborNode, inside: LexborNode | None, body: LexborNode
) -> tuple[LexborNode | None, list[LexborNode]]:
    """Give the next node in the order of the document, and the elements left."""
    if inside is not None and inside is not node:
        return inside, []
    left = [node] if inside is node else []
    while node.mem_id != body.mem_id:
        if node.next is not None:
            return node.next, left
        if node.parent is None:
            break
        node = node.parent
        left.append(node)
    return None, left


def _plain_words(text: str, keeps_lines: bool) -> str:
    """Make all kinds of blanks blanks, and line breaks too where they mean nothing."""
    if keeps_lines:
        return re.sub(r"[^\S\n]", " ", text.replace("\r\n", "\n"))
    return re.sub(r"\s+", " ", text)


def _entering(node: LexborNode) -> str | int:
    if node.tag == "img":
        alt = " ".join((node.attributes.get("alt") or "").split())
        return f"[{alt}]" if alt else ""
    return -1 if node.tag == "br" else _BREAKS.get(node.tag or "", 0)


def _spaced(pieces: Iterator[str | int]) -> Iterator[str]:
    """Put line breaks between words: of several reasons for one, the strongest.

    Numbers are how many are due at least; -1 is one more (``<br>``).
    """
    due = 0
    for piece in pieces:
        if isinstance(piece, int):
            due = due + 1 if piece < 0 else max(due, piece)
        elif due and not piece.strip(" "):
            continue
        else:
            yield "\n" * min(due, 2) + piece
            due = 0


def _is_quote(node: LexborNode) -> bool:
    """Tell quotes from blocks that Gmail's and other editors' indentation makes."""
    style = re.sub(r"\s", "", node.attributes.get("style") or "")
    marked = node.attributes.get("type") or node.attributes.get("class")
    is_indented = "border:none" in style or "border:0" in style
    return node.tag != "blockquote" or bool(marked) or not is_indented


def _is_cut(node: LexborNode) -> bool:
    """Tell Outlook's rule above the head of earlier mail from other rules."""
    if node.id:
        return True
    return re.match(r"\s*[\w ]{2,20}:", node.text()) is not None


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
    own = _REPLY_LINE.sub("", text.replace("\r\n", "\n"))
    original = _ORIGINAL.search(own)
    own = own[: original.start()] if original else own
    last = max((line.start() for line in _QUOTED_LINE.finditer(own)), default=-1)
    below = (wrote.start() for wrote in _WROTE.finditer(own) if wrote.end() > last)
    own = own[: next(below, len(own))]
    without = _QUOTED_LINE.sub("", _WROTE.sub("", own))
    if without == text.replace("\r\n", "\n"):
        return text
    return re.sub(r"\n{3,}", "\n\n", without).strip()
