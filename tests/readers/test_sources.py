"""Folders, globs, archives and standard input become single files."""

import errno
import gzip
import io
import sys
import zipfile
from pathlib import Path

import pytest

from empathy_score.errors import InputError
from empathy_score.readers.rejects import Reject
from empathy_score.readers.sources import sources_of


@pytest.fixture
def exports(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


@pytest.fixture
def scratch(tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def names(sources, folder):
    return [
        (Path(one.file) if isinstance(one, Reject) else Path(one.name))
        .relative_to(folder)
        .as_posix()
        for one in sources
    ]


def test_a_folder_gives_all_its_files_by_name_and_passes_hidden_ones_over(
    exports, scratch
):
    (exports / "b").mkdir()
    for name in ("b/2.csv", "b/.DS_Store", "a.csv", "c.csv"):
        (exports / name).write_text("text\nHi\n")
    found = names(sources_of([exports], scratch), exports)
    assert found == ["a.csv", "b/2.csv", "c.csv"]


def test_the_output_of_an_earlier_run_is_no_input(exports, scratch):
    for name in ("a.csv", "scored.csv"):
        (exports / name).write_text("text\nHi\n")
    found = sources_of([exports], scratch, skip=[exports / "scored.csv"])
    assert names(found, exports) == ["a.csv"]


def test_a_glob_gives_its_matches_and_a_real_name_wins(exports, scratch):
    for name in ("1.csv", "2.csv", "[1].csv"):
        (exports / name).write_text("text\nHi\n")
    assert names(sources_of([exports / "?.csv"], scratch), exports) == [
        "1.csv",
        "2.csv",
    ]
    assert names(sources_of([exports / "[1].csv"], scratch), exports) == ["[1].csv"]


def test_packed_files_are_unpacked_whatever_they_are_called(exports, scratch):
    inner = gzip.compress(b"text\nHi\n", mtime=0)
    with zipfile.ZipFile(exports / "all.bin", "w") as archive:
        archive.writestr("chats/1.csv", "text\nHello\n")
        archive.writestr("chats/2.csv.gz", inner)
        archive.writestr("__MACOSX/1.csv", "no")
        archive.writestr("empty/", "")
    found = list(sources_of([exports / "all.bin"], scratch))
    assert names(found, exports) == ["all.bin/chats/1.csv", "all.bin/chats/2.csv.gz"]
    assert [one.path.read_text() for one in found] == ["text\nHello\n", "text\nHi\n"]
    assert [one.ending for one in found] == [".csv", ".csv"]
    assert all(one.is_scratch for one in found)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (
            "a.gz",
            gzip.compress(b"text\nHi\n" * 999, mtime=0)[:-9],
            "is a damaged gzip file",
        ),
        ("a.gz", b"\x1f\x8bgarbage", "is a damaged gzip file"),
        ("a.zip", b"PK\x03\x04garbage", "is a damaged zip file"),
    ],
)
def test_a_damaged_archive_is_set_aside_and_the_next_file_read(
    exports, scratch, name, content, reason
):
    (exports / name).write_bytes(content)
    (exports / "b.csv").write_text("text\nHi\n")
    broken, good = sources_of([exports], scratch)
    assert broken.reason.startswith(reason)
    assert good.name.endswith("b.csv")


def test_one_damaged_file_in_an_archive_costs_only_itself(exports, scratch):
    path = exports / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.csv", "text\nHello\n")
        archive.writestr("2.csv", "text\nHi\n")
    data = path.read_bytes()
    path.write_bytes(data.replace(b"text\nHello\n", b"text\nHellO\n", 1))
    broken, good = sources_of([path], scratch)
    assert "is damaged inside its zip file" in broken.reason
    assert broken.file.endswith("two.zip/1.csv")
    assert good.path.read_text() == "text\nHi\n"


def test_a_file_behind_a_password_costs_only_itself(exports, scratch):
    path = exports / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.csv", "text\nHello\n")
        archive.writestr("2.csv", "text\nHi\n")
    data = bytearray(path.read_bytes())
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + flags] |= 1  # is encrypted
    path.write_bytes(data)
    locked, good = sources_of([path], scratch)
    assert locked.file.endswith("two.zip/1.csv")
    assert locked.reason == "is encrypted; unpack it with its password first"
    assert good.path.read_text() == "text\nHi\n"


