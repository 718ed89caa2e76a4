"""Phrases and their scopes as rows of data, and the reader of those rows."""

from empathy_score.lexicon.matching import (
    Found,
    Hit,
    Matcher,
    compile_lexicon,
    find_all_hits,
    find_hits,
    find_rows,
    load_matcher,
)
from empathy_score.lexicon.own_checks import Finding, check_own_rows
from empathy_score.lexicon.own_rows import (
    make_own_rows,
    own_rows_of,
    read_own_rows,
    read_row_objects,
)
from empathy_score.lexicon.rows import (
    CUE_LABELS,
    SUBTYPES,
    Lexicon,
    Pattern,
    Scope,
    load_lexicon,
    read_lexicon,
)

__all__ = [
    "CUE_LABELS",
    "SUBTYPES",
    "Finding",
    "Found",
    "Hit",
    "Lexicon",
    "Matcher",
    "Pattern",
    "Scope",
    "check_own_rows",
    "compile_lexicon",
    "find_all_hits",
    "find_hits",
    "find_rows",
    "load_lexicon",
    "load_matcher",
    "make_own_rows",
    "own_rows_of",
    "read_lexicon",
    "read_own_rows",
    "read_row_objects",
]
