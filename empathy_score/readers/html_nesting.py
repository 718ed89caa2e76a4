"""HTML with very many tags, made so regular that parsing it takes linear time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

# Names of elements, parted by blanks.
_PARAGRAPHS = "p h1 h2 h3 h4 h5 h6 ul ol dl table pre blockquote form fieldset"
_LINES = (
    "div li dt dd tr td th caption address article aside center details dir figcaption "
    "figure footer header hr legend main menu nav option section summary"
)
BREAKS = dict.fromkeys(_LINES.split(), 1) | dict.fromkeys(_PARAGRAPHS.split(), 2)
"""Line breaks that are due before and after an element, at least."""

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})(?=[\s/>])[^<>]*>")
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


@dataclass(slots=True)
class _Open:
    """Elements that have begun and not ended."""

    names: list[str] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


def flattened(html: str) -> str:
    """Make nesting regular and not too deep.

    The standard's rules for overlapping and endless elements cost a parser quadratic
    time and memory. Here comments go, tags that leave no trace in a text go, what is
    inside an element ends with it, and elements nested too deep lose their tags.

    Parameters
    ----------
    html : str
        However broken.

    Returns
    -------
    str
        HTML with the same words.

    Examples
    --------
    >>> flattened("<div><b>Hi <span>Ann</div></span> <!-- bye -->")
    '<div>Hi <span>Ann</span></div> '
    """
    opened = _Open()

    def kept(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        if name in _INLINE:
            return ""
        if name in _FLAT:
            return tag[0]
        return _ending(name, opened) if tag[1] else _beginning(tag[0], name, opened)

    return TAG.sub(kept, _without_comments(html))


def _beginning(tag: str, name: str, opened: _Open) -> str:
    if len(opened.names) == _DEEPEST:
        opened.left_out[name] += 1
        return _instead(name)
    opened.names.append(name)
    opened.count[name] += 1
    return tag


def _ending(name: str, opened: _Open) -> str:
    """End an element, and before it all that is open inside it."""
    if opened.left_out[name]:
        opened.left_out[name] -= 1
        return _instead(name)
    return "".join(f"</{inner}>" for inner in _closed(name, opened))


def _closed(name: str, opened: _Open) -> Iterator[str]:
    inner = ""
    while opened.count[name] and inner != name:
        inner = opened.names.pop()
        opened.count[inner] -= 1
        yield inner


def _instead(name: str) -> str:
    return "<br>" if name in BREAKS else ""


def _without_comments(html: str) -> str:
    kept, after = [], 0
    while (start := html.find("<!--", after)) >= 0:
        kept.append(html[after:start])
        end = html.find("-->", start + 2)
        after = len(html) if end < 0 else end + 3
    return "".join([*kept, html[after:]])
