"""The spaCy component ``empathy_cues``: evidence as spans.

It sets three span groups: the cues, the cues whose words are denied, and the
signals (wording that is no cue of its own but counts as a feature).
"""

# No postponed annotations here: spaCy 3.8.0 reads those of a factory as types.
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import minibatch

from empathy_score.lexicon import (
    SUBTYPES,
    Found,
    Lexicon,
    Matcher,
    Pattern,
    find_rows,
    load_lexicon,
    load_matcher,
    make_own_rows,
    read_row_objects,
)
from empathy_score.lexicon.row_checks import json_rows
from empathy_score.normalization import plain_texts
from empathy_score.records import Cue

_SEARCHED_TOGETHER = 500  # texts
_FILE = "patterns.jsonl"  # in the folder of a stored component

CUES_KEY = "empathy_cues"
"""Key of ``doc.spans`` under which the cues stand."""


@Language.factory(
    "empathy_cues",
    assigns=["doc.spans"],
    default_config={"spans_key": CUES_KEY, "patterns": None},
)
def make_empathy_cues(
    nlp: Language,
    name: str,
    spans_key: str,
    patterns: str | list[dict[str, Any]] | None,
) -> "EmpathyCues":
    """Make the component; spaCy calls this for ``nlp.add_pipe("empathy_cues")``."""
    return EmpathyCues(nlp=nlp, name=name, spans_key=spans_key, patterns=patterns)


