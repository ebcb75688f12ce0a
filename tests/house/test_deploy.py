"""What is in deploy/ fits the program: settings that exist, images with tags, no secrets, nobody as root."""

import re
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from entourage.kernel.settings import Settings
from entourage.vips.routes import cron

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
FILES = [path for path in sorted(DEPLOY.rglob("*")) if path.is_file() and "secrets" not in path.parts]
SERVICES = [DEPLOY / "cloud-run" / f"{name}.yaml" for name in ("web", "listen", "worker")]
COMMANDS = {"web", "listen", "worker", "migrate", "run"}
SETTINGS = {f"ENTOURAGE_{one.name.upper()}": one for one in fields(Settings)}
OWN = {"ENTOURAGE_PUBLISH", "ENTOURAGE_PASSWORD_FILE"}
"""Names of compose.yaml and of a script themselves, which no process of the house reads."""


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text(path))
    return found


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Read compose.yaml."""
    return loaded(DEPLOY / "compose.yaml")


def container(path: Path) -> dict[str, Any]:
    """Return the container of a service or a job for Cloud Run."""
    template = loaded(path)["spec"]["template"]["spec"]
    template = template.get("template", {}).get("spec", template)
    [one] = template["containers"]
    return dict(one)


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".yaml"], ids=lambda path: path.name)
def test_every_yaml_file_can_be_read(path: Path) -> None:
    assert isinstance(loaded(path), dict)


@pytest.mark.parametrize("path", [*FILES, ROOT / "README.md", ROOT / "docs" / "scaling.md"], ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"\bENTOURAGE_[A-Z_]+\b", text(path))) - OWN
    for name in named:
        setting = SETTINGS.get(name) or SETTINGS.get(name.removesuffix("_FILE"))
        assert setting is not None, name
        assert name in SETTINGS or setting.metadata["secret"], f"{name}: only secrets are read from files"


def images() -> list[str]:
    found = re.findall(
        r"^\s*(?:- )?(?:image|name): ([\w./-]+:\S+|[\w./-]+)$",
        "\n".join(map(text, (DEPLOY / "compose.yaml", DEPLOY / "cloud-run" / "cloudbuild.yaml"))),
        re.MULTILINE,
    )
    default = re.search(r"^ARG PYTHON=(\S+)$", text(DEPLOY / "Dockerfile"), re.MULTILINE)
    assert default
    return [
        *(one for one in found if "/" in one or ":" in one),
        *(one.replace("${PYTHON}", default[1]) for one in re.findall(r"^FROM (\S+)", text(DEPLOY / "Dockerfile"), re.MULTILINE)),
    ]


def test_every_image_is_pinned_by_a_tag() -> None:
    assert len(images()) >= 8
    for image in images():
        _, colon, tag = image.rpartition(":")
        assert colon, image
        assert tag != "latest", image
        assert re.search(r"\d", tag) or image == "entourage:local", image


def test_no_secret_stands_in_a_file(compose: dict[str, Any]) -> None:
    telling = re.compile(r"PASSWORD|SECRET|TOKEN|DATABASE_URL|_KEYS?$|DSN")
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if telling.search(variable):
                assert variable.endswith("_FILE"), (name, variable)
                assert value.startswith("/run/secrets/")
    for path in [*SERVICES, DEPLOY / "cloud-run" / "migrate.yaml"]:
        for variable in container(path)["env"]:
            assert "valueFrom" in variable or not telling.search(variable["name"]), (path.name, variable["name"])
    for path in FILES:
        assert not re.search(r"://[^\s:/@$]+:(?!PASSWORD|\$\()[^\s@$]+@", text(path)), path.name
        assert not re.search(r"-----BEGIN|AIza[\w-]{30}|ya29\.|gh[pousr]_\w{30}", text(path)), path.name
    assert "deploy/secrets/" in text(ROOT / ".gitignore").splitlines()


def test_what_compose_speaks_of_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {"postgres", "redis", "migrate", "web", "listener", "worker"} == services.keys()
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= services.keys(), name
        assert set(service.get("secrets", [])) <= compose["secrets"].keys(), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (DEPLOY / source).exists(), (name, source)
        for variable, value in service.get("environment", {}).items():
            assert not variable.endswith("_FILE") or Path(value).name in service["secrets"], (name, variable)
        assert service["logging"]["options"]["max-size"], name
        if service.get("image") == "entourage:local":
            assert service["command"][0] in COMMANDS
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        else:
            assert service["healthcheck"]["test"], name
    assert [port for service in services.values() for port in service.get("ports", [])] == ["${ENTOURAGE_PUBLISH:-127.0.0.1:3000}:3000"]


def test_the_image_runs_as_nobody_special_and_says_how_it_is() -> None:
    lines = text(DEPLOY / "Dockerfile")
    last = lines.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "/api/health/ready" in last
    assert 'ENTRYPOINT ["entourage"]' in last
    assert "--require-hashes -r requirements/deploy.txt" in lines
    client, server = re.search(r"postgresql-client-(\d+)", last), re.search(r"image: postgres:(\d+)", text(DEPLOY / "compose.yaml"))
    assert client
    assert server
    assert int(client[1]) >= int(server[1])
    kept = [line[1:].rstrip("/") for line in text(DEPLOY / "Dockerfile.dockerignore").splitlines() if line.startswith("!")]
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", lines, re.MULTILINE):
        for source in copied.split():
            assert (ROOT / source).exists(), source
            assert any(source.rstrip("/").startswith(one) for one in kept), source


def test_cloud_run_files_are_filled_whole_or_not_at_all(tmp_path: Path) -> None:
    names = set(re.findall(r"\$\{(\w+)\}", "".join(text(path) for path in [*SERVICES, DEPLOY / "cloud-run" / "migrate.yaml"])))
    build = loaded(DEPLOY / "cloud-run" / "cloudbuild.yaml")
    [fill] = [step for step in build["steps"] if step["id"] == "fill"]
    assert {line.split("=")[0] for line in fill["env"]} == names
    assert set(re.findall(r"\$\{(_\w+)\}", str(build["steps"]))) <= build["substitutions"].keys()

    def run(**values: str) -> subprocess.CompletedProcess[str]:
        command = ["python3", str(DEPLOY / "cloud-run" / "fill.py"), str(tmp_path)]
        return subprocess.run(command, env={"PATH": "/usr/local/bin:/usr/bin:/bin", **values}, capture_output=True, text=True, check=False)

    missing = run(IMAGE="x")
    assert missing.returncode != 0
    assert "SQL_INSTANCE" in missing.stderr
    assert run(**dict.fromkeys(names, "some-value")).returncode == 0
    for path in SERVICES:
        service = loaded(tmp_path / path.name)
        assert "${" not in str(service)
        assert service["metadata"]["name"] == f"entourage-{path.stem}"
        one = container(tmp_path / path.name)
        assert one["args"] == [path.stem]
        assert {probe["httpGet"]["path"] for probe in (one["startupProbe"], one["livenessProbe"])} == {"/api/health/live"}
    assert loaded(tmp_path / "listen.yaml")["spec"]["template"]["metadata"]["annotations"]["autoscaling.knative.dev/maxScale"] == "1"


def test_the_scheduler_calls_what_is_there() -> None:
    [path] = re.findall(r"\$PUBLIC_URL(/\S+?)\"", text(DEPLOY / "cloud-run" / "scheduler.sh"))
    assert path in {path for handler in cron.ROUTES for path in handler.paths}


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".sh"], ids=lambda path: path.name)
def test_scripts_can_be_read_by_a_plain_shell(path: Path) -> None:
    subprocess.run(["/bin/sh", "-n", str(path)], check=True)


def test_every_extra_of_the_image_is_pinned() -> None:
    for pins in ("deploy.txt", "test.txt"):
        pinned = set(re.findall(r"^([a-z0-9-]+)==", text(ROOT / "requirements" / pins), re.MULTILINE))
        assert {
            "prometheus-client",
            "sentry-sdk",
            "opentelemetry-sdk",
            "opentelemetry-instrumentation-asgi",
            "opentelemetry-exporter-otlp-proto-http",
        } <= pinned
