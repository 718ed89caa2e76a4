"""Plain text of HTML bodies, without the earlier mail that they quote.

HTML is parsed by selectolax (https://selectolax.readthedocs.io), which follows the
HTML standard as browsers do. What mail programs put around quoted mail is a list of
their class names and identifiers, :data:`QUOTES` and :data:`CUTS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from empathy_score.readers.html_nesting import BREAKS, TAG, flattened
from empathy_score.readers.quoted_mail import REPLY_LINE

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

_KEPT_LINES = 'pre, [style*="white-space:pre"], [style*="white-space: pre"]'
_DROPPED = frozenset({"script", "style", "title", "template", "noscript", "iframe"})
_MANY = 1000  # tags; fewer cannot take long
_HALVES = re.compile("[\ud800-\udfff]")

_QUOTE = "\0"  # stands where a quote was left out; HTML cannot hold it
_BEFORE_QUOTE = re.compile(
    rf"^On\b[^\n{_QUOTE}]{{1,300}}(?:\n[^\n{_QUOTE}]{{0,300}}){{0,2}}\bwrote:\s*{_QUOTE}",
    re.MULTILINE,
)


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

    keeps_lines = TAG.search(html) is None
    html = _HALVES.sub("\ufffd", html)
    tree = LexborHTMLParser(flattened(html) if html.count("<") > _MANY else html)
    body = tree.body
    if body is None:
        return ""
    text = "".join(_spaced(_words(tree, body, keeps_lines)))
    text = re.sub(rf"{_QUOTE}\n?", "", _BEFORE_QUOTE.sub(_QUOTE, text))
    text = re.sub(r" *\n *", "\n", re.sub(" {2,}", " ", text))
    return re.sub(r"\n{3,}", "\n\n", REPLY_LINE.sub("", text)).strip()


def _words(
    tree: LexborHTMLParser, body: LexborNode, keeps_lines: bool
) -> Iterator[str | int]:
    """Go through a document: its words, and how many line breaks are due between."""
    quotes = {node.mem_id for node in tree.css(", ".join(QUOTES)) if _is_quote(node)}
    cuts = {node.mem_id for node in tree.css(", ".join(CUTS)) if _is_cut(node)}
    kept_lines = {node.mem_id for node in tree.css(_KEPT_LINES)}
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
            yield BREAKS.get(one.tag or "", 0)


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
    return -1 if node.tag == "br" else BREAKS.get(node.tag or "", 0)


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
