"""What the description of the interface cannot read from a handler's types: bodies of many forms, and files."""

from dataclasses import dataclass

from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

_EVENT = Schema(
    type=OpenAPIType.OBJECT,
    description="An event in any of the known forms; each names itself in `event` or `type`.",
    properties={
        "event": Schema(type=OpenAPIType.STRING, examples=["chat", "gift", "like", "member", "streamEnd"]),
        "data": Schema(type=OpenAPIType.OBJECT),
    },
)
_EVENTS = Schema(type=OpenAPIType.ARRAY, items=_EVENT)
_NAMED = Schema(type=OpenAPIType.OBJECT, properties={"events": _EVENTS}, required=["events"])


@dataclass
class Ingesting(Operation):
    """The operation that takes events."""

    def __post_init__(self) -> None:
        """Describe the body."""
        self.request_body = RequestBody(
            description='One event, a list of them, `{"events": [...]}`, or one event a line.',
            content={
                "application/json": OpenAPIMediaType(schema=Schema(any_of=[_EVENT, _EVENTS, _NAMED])),
                "application/x-ndjson": OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING)),
            },
            required=True,
        )


@dataclass
class Exporting(Operation):
    """The operation that gives a file."""

    def __post_init__(self) -> None:
        """Describe the file."""
        csv = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))
        records = OpenAPIMediaType(schema=Schema(type=OpenAPIType.ARRAY, items=Schema(type=OpenAPIType.OBJECT)))
        self.responses = {"200": OpenAPIResponse(description="A file.", content={"text/csv": csv, "application/json": records})}


@dataclass
class Accessing(Operation):
    """The operation that gives one person's data."""

    def __post_init__(self) -> None:
        """Describe the file."""
        accounts = Schema(type=OpenAPIType.ARRAY, items=Schema(type=OpenAPIType.OBJECT))
        whole = Schema(type=OpenAPIType.OBJECT, properties={"made_at": Schema(type=OpenAPIType.STRING), "accounts": accounts})
        self.responses = {"200": OpenAPIResponse(description="A file.", content={"application/json": OpenAPIMediaType(schema=whole)})}


@dataclass
class HandingIn(Operation):
    """The operation that takes a file."""

    def __post_init__(self) -> None:
        """Describe the body."""
        file = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
        self.request_body = RequestBody(description="The file as it is.", content={"application/octet-stream": file}, required=True)


@dataclass
class Failing(Operation):
    """The operation that gives failed rows."""

    def __post_init__(self) -> None:
        """Describe the file."""
        csv = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))
        self.responses = {"200": OpenAPIResponse(description="A file.", content={"text/csv": csv})}