def test_standard_input_is_a_file_like_any_other(scratch, monkeypatch):
    class Stdin:
        buffer = io.BytesIO(gzip.compress(b"text\nHi\n", mtime=0))

    monkeypatch.setattr(sys, "stdin", Stdin)
    (found,) = sources_of(["-"], scratch)
    assert (found.name, found.path.read_text()) == ("stdin", "text\nHi\n")


def test_what_is_not_there_is_said_at_once(exports, scratch):
    with pytest.raises(InputError, match=r"gone\.csv: there is no such file"):
        list(sources_of([exports / "gone.csv"], scratch))
    with pytest.raises(InputError, match=r"\*\.csv: matches no file"):
        list(sources_of([exports / "*.csv"], scratch))
    with pytest.raises(InputError, match="is a folder without files"):
        list(sources_of([exports], scratch))


def reasons(named, scratch):
    return [
        one.reason if isinstance(one, Reject) else "read"
        for one in sources_of([named], scratch)
    ]


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setattr("empathy_score.readers.sources.HARMLESS", 100_000)


@pytest.mark.usefixtures("small_limit")
def test_a_gzip_bomb_is_set_aside_before_it_fills_the_disk(exports, scratch):
    file = exports / "calls.csv.gz"
    file.write_bytes(gzip.compress(b"a" * 3_000_000))
    (reason,) = reasons(file, scratch)
    assert reason.startswith("unpacks to more than 200 times its size")
    assert not any(scratch.iterdir())


@pytest.mark.usefixtures("small_limit")
def test_a_bomb_in_a_zip_file_does_not_stop_the_files_beside_it(exports, scratch):
    file = exports / "calls.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "text\nHi\n")
        archive.writestr("b.csv", "a" * 3_000_000)
    found = reasons(file, scratch)
    assert found[0] == "read"
    assert found[1].startswith("unpacks to more than")


@pytest.mark.parametrize(
    ("place", "value"),
    [(6, b"\x63"), (8, b"\x40"), (42, b"\xff\xff\xff\x7f")],
    ids=["version", "encryption", "offset"],
)
def test_a_zip_file_with_a_wrong_directory_is_set_aside(exports, scratch, place, value):
    file = exports / "calls.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.csv", "text\nHi\n")
    data = bytearray(file.read_bytes())
    at = data.index(b"PK\x01\x02") + place
    data[at : at + len(value)] = value
    file.write_bytes(data)
    (reason,) = reasons(file, scratch)
    assert "damaged" in reason
    assert not any(scratch.iterdir())


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_in_a_file_packed_otherwise_is_set_aside(exports, scratch, packing):
    file = exports / "calls.zip"
    with zipfile.ZipFile(file, "w", packing) as archive:
        archive.writestr("a.csv", "text\nHi, how are you?\n")
    data = bytearray(file.read_bytes())
    data[44:52] = b"\xff" * 8
    file.write_bytes(data)
    assert reasons(file, scratch)[0].startswith("is damaged inside its zip file")


def test_a_zip_file_without_files_says_so(exports, scratch):
    file = exports / "calls.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("folder/"), "")
    assert reasons(file, scratch) == ["is a zip file without files"]


def test_a_disk_that_fails_is_no_damaged_archive(exports, scratch, monkeypatch):
    file = exports / "calls.csv.gz"
    file.write_bytes(gzip.compress(b"text\nHi\n"))

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("empathy_score.readers.sources.unpack", full)
    with pytest.raises(OSError, match="No space left"):
        reasons(file, scratch)


@pytest.mark.parametrize(("n_layers", "expected"), [(3, "read"), (4, "lies in 3")])
def test_archives_in_archives_are_opened_three_deep(
    exports, scratch, n_layers, expected
):
    data = b"text\nHi\n"
    for _ in range(n_layers):
        data = gzip.compress(data)
    (exports / "calls.csv.gz").write_bytes(data)
    assert reasons(exports / "calls.csv.gz", scratch)[0].startswith(expected)


@pytest.mark.usefixtures("small_limit")
def test_an_export_that_packs_well_is_read_however_small_the_limit(exports, scratch):
    lines = "".join(f"{n},agent,Thank you for your patience.\n" for n in range(20_000))
    with gzip.open(exports / "calls.csv.gz", "wt") as out:
        out.write("turn,role,text\n" + lines)
    assert reasons(exports / "calls.csv.gz", scratch) == ["read"]
