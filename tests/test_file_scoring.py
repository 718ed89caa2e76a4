"""Exports of any size: stopped anywhere, a run goes on and ends the same."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from empathy_score import file_scoring as module
from empathy_score.errors import InputError
from empathy_score.file_scoring import score_files, work_folder

SAID = [
    ("customer", "It came broken again."),
    ("agent", "I'm so sorry it came broken again."),
    ("customer", "So what now"),
    ("agent", "I'll send a new one today."),
]


@pytest.fixture
def chat(tmp_path):
    """Conversations whose turns stand far apart in the file."""
    path = tmp_path / "chat.jsonl"
    rows = [
        {"conversation_id": f"c{number}", "turn": turn, "role": role, "text": text}
        for turn, (role, text) in enumerate(SAID)
        for number in range(30)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(module, "BATCH_SIZE", 10)


def stop_after(monkeypatch, n_batches):
    """Let the run fail after some batches, as a full disk would."""
    write, done = module._write_batch, []

    def failing(*given):
        if len(done) == n_batches:
            raise OSError("no space left on device")
        done.append(given)
        return write(*given)

    monkeypatch.setattr(module, "_write_batch", failing)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_run_that_stopped_goes_on_and_ends_the_same(
    tmp_path, chat, monkeypatch, ending
):
    unbroken, out = tmp_path / f"unbroken.{ending}", tmp_path / f"out.{ending}"
    score_files([chat], unbroken)
    with monkeypatch.context() as patch:
        stop_after(patch, 4)
        with pytest.raises(OSError, match="no space left"):
            score_files([chat], out)
    assert not out.exists()
    done = score_files([chat], out, resume=True)
    assert done.resumed == 4 * 12
    assert (done.n_rows, done.n_scored) == (120, 60)
    assert out.read_bytes() == unbroken.read_bytes()
    assert not work_folder(out).exists()


@pytest.mark.usefixtures("small_batches")
def test_without_resume_a_run_starts_over(tmp_path, chat, monkeypatch):
    out = tmp_path / "out.csv"
    with monkeypatch.context() as patch:
        stop_after(patch, 2)
        with pytest.raises(OSError, match="no space left"):
            score_files([chat], out)
    assert score_files([chat], out).resumed == 0


@pytest.mark.usefixtures("small_batches")
def test_a_run_does_not_go_on_with_another_input_or_setting(
    tmp_path, chat, monkeypatch
):
    out = tmp_path / "out.csv"
    with monkeypatch.context() as patch:
        stop_after(patch, 2)
        with pytest.raises(OSError, match="no space left"):
            score_files([chat], out)
    with pytest.raises(InputError, match="not what they were: score_roles; start over"):
        score_files([chat], out, score_roles=["customer"], resume=True)
    with chat.open("a") as more:
        more.write('{"conversation_id": "c0", "turn": 9, "text": "Bye"}\n')
    with pytest.raises(InputError, match="not what they were: files; start over"):
        score_files([chat], out, resume=True)


def test_resume_with_nothing_to_go_on_with_is_a_first_run(tmp_path, chat):
    done = score_files([chat], tmp_path / "out.csv", resume=True)
    assert (done.n_rows, done.resumed) == (120, 0)


def test_the_batch_size_does_not_change_the_output(tmp_path, chat, monkeypatch):
    found = set()
    for size in (9, 1000):
        monkeypatch.setattr(module, "BATCH_SIZE", size)
        score_files([chat], tmp_path / "out.csv")
        found.add((tmp_path / "out.csv").read_bytes())
    assert len(found) == 1


def test_speakers_of_whom_nobody_says_who_is_the_agent_are_asked_for(tmp_path):
    call = tmp_path / "call.json"
    sentences = [
        {"media_channel": 1, "transcript": "thanks for calling", "start_time": "0"},
        {"media_channel": 2, "transcript": "my lamp broke", "start_time": "1"},
    ]
    call.write_text(json.dumps({"sentences": sentences}))
    out = tmp_path / "out.csv"
    with pytest.raises(
        InputError, match=r"1 \('thanks for calling'\).*--roles"
    ) as said:
        score_files([call], out)
    assert "\n" not in str(said.value)
    assert not work_folder(out).exists()
    done = score_files([call], out, roles={"1": "agent"})
    assert (done.n_rows, done.n_scored) == (2, 1)
    done = score_files([call], out, score_roles=["unknown"])
    assert (done.n_rows, done.n_scored) == (2, 2)


def test_a_folder_with_the_output_in_it_can_be_scored_again(chat):
    out = chat.parent / "scored.csv"
    first = score_files([chat.parent], out)
    again = score_files([chat.parent], out)
    assert (first.n_rows, again.n_rows) == (120, 120)


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_the_same(tmp_path, chat):
    """SIGKILL while the scores are written, with two processes at work."""
    out, unbroken = tmp_path / "out.parquet", tmp_path / "unbroken.parquet"
    code = (
        "import sys; from empathy_score import file_scoring as m; m.BATCH_SIZE = 10; "
        "m.score_files([sys.argv[1]], sys.argv[2], jobs=2, resume=True)"
    )
    words = [sys.executable, "-c", code, str(chat)]
    subprocess.run([*words, str(unbroken)], check=True)
    parts = work_folder(out) / "parts"
    with subprocess.Popen([*words, str(out)], start_new_session=True) as process:
        while not (parts.exists() and any(parts.glob("*.jsonl"))):
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert not out.exists()
    subprocess.run([*words, str(out)], check=True)
    assert out.read_bytes() == unbroken.read_bytes()
