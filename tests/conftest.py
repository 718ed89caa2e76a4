"""A PostgreSQL server for the tests that need one."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest


def _program(name):
    found = shutil.which(name)
    if found is None:
        installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
        found = str(installed[-1]) if installed else None
    return found


def pytest_report_header():
    return f"postgresql: {_program('initdb') or 'not installed, its tests are skipped'}"


def _as_its_owner(folder):
    """PostgreSQL refuses to run as root: the words before each command."""
    if os.geteuid() != 0:
        return []
    if shutil.which("runuser") is None:
        pytest.skip("PostgreSQL does not run as root, and there is no runuser")
    user = "postgres"
    if subprocess.run(["id", user], capture_output=True, check=False).returncode:
        user = "nobody"
    shutil.chown(folder, user)
    return ["runuser", "-u", user, "--"]


def _run(*words):
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=120, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def postgresql_server():
    """The address of a real server, without a database at its end."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("PostgreSQL is not installed: no initdb and pg_ctl were found")
    folder = Path(tempfile.mkdtemp(prefix="empathy-score-postgresql-", dir="/tmp"))
    owner = _as_its_owner(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, password = folder / "data", folder / "password"
    password.write_text("se/cret@1")
    password.chmod(0o644)
    _run(
        *(*owner, initdb, "-D", data, "-U", "ann", "-E", "UTF8", "--locale=C"),
        *("-A", "scram-sha-256", f"--pwfile={password}", "--no-sync"),
    )
    # A client that was killed is noticed at once; nothing needs to last.
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
        "-c client_connection_check_interval=100ms -c fsync=off -c TimeZone=Asia/Tokyo"
    )
    log = folder / "log"
    _run(*owner, pg_ctl, "-D", data, "-l", log, "-w", "-o", options, "start")
    try:
        yield f"postgresql://ann:se%2Fcret%401@127.0.0.1:{port}"
    finally:
        _run(*owner, pg_ctl, "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def postgresql(postgresql_server, request):
    """The address of an empty database of a real server."""
    import psycopg

    name = f"test_{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(f"{postgresql_server}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield f"{postgresql_server}/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
