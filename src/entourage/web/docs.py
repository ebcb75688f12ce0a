"""The description of the REST interface: OpenAPI as JSON and YAML, without anything from elsewhere."""

from typing import Any

from litestar import Request, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import Components, OpenAPIMediaType, OpenAPIResponse, Operation, PathItem, Reference, Schema, SecurityScheme
from litestar.openapi.spec.enums import OpenAPIType

from entourage.kernel.accounts import creators
from entourage.kernel.http import ANYONE
from entourage.web.health import version
from entourage.web.sessions import COOKIE

_PROBLEM = Schema(
    type=OpenAPIType.OBJECT,
    title="Problem",
    description="What went wrong, as RFC 9457 problem details; `errors` says it for each field.",
    required=["type", "title", "status", "detail", "errors", "success", "error"],
    properties={
        "type": Schema(type=OpenAPIType.STRING),
        "title": Schema(type=OpenAPIType.STRING),
        "status": Schema(type=OpenAPIType.INTEGER),
        "detail": Schema(type=OpenAPIType.STRING),
        "errors": Schema(type=OpenAPIType.OBJECT, additional_properties=Schema(type=OpenAPIType.STRING)),
        "success": Schema(type=OpenAPIType.BOOLEAN),
        "error": Schema(type=OpenAPIType.STRING),
    },
)
_REFUSED = {
    "400": "What was sent cannot be used.",
    "401": "Nobody is signed in, or the key is no good.",
    "403": "This actor may not do this.",
    "404": "There is no such thing, or not for this actor.",
    "405": "This address does not know this method.",
    "409": "It clashes with how things are now.",
    "413": "It is more than 10 MB.",
    "429": "Too fast; `Retry-After` says when to try again.",
    "502": "A platform did not answer well, or asks to sign in again.",
    "503": "Not now; the database does not answer.",
}


def config() -> OpenAPIConfig:
    """Return Litestar's configuration: the description lives below `/api/docs`."""
    return OpenAPIConfig(
        title="Entourage",
        version=version(),
        description="Send an API key as `Authorization: Bearer ent_...` or `X-Api-Key`; browsers use their session.",
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "key": SecurityScheme(type="http", scheme="bearer", description="An API key: ent_..."),
                "header": SecurityScheme(type="apiKey", name="X-Api-Key", security_scheme_in="header"),
                "session": SecurityScheme(type="apiKey", name=COOKIE, security_scheme_in="cookie"),
            },
        ),
        security=[{"key": []}, {"header": []}, {"session": []}],
        render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"]), YamlRenderPlugin(path="/openapi.yaml")],
        openapi_router=Router("/api/docs", route_handlers=[], before_request=_complete, opt=ANYONE, include_in_schema=False),
    )


def _complete(request: Request[Any, Any, Any]) -> None:
    """Say on every operation how it refuses, in the one shape that `kernel.http` answers with; when first read, for it takes long."""
    app = request.app
    # Litestar collects the shapes of the routes here and would drop one that none of them names.
    shapes = app.openapi_schema.components.schemas
    if "Problem" in shapes:
        return
    shapes["Problem"] = _PROBLEM
    for name in ("NewCreator", "CreatorChange"):
        if isinstance(shape := shapes.get(name), Schema) and shape.properties:
            shape.properties["zone"] = Schema(type=OpenAPIType.STRING, enum=creators.zones(), description="An IANA name.")
    for item in (app.openapi_schema.paths or {}).values():
        for operation in _operations(item):
            kept: dict[str, Any] = {code: one for code, one in (operation.responses or {}).items() if code[0] in "23"}
            operation.responses = kept | {code: _refusal(said) for code, said in _REFUSED.items()}


def _operations(item: PathItem) -> list[Operation]:
    found = (item.get, item.put, item.post, item.patch, item.delete)
    return [operation for operation in found if operation is not None]


def _refusal(said: str) -> OpenAPIResponse:
    shape = OpenAPIMediaType(schema=Reference(ref="#/components/schemas/Problem"))
    return OpenAPIResponse(description=said, content={"application/problem+json": shape})
