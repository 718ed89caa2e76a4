"""Write what is known of the shipped rows: ``python -m empathy_score.lexicon``."""

from pathlib import Path

from empathy_score.lexicon.prepared import FILE, write
from empathy_score.lexicon.rows import load_lexicon

if __name__ == "__main__":
    lexicon = load_lexicon()
    rows = (*lexicon.cues, *lexicon.signals)
    write((row.expression for row in rows), Path(__file__).with_name(FILE))
