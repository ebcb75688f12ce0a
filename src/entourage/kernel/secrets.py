"""Secrets at rest: sealed with rotating Fernet keys, the newest key seals and every key opens."""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from entourage.kernel.errors import Unavailable


class Vault:
    """Seals and opens small texts; made once at start."""

    def __init__(self, keys: list[str]) -> None:
        """Take the keys, newest first; raises Unavailable when one is not a Fernet key."""
        try:
            known = [Fernet(key) for key in keys]
            self._newest, self._fernet = known[0], MultiFernet(known)
        except (ValueError, IndexError) as error:
            msg = "A key in ENTOURAGE_SECRET_KEYS is not a 32-byte URL-safe base64 key."
            raise Unavailable(msg) from error

    def seal(self, text: str) -> bytes:
        """Encrypt a text."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt; raises Unavailable when no key fits."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            msg = "A stored secret cannot be opened: the key it was sealed with is missing."
            raise Unavailable(msg) from error

    def rotate(self, sealed: bytes) -> bytes:
        """Seal again with the newest key; raises Unavailable when no key fits."""
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken as error:
            msg = "A stored secret cannot be opened: the key it was sealed with is missing."
            raise Unavailable(msg) from error

    def is_newest(self, sealed: bytes) -> bool:
        """Say whether the newest key sealed it."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True


def keys_from(text: str, data_path: Path) -> list[str]:
    """Read the keys from the setting, or from `secret.key` in the data folder, which is made when absent."""
    if text.strip():
        return [key.strip() for key in text.split(",") if key.strip()]
    path = data_path / "secret.key"
    if not path.exists():
        data_path.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w") as file:
            file.write(Fernet.generate_key().decode())
    return path.read_text(encoding="utf-8").split()


_vault: Vault | None = None


def use(vault: Vault) -> None:
    """Make a vault the one that encrypted columns use."""
    global _vault  # noqa: PLW0603 - column types have no other way to reach it
    _vault = vault


def vault() -> Vault:
    """Return the vault in use; raises Unavailable before `use`."""
    if _vault is None:
        msg = "No keys are set up yet."
        raise Unavailable(msg)
    return _vault
