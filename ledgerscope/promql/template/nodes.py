"""A parsed template. `str()` of a node gives the text Go shows of it in error messages."""

from __future__ import annotations

from typing import TypeAlias

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.text.quoting import quote

Number: TypeAlias = "int | float | complex"


@dataclass(frozen=True, slots=True)
class Text:
    """Copied as it stands."""

    offset: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Dot:
    """The current value."""

    offset: int

    def __str__(self) -> str:
        return "."


@dataclass(frozen=True, slots=True)
class Nil:
    """The constant nil."""

    offset: int

    def __str__(self) -> str:
        return "nil"


@dataclass(frozen=True, slots=True)
class Bool:
    """A boolean constant."""

    offset: int
    value: bool

    def __str__(self) -> str:
        return "true" if self.value else "false"


@dataclass(frozen=True, slots=True)
class NumberNode:
    """A number constant. `value` is the type it takes by itself; it fits other kinds where it can."""

    offset: int
    text: str
    value: Number

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class StringNode:
    """A string constant; `quoted` as it was written."""

    offset: int
    quoted: str
    value: str

    def __str__(self) -> str:
        return self.quoted


@dataclass(frozen=True, slots=True)
class Identifier:
    """A function's name."""

    offset: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable and the fields taken from it: `$labels.instance`."""

    offset: int
    path: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Field:
    """Fields of the dot: `.Labels.instance`."""

    offset: int
    path: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(f".{name}" for name in self.path)


@dataclass(frozen=True, slots=True)
class Chain:
    """Fields of a parenthesised value: `(first x).Value`."""

    offset: int
    node: Node
    path: tuple[str, ...]

    def __str__(self) -> str:
        inner = f"({self.node})" if isinstance(self.node, Pipeline) else str(self.node)
        return inner + "".join(f".{name}" for name in self.path)


@dataclass(frozen=True, slots=True)
class Command:
    """An operand, or a function with its arguments."""

    offset: int
    args: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(f"({arg})" if isinstance(arg, Pipeline) else str(arg) for arg in self.args)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, each given the result of the one before, and the variables that take the last result."""

    offset: int
    commands: tuple[Command, ...]
    variables: tuple[str, ...] = ()
    assigns: bool = False

    def __str__(self) -> str:
        names = ", ".join(self.variables)
        head = f"{names} {'=' if self.assigns else ':='} " if names else ""
        return head + " | ".join(map(str, self.commands))


@dataclass(frozen=True, slots=True)
class Action:
    """A pipeline whose result is printed, unless it goes to a variable."""

    offset: int
    pipeline: Pipeline

    def __str__(self) -> str:
        return f"{{{{{self.pipeline}}}}}"


@dataclass(frozen=True, slots=True)
class Branch:
    """`if`, `with` or `range` (its keyword), with what to do where there is nothing."""

    offset: int
    keyword: str
    pipeline: Pipeline
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...] | None

    def __str__(self) -> str:
        tail = "" if self.otherwise is None else "{{else}}" + "".join(map(str, self.otherwise))
        return f"{{{{{self.keyword} {self.pipeline}}}}}{''.join(map(str, self.body))}{tail}{{{{end}}}}"


@dataclass(frozen=True, slots=True)
class Jump:
    """`break` or `continue`."""

    offset: int
    keyword: str

    def __str__(self) -> str:
        return f"{{{{{self.keyword}}}}}"


@dataclass(frozen=True, slots=True)
class Invoke:
    """Another template, given the pipeline's value as its dot."""

    offset: int
    name: str
    pipeline: Pipeline | None

    def __str__(self) -> str:
        tail = "" if self.pipeline is None else f" {self.pipeline}"
        return f"{{{{template {quote(self.name)}{tail}}}}}"


@dataclass(frozen=True, slots=True)
class Define:
    """A named template; `use` runs it on the spot (`block`)."""

    offset: int
    name: str
    body: tuple[Node, ...]


Node: TypeAlias = (
    "Text | Dot | Nil | Bool | NumberNode | StringNode | Identifier | Variable | Field | Chain"
    " | Command | Pipeline | Action | Branch | Jump | Invoke | Define"
)


@dataclass(frozen=True, slots=True)
class Template:
    """A text and everything it defines."""

    name: str
    text: str
    body: tuple[Node, ...]
    defined: dict[str, tuple[Node, ...]]
