"""How empathy goes with the ratings of real support chats, and how good intervals are.

    python benchmarks/impact.py [--shared ../shared]

writes ``benchmarks/results/impact.md``. The chats are not part of this repository, and
no text of theirs is written anywhere. They are MAIA's: ratings of interaction quality
turn by turn, of task success once, and emotions of the customer.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats

from empathy_score import EmpathyScorer, Impact, compare, impact, summarize
from empathy_score.moods import add_moods
from empathy_score.outcomes import Effect, Interval, ToldConversations
from empathy_score.outcomes.effects import (
    adjusted_effect,
    agent_effects,
    rank_correlation,
)
from empathy_score.scored_turns import open_scored
from empathy_score.summaries import shrink

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "impact.md"
OUTCOMES = ("interaction_quality", "task_success")
LOW_SPIRITS = ("anger", "anxiety", "disappointment", "frustration")
GOOD_SPIRITS = ("empathy", "happiness")
N_DRAWS = 1000

Array = npt.NDArray[np.float64]


def scored_chats(file: Path) -> pl.DataFrame:
    """Score the chats; the languages that an id begins with are the channel."""
    table = pl.read_csv(file, infer_schema_length=None)
    languages = pl.col("conversation_id").str.extract("^([a-z]+_[a-z]+)_")
    scored = EmpathyScorer.load().score_frame(table.with_columns(channel=languages))
    assert scored["channel"].null_count() == 0
    return scored


def effect_cells(effect: Effect | Interval | None) -> str:
    """One figure with its interval."""
    if effect is None:
        return "not told"
    return f"{effect.value:.3f} ({effect.low:.3f} to {effect.high:.3f})"


def impact_section(found: Impact) -> Iterator[str]:
    """Give the figures and sentences of one outcome."""
    yield f"## Empathy and {found.outcome}\n"
    yield "| conversations | rank correlation | slope for 0.1 | standardised |"
    yield "|---|---|---|---|"
    effect = found.adjusted
    assert effect is not None
    yield (
        f"| {found.n} | {effect_cells(found.rho)} | {effect_cells(effect)} | "
        f"{effect.standardised:.2f} |\n"
    )
    yield f"The slope is at the same {' and '.join(effect.adjusted_for)}.\n"
    yield f"| empathy | conversations | mean {found.outcome} | 95 % interval |"
    yield "|---|---|---|---|"
    for dose in found.dose_response:
        interval = f"{dose.low:.2f} to {dose.high:.2f}"
        yield (
            f"| {dose.least:.2f} to {dose.most:.2f} | {dose.n} | {dose.outcome:.2f} | "
            f"{interval} |"
        )
    yield "\nWhat `empathy-score impact` says of it:\n"
    yield from (f"- {line}" for line in found.says)
    yield ""


def summary_section(scored: pl.DataFrame) -> Iterator[str]:
    """Chats by languages: of the agents' words and of the customers'."""
    yield "## Chats by languages (those that the id begins with)\n"
    yield "| languages | conversations | empathy (90 %) | calls met | mood |"
    yield "|---|---|---|---|---|"
    for row in summarize(scored, "channel").rows(named=True):
        yield (
            f"| {row['channel']} | {row['conversations']} | "
            f"{row['empathy']:.2f} ({row['empathy_low']:.2f} to "
            f"{row['empathy_high']:.2f}) | {row['opportunities'] - row['missed']} of "
            f"{row['opportunities']} | {row['mood_start']:+.2f} to "
            f"{row['mood_end']:+.2f} |"
        )
    pairs = compare(scored, "channel")
    beyond = pairs.height - int(pairs["within_noise"].sum())
    yield f"\nPairs compared: {pairs.height}; beyond noise: {beyond}.\n"


def mood_section(scored: pl.DataFrame) -> Iterator[str]:
    """Show the mood of customers' turns beside their labelled emotions."""
    with open_scored(scored, with_text=False) as turns:
        add_moods(turns.connection)
        query = "SELECT row, mood FROM customer_moods WHERE mood IS NOT NULL"
        rows = turns.connection.execute(query).fetchall()
    moods = pl.DataFrame(rows, schema=["row", "mood"], orient="row")
    labels = scored.with_row_index("row").select(
        pl.col("row").cast(pl.Int64), pl.col("emotion").fill_null("")
    )

    def is_any(names: tuple[str, ...]) -> pl.Expr:
        return pl.col("emotion").str.contains("|".join(names))

    low, good = is_any(LOW_SPIRITS), is_any(GOOD_SPIRITS)
    kind = (
        pl.when(low & good)
        .then(pl.lit("both"))
        .when(low)
        .then(pl.lit("low spirits"))
        .when(good)
        .then(pl.lit("good spirits or thanks"))
        .otherwise(pl.lit("neither"))
    )
    told = moods.join(labels, on="row").with_columns(kind=kind)
    means = told.group_by("kind").agg(pl.len().alias("n"), pl.col("mood").mean())
    yield "## Customers' mood beside labelled emotions\n"
    yield "| labelled | turns | mean mood |"
    yield "|---|---|---|"
    for name, n, mood in means.sort("mood").iter_rows():
        yield f"| {name} | {n} | {mood:+.2f} |"
    order = {"low spirits": -1, "neither": 0, "good spirits or thanks": 1}
    single = told.filter(pl.col("kind") != "both")
    valence = [order[name] for name in single["kind"]]
    rho = stats.spearmanr(valence, single["mood"].to_numpy()).statistic
    yield f"\nRank correlation, turns labelled both left out: {rho:.2f}.\n"


