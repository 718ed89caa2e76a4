"""``python -m empathy_score`` is the command line."""

from empathy_score.cli import main

if __name__ == "__main__":
    main()