class EmpathyCues:
    """Mark the empathy cues of a ``Doc`` in ``doc.spans``.

    Parameters
    ----------
    nlp : Language
        The pipeline it belongs to.
    name : str, default "empathy_cues"
        Its name in the pipeline.
    spans_key : str, default "empathy_cues"
        Key of the span group. Denied cues stand under ``<spans_key>_negated``,
        signals under ``<spans_key>_signals``.
    patterns : str or list of dict, optional
        Own cues beside the shipped ones: a file as
        :func:`~empathy_score.lexicon.read_own_rows` reads it, or the rows themselves.

    Raises
    ------
    LexiconError
        If a row of ``patterns`` is not valid; the text names file and line.

    Notes
    -----
    A pipeline that is stored keeps the rows of ``patterns`` with it and does not need
    the file again. A file that is not there is therefore missed when the component is
    first used, not when it is made.

    ``span.label_`` is the cue and ``span.id_`` the lexicon row that matched. A row's
    id holds the subtype, so that :func:`cues_of` needs nothing but the ``Doc``.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> component = nlp.add_pipe("empathy_cues")
    >>> doc = nlp("Thank you for your patience.")
    >>> [(span.text, span.label_) for span in doc.spans["empathy_cues"]]
    [('Thank you for your patience', 'gratitude')]

    With own cues:

    >>> row = {"id": "reassurance.back", "phrases": ["we have your back"],
    ...        "examples": ["We have your back!"]}
    >>> nlp = spacy.blank("en")
    >>> component = nlp.add_pipe("empathy_cues", config={"patterns": [row]})
    >>> doc = nlp("We have your back.")
    >>> [span.id_ for span in doc.spans["empathy_cues"]]
    ['reassurance.back']
    """

    def __init__(
        self,
        nlp: Language,
        name: str = "empathy_cues",
        *,
        spans_key: str = CUES_KEY,
        patterns: str | list[dict[str, Any]] | None = None,
    ) -> None:
        self.name = name
        self.spans_key = spans_key
        self._file = patterns if isinstance(patterns, str) else None
        self._objects: list[tuple[dict[str, Any], str]] = []
        self._own: tuple[Pattern, ...] = ()
        self._matcher: Matcher | None = None
        if self._file is not None and Path(self._file).exists():
            self._read_file(self._file)
        elif not isinstance(patterns, str):
            rows = enumerate(patterns or [], 1)
            self._take((row, f"patterns, row {number}") for number, row in rows)
        self.lexicon: Lexicon = load_lexicon()
        self._labels = _string_ids(nlp, self.lexicon)

    def __call__(self, doc: Doc) -> Doc:
        """Set the span groups of one ``Doc`` and return it."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1000) -> Iterator[Doc]:
        """Set the span groups of a stream, a batch at a time.

        Parameters
        ----------
        stream : iterable of Doc
            What the pipeline made so far.
        batch_size : int, default 1000
            How many are searched together.

        Yields
        ------
        Doc
        """
        for docs in minibatch(stream, min(batch_size, _SEARCHED_TOGETHER)):  # type: ignore[no-untyped-call]
            matcher = self._ready()
            texts = [doc.text for doc in docs]
            different = [*dict.fromkeys(texts)]
            rows = find_rows(plain_texts(different), matcher)
            found = dict(zip(different, rows, strict=True))
            for doc, text in zip(docs, texts, strict=True):
                self._set(doc, found[text], matcher.rows)
                yield doc

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """Own cues, checked."""
        if self._file is not None:
            self._read_file(self._file)
        return self._own

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Write the own cues into a folder, if there are any.

        Parameters
        ----------
        path : str or Path
            The component's folder; made where needed.
        exclude : iterable of str
            As spaCy passes it; nothing here can be left out.
        """
        if self.patterns:
            Path(path).mkdir(parents=True, exist_ok=True)
            Path(path, _FILE).write_bytes(self.to_bytes())

    def from_disk(
        self,
        path: str | Path,
        *,
        exclude: Iterable[str] = (),  # noqa: ARG002
    ) -> "EmpathyCues":
        """Read what :meth:`to_disk` has written; it takes the place of ``patterns``.

        Parameters
        ----------
        path : str or Path
            The component's folder; it need not be there.
        exclude : iterable of str
            As spaCy passes it.

        Returns
        -------
        EmpathyCues
            Itself.

        Raises
        ------
        LexiconError
            If a row is not valid.
        """
        file = Path(path, _FILE)
        if file.exists():
            self._read_file(file)
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002
        """Give the own cues as JSON lines.

        Parameters
        ----------
        exclude : iterable of str
            As spaCy passes it.

        Returns
        -------
        bytes
        """
        rows = self._objects if self.patterns else []
        lines = [json.dumps(row, ensure_ascii=False) for row, _ in rows]
        return "".join(f"{line}\n" for line in lines).encode()

    def from_bytes(
        self,
        data: bytes,
        *,
        exclude: Iterable[str] = (),  # noqa: ARG002
    ) -> "EmpathyCues":
        """Read what :meth:`to_bytes` gave.

        Parameters
        ----------
        data : bytes
            JSON lines.
        exclude : iterable of str
            As spaCy passes it.

        Returns
        -------
        EmpathyCues
            Itself.

        Raises
        ------
        LexiconError
            If a row is not valid.
        """
        self._take(json_rows(data.decode(), "patterns"))
        return self

    def _read_file(self, file: str | Path) -> None:
        self._take(read_row_objects(file))

    def _take(self, objects: Iterable[tuple[dict[str, Any], str]]) -> None:
        """Check rows, and use them in place of those there were."""
        taken = list(objects)
        self._own = make_own_rows(taken)
        self._objects, self._file, self._matcher = taken, None, None

    def _ready(self) -> Matcher:
        if self._matcher is None:
            self._matcher = load_matcher(self.patterns)
        return self._matcher

    def _set(self, doc: Doc, found: Iterable[Found], rows: Sequence[Pattern]) -> None:
        asserted: list[Span] = []
        negated: list[Span] = []
        signals: list[Span] = []
        for place, start, end, denied in found:
            row = rows[place]
            span = doc.char_span(
                start,
                end,
                label=row.label,
                span_id=row.id,
                alignment_mode="expand",
            )
            if span is None:
                continue
            if row.label in self._labels:
                signals.append(span)
            elif denied:
                negated.append(span)
            else:
                asserted.append(span)
        doc.spans[self.spans_key] = asserted
        if negated:
            doc.spans[f"{self.spans_key}_negated"] = negated
        if signals:
            doc.spans[f"{self.spans_key}_signals"] = signals

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what cannot travel to another process; it is made anew there."""
        return {**self.__dict__, "_matcher": None}


def _string_ids(nlp: Language, lexicon: Lexicon) -> frozenset[str]:
    for row in (*lexicon.cues, *lexicon.signals):
        nlp.vocab.strings.add(row.label)
        nlp.vocab.strings.add(row.id)
    return frozenset(lexicon.signal_labels)


def cues_of(doc: Doc, spans_key: str = CUES_KEY) -> tuple[Cue, ...]:
    """Read the cues of a ``Doc`` back as records.

    Parameters
    ----------
    doc : Doc
        What went through ``empathy_cues``.
    spans_key : str, default "empathy_cues"
        The component's key.

    Returns
    -------
    tuple of Cue
        Denied ones included (``negated`` is True), in order of position.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> component = nlp.add_pipe("empathy_cues")
    >>> cue = cues_of(nlp("Sorry about the delay!"))[-1]
    >>> cue.label, cue.subtype, cue.start, cue.end
    ('apology', 'specific', 0, 21)
    """
    cues = [_cue(span, negated=False) for span in doc.spans.get(spans_key, ())]
    denied = doc.spans.get(f"{spans_key}_negated")
    if denied is not None:
        cues.extend(_cue(span, negated=True) for span in denied)
        cues.sort(key=lambda cue: (cue.start, cue.end, cue.pattern))
    return tuple(cues)


def _cue(span: Span, *, negated: bool) -> Cue:
    label = span.label_
    identifier = span.id_
    return Cue(
        label=label,
        subtype=identifier.split(".")[1] if label in SUBTYPES else None,
        start=span.start_char,
        end=span.end_char,
        text=span.text,
        pattern=identifier,
        negated=negated,
    )
