"""What the panels of all simulators share: how a press is read, and the files of their pages."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.enums import RequestEncodingType

from entourage.kernel.errors import Invalid, NotFound

T = TypeVar("T")


class Said(msgspec.Struct, frozen=True):
    """What a press came to: a key of a panel's sentences and what goes into its blanks."""

    code: str
    values: dict[str, str | int]

    def english(self, sentences: Mapping[str, str]) -> str:
        """Say it."""
        return sentences[self.code].format(**self.values)


_FORMS = frozenset({RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART})
_KINDS = {"panel.js": "text/javascript", "panel.css": "text/css", "buttons.js": "text/javascript", "sheet.js": "text/javascript"}
_SHARED = frozenset({"buttons.js", "sheet.js"})


async def pressed(request: Request[Any, Any, Any], shape: type[T]) -> T:
    """Read a press from JSON or from a form; raises Invalid saying what is wrong with it."""
    try:
        if request.content_type[0] in _FORMS:
            sent = {key: value for key, value in (await request.form()).items() if key != "_csrf_token" and value != ""}
            return msgspec.convert(sent, shape, strict=False)
        return msgspec.json.decode(await request.body(), type=shape)
    except (msgspec.MsgspecError, ValueError) as error:
        msg = f"This button does not exist like that: {error}"
        raise Invalid(msg) from error


def part(package: str, name: str) -> Response[bytes]:
    """Answer with a script or style of a simulator's panel, or with a script that all share; raises NotFound."""
    if name not in _KINDS:
        msg = "There is no such part of the panel."
        raise NotFound(msg)
    found = files(__package__) / name if name in _SHARED else files(package) / "page" / name
    return Response(found.read_bytes(), media_type=_KINDS[name])