def planted(seed: int, slope: float, n_agents: int = 0) -> ToldConversations:
    """Conversations in which the outcome rises by ``slope`` for 0.1 of empathy."""
    generator = np.random.default_rng(seed)
    n = 120
    turns = generator.integers(4, 30, n).astype(np.float64)
    empathy = 0.4 + 0.1 * generator.standard_normal(n)
    outcome = generator.standard_normal(n) * (0.5 + (turns > 15)) - 0.05 * turns
    agent = None
    if n_agents:
        place = generator.integers(0, n_agents, n)
        agent = np.array([str(one) for one in place], dtype=object)
        empathy += 0.08 * generator.standard_normal(n_agents)[place]
        outcome += 0.7 * generator.standard_normal(n_agents)[place]
    return ToldConversations(
        empathy=empathy,
        outcome=outcome + 10 * slope * empathy,
        turns=turns,
        agent=agent,
    )


def planted_ranks(seed: int, rho: float) -> ToldConversations:
    """Make normal empathy and outcome with a known rank correlation."""
    generator = np.random.default_rng(seed)
    r = 2 * np.sin(np.pi * rho / 6)
    first, second = generator.standard_normal((2, 120))
    outcome = r * first + np.sqrt(1 - r**2) * second
    return ToldConversations(empathy=first, outcome=outcome, turns=np.full(120, 8.0))


def share_covered(
    found: Callable[[int], Effect | Interval | None], truth: float
) -> str:
    """Share of intervals that hold the truth."""
    held = 0
    for seed in range(N_DRAWS):
        one = found(seed)
        assert one is not None
        held += one.low <= truth <= one.high
    return f"{held / N_DRAWS:.3f}"


def shrunk_covered(spread: float) -> str:
    """Share of groups' true means in their 90 % intervals."""
    generator = np.random.default_rng(0)
    sizes = np.array([1, 2, 2, 3, 5, 8, 15, 40])
    degrees, held = int(sizes.sum()) - len(sizes), 0
    for _ in range(N_DRAWS):
        true = 0.4 + spread * generator.standard_normal(len(sizes))
        means = true + 0.12 / np.sqrt(sizes) * generator.standard_normal(len(sizes))
        pooled = 0.12**2 * generator.chisquare(degrees) / degrees
        found = shrink(means, pooled / sizes, degrees, 0.9)
        held += int(((found.low <= true) & (true <= found.high)).sum())
    return f"{held / N_DRAWS / len(sizes):.3f}"


def coverages() -> Iterator[tuple[str, str, str, str]]:
    """Each interval, what was planted, what it promises and how often it held it."""
    for slope in (0.4, 0.0):
        held = share_covered(
            lambda s, a=slope: adjusted_effect(planted(s, a), 0.95), slope
        )
        yield "slope", f"{slope}", "0.95", held
    for rho in (0.4, 0.0):
        held = share_covered(
            lambda s, r=rho: rank_correlation(planted_ranks(s, r), 500, s, 0.95), rho
        )
        yield "rank correlation", f"{rho}", "0.95", held
    for n in (12, 30):
        held = share_covered(
            lambda s, n=n: agent_effects(planted(s, 0.4, n), 0.95)[0], 0.4
        )
        yield f"slope within {n} agents", "0.4", "0.95", held
        held = share_covered(
            lambda s, n=n: adjusted_effect(planted(s, 0.4, n), 0.95), 0.4
        )
        yield f"slope, with {n} agents", "0.4", "0.95", held
    for spread in (0.08, 0.02):
        name = "means of 8 groups of 1 to 40 conversations"
        yield name, f"spread {spread}", "0.90", shrunk_covered(spread)


def coverage_section() -> Iterator[str]:
    """How often intervals hold what was planted."""
    yield "## How often intervals hold what was planted\n"
    yield (
        f"{N_DRAWS:,} draws of 120 conversations each; the variance is unequal and "
        "length goes with the outcome. With agents, their levels of both differ.\n"
    )
    yield "| interval | planted | promised | held |"
    yield "|---|---|---|---|"
    yield from (f"| {' | '.join(cells)} |" for cells in coverages())
    yield ""


def sections(file: Path) -> Iterator[str]:
    """Everything that is measured."""
    if file.is_file():
        scored = scored_chats(file)
        for outcome in OUTCOMES:
            yield from impact_section(impact(scored, outcome))
        yield from summary_section(scored)
        yield from mood_section(scored)
    else:
        yield "Absent: the chats.\n"
    yield from coverage_section()


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=HERE.parent.parent / "shared")
    shared: Path = parser.parse_args().shared
    file = shared / "customer-service" / "conversations.csv"
    today = datetime.datetime.now(tz=datetime.timezone.utc).date()
    lines = [
        "# Empathy and the ratings of real support chats\n",
        f"Made by `python benchmarks/impact.py` on {today}. The unit is the "
        "conversation: the mean score of its agent's turns, and the mean of the rating "
        "over the turns that have it.\n",
        *sections(file),
    ]
    text = "\n".join(lines)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
