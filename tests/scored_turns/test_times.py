"""Times are read in SQL as everywhere else."""

import datetime
from math import isclose

import pytest

from empathy_score.columns import seconds_of
from empathy_score.readers.sql import database
from empathy_score.scored_turns.times import add_seconds, seconds_sql

TEXTS = [
    "2024-05-01 10:00:00",
    "2024-05-01T10:00:00Z",
    "2024-05-01T10:00:00.25+02:00",
    "2024-05-01 10:00:00-0230",
    "2024-05-01 10:00:00+02",
    "2024-05-01 10:00",
    "2024/05/01 10:00:00 UTC",
    "2024-05-01",
    "2024-02-30 10:00:00",
    "2024-05-01 24:00:00",
    "01:02:03.5",
    "62:03",
    "12.5s",
    "12.5",
    " 7 ",
    "1714557600000",
    "1714557600000000",
    "1714557600000000000",
    "nan",
    "inf",
    "1_000",
    "yesterday",
    "",
    None,
]


def read(column, cells, kind, tmp_path):
    with database(tmp_path) as connection:
        add_seconds(connection, "start", column)
        sql = seconds_sql("start", column, {column: kind})
        query = f'SELECT {sql} FROM (SELECT unnest($1::{kind}[]) AS "{column}")'
        return [row[0] for row in connection.execute(query, [cells]).fetchall()]


def same(found, expected):
    """Whether times are equal but for the last digits, and null in the same places."""
    return len(found) == len(expected) and all(
        one is other is None or (None not in (one, other) and isclose(one, other))
        for one, other in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("column", ["start", "startTimeMs", "start_usec"])
def test_texts_give_the_seconds_they_give_in_python(column, tmp_path):
    expected = [seconds_of(column, cell) for cell in TEXTS]
    found = read(column, TEXTS, "VARCHAR", tmp_path)
    assert same(found, expected)


@pytest.mark.parametrize("kind", ["DOUBLE", "BIGINT", "UBIGINT"])
@pytest.mark.parametrize("column", ["start", "startTimeMs", "start_usec"])
def test_numbers_give_the_seconds_they_give_in_python(column, kind, tmp_path):
    numbers = [0, 5, 1_714_557_600, 1_714_557_600_000, 1_714_557_600_000_000_000, None]
    expected = [seconds_of(column, number) for number in numbers]
    found = read(column, numbers, kind, tmp_path)
    assert same(found, expected)


def test_dates_and_timestamps_are_taken_as_they_are(tmp_path):
    moment = datetime.datetime(2024, 5, 1, 10)
    assert read("start", [moment, None], "TIMESTAMP", tmp_path) == [
        seconds_of("start", moment),
        None,
    ]
    assert read("start", [moment.date()], "DATE", tmp_path) == [1_714_521_600.0]


def test_a_text_that_is_no_time_does_not_stop_the_others(tmp_path):
    found = read("start", ["soon", "3"], "VARCHAR", tmp_path)
    assert found == [None, 3.0]
