"""Writing generated files and comparing them with what is on disk. All generators go through here.

A generator states which paths belong to it, so that a file it no longer makes is found and removed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["Bundle", "Difference", "compare", "join", "write"]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Generated files by their path in the project; `owned` are the globs that match nothing else."""

    files: Mapping[str, bytes]
    owned: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A file that is not as it would be generated: `missing`, `different` or `superfluous`."""

    path: str
    kind: str

    def __str__(self) -> str:
        return f"{self.path}: {self.kind}"


def join(bundles: Iterable[Bundle]) -> Bundle:
    """Several bundles as one. Two generators that claim one path are a bug of ours: ValueError."""
    files: dict[str, bytes] = {}
    owned: list[str] = []
    for bundle in bundles:
        for path in bundle.files:
            if path in files:
                raise ValueError(f"{path} is generated twice")
        files |= bundle.files
        owned.extend(bundle.owned)
    return Bundle(files, tuple(owned))


def compare(bundle: Bundle, root: Path) -> list[Difference]:
    """Every file below `root` that differs from the bundle, in the order of paths."""
    found = [Difference(path, "superfluous") for path in _superfluous(bundle, root)]
    for path, content in bundle.files.items():
        target = root / path
        if not target.is_file():
            found.append(Difference(path, "missing"))
        elif target.read_bytes() != content:
            found.append(Difference(path, "different"))
    return sorted(found)


def write(bundle: Bundle, root: Path) -> list[Difference]:
    """Make the files below `root` as the bundle says; returns what had to be changed."""
    changes = compare(bundle, root)
    for change in changes:
        target = root / change.path
        if change.kind == "superfluous":
            target.unlink()
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(bundle.files[change.path])
    return changes


def _superfluous(bundle: Bundle, root: Path) -> Iterator[str]:
    for pattern in bundle.owned:
        for path in root.glob(pattern):
            relative = PurePosixPath(path.relative_to(root)).as_posix()
            if path.is_file() and relative not in bundle.files:
                yield relative
