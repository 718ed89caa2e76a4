"""The customer's mood, as far as cues and calls for empathy show it.

A customer's turn is all that the customer says until the agent speaks again. Its mood
is a number from -1 to 1:

===========  ======  ==========================================================
called for   warm    mood
===========  ======  ==========================================================
no           no      0
no           yes     1
yes          no      -1
yes          yes     0.5, mostly good news, else thanks amid trouble
===========  ======  ==========================================================

"Called for" is the column ``opportunity`` of the agent's turn that follows; "warm" is a
cue of gratitude or positivity that is not denied. Where no agent's turn follows, the
mood is not observable and null. It is a rough sign, meant for averages over many
conversations: ``benchmarks/impact.py`` compares it with labelled emotions.
"""

from __future__ import annotations

import duckdb

MOOD = """CAST(CASE WHEN called IS NULL THEN NULL
    WHEN called AND warm THEN 0.5 WHEN called THEN -1 WHEN warm THEN 1 ELSE 0 END
    AS DOUBLE)"""

_SPOKEN = """
SELECT conversation, row, position, role, opportunity,
    cue_gratitude > 0 OR cue_positivity > 0 AS warm,
    count(*) FILTER (role = 'customer') OVER before AS n_customer,
    count(*) FILTER (role = 'agent') OVER before AS n_agent
FROM turns WHERE role IN ('agent', 'customer')
WINDOW before AS (PARTITION BY conversation ORDER BY position)
"""
_MOODS = f"""
CREATE OR REPLACE TABLE customer_moods AS
WITH spoken AS ({_SPOKEN}),
wanted AS (
    SELECT conversation, n_agent, min(row) AS row, max(n_customer) AS n_customer,
        coalesce(bool_or(warm), false) AS warm
    FROM spoken WHERE role = 'customer' GROUP BY conversation, n_agent
),
answered AS (
    SELECT conversation, n_customer, bool_or(opportunity) AS called
    FROM spoken WHERE role = 'agent' GROUP BY conversation, n_customer
)
SELECT w.conversation, w.row,
    row_number() OVER (PARTITION BY conversation ORDER BY w.n_agent) AS number,
    count(*) OVER (PARTITION BY conversation) AS n_turns,
    {MOOD} AS mood
FROM wanted AS w LEFT JOIN answered AS a USING (conversation, n_customer)
"""
_THIRDS = """
CREATE OR REPLACE TABLE conversation_moods AS
SELECT conversation,
    avg(mood) FILTER (number <= ceil(n_turns / 3)) AS mood_start,
    avg(mood) FILTER (n_turns > 1 AND number > n_turns - ceil(n_turns / 3)) AS mood_end
FROM customer_moods GROUP BY conversation
"""


def add_moods(connection: duckdb.DuckDBPyConnection) -> None:
    r"""Make the tables ``customer_moods`` and ``conversation_moods``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Of :class:`~empathy_score.scored_turns.ScoredTurns`. ``customer_moods`` has
        the ``conversation``, first ``row``, ``number`` (from 1), ``n_turns`` and
        ``mood`` (-1 to 1 or null) of each of the customer's turns,
        ``conversation_moods`` the mean mood of the first third of them,
        ``mood_start``, and of the last, ``mood_end`` (null where there is one only).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from empathy_score.scored_turns import open_scored
    >>> said = ["customer,It broke.,,", "agent,Sorry!,0.5,true", "customer,Thanks.,,"]
    >>> cues = ["0", "0", "1"]
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "scored.csv")
    ...     rows = "\n".join(f"{row},{cue}" for row, cue in zip(said, cues))
    ...     head = "role,text,score,opportunity,cue_gratitude\n"
    ...     _ = file.write_text(f"{head}{rows}\nagent,Bye.,0.1,false,0\n")
    ...     with open_scored(file) as turns:
    ...         add_moods(turns.connection)
    ...         turns.connection.execute("FROM conversation_moods").fetchall()
    [('', -1.0, 1.0)]
    """
    connection.execute(_MOODS)
    connection.execute(_THIRDS)
