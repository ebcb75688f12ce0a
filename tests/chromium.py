"""The one Chromium that all browser tests of a process share; it is closed before a test that needs none."""

import os
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Playwright, expect, sync_playwright

PATIENCE_MS = 20_000
"""How long a test waits for what must happen: a busy machine answers late."""
_SHELL, _WHOLE = Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")
"""Debian's: without the windows that nobody sees it opens a page in a quarter of the time."""
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip

expect.set_options(timeout=PATIENCE_MS)


@dataclass(slots=True)
class Chromium:
    """Debian's Chromium, or the one that ENTOURAGE_TEST_BROWSER names: begun when first asked for."""

    _playwright: Playwright | None = None
    _browser: Browser | None = None

    def open(self) -> Browser:
        """Return the browser, begun anew if it has crashed."""
        if self._playwright is None:
            self._playwright = sync_playwright().start()
        if self._browser is None or not self._browser.is_connected():
            path = os.environ.get("ENTOURAGE_TEST_BROWSER") or (_SHELL if _SHELL.exists() else _WHOLE)
            self._browser = self._playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        return self._browser

    def close(self) -> None:
        """End it, and the loop that Playwright keeps going: an async test could not begin one of its own beside it."""
        if self._browser is not None:
            self._browser.close()
        if self._playwright is not None:
            self._playwright.stop()
        self._browser = self._playwright = None


SHARED = Chromium()
