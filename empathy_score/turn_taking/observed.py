"""What times and marks show of each turn, filled in by both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from empathy_score.turn_taking.timeline import Ints


@dataclass(frozen=True, slots=True)
class Observed:
    """Three states a turn, in order of time: -1 not observable, 0 no, 1 yes.

    What times and then marks show is written into these arrays.
    """

    interrupted: Ints
    attempts: Ints
    interrupts: Ints
    successful: Ints


def unobserved(n: int) -> Observed:
    """Give the states of n turns before anything was seen."""
    return Observed(*(np.full(n, -1) for _ in range(4)))
