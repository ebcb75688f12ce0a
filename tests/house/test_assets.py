"""What the build hook brings: every icon that is drawn, no addresses of registries, and a sentence when npm is out of reach."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src/entourage/web"
PLAN = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))


def drawn_icons() -> set[str]:
    """Gather the names of icons that templates and scripts draw."""
    names: set[str] = set()
    for path in WEB.glob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        names |= set(re.findall(r"""\b(?:icon|empty)\(\s*"([\w-]+)\"""", text))
        names |= set(re.findall(r"""\bmark\("([\w-]+)\"""", text)) | set(re.findall(r"""\btool\("\w+", "([\w-]+)\"""", text))
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in (WEB / "static/js").glob("*.js"))
    names |= set(re.findall(r"icons\.svg#([a-z][\w-]+)", scripts))
    found = re.search(r"const ICONS = \{(.*?)\}", scripts)
    assert found
    names |= set(re.findall(r': "([\w-]+)"', found[1]))
    return names


def test_every_icon_that_is_drawn_is_in_the_sprite() -> None:
    assert len(drawn_icons()) > 25
    assert drawn_icons() - set(PLAN["entourage"]["icons"]) == set()


def test_the_lock_names_no_registry_and_holds_a_checksum_of_every_package() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert all("resolved" not in one for one in packages.values())
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert lock["packages"][""]["dependencies"] == PLAN["dependencies"]


@pytest.mark.thorough
def test_without_npm_the_hook_says_what_to_do(tmp_path: Path) -> None:
    for name in ("hatch_build.py", "package.json", "package-lock.json"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "npm_config_registry": "http://127.0.0.1:9/",
        "npm_config_cache": str(tmp_path / "cache"),
    }
    done = subprocess.run(
        [sys.executable, "hatch_build.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode != 0
    assert "could not be fetched with npm (is this machine online?)" in done.stderr
    assert "Traceback" not in done.stderr
