"""A site without its faulty parts, so that one fault does not hide the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.site_keys import pattern_of, site_keys
from domain.site_stand_ins import stand_in
from domain.yaml_text import KeyPath


class Repair:
    """The data of a site file, from which faulty parts are taken one by one.

    Items that are dropped from a list leave a hole; ``data`` closes the holes and ``original`` finds
    the way back to the file.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self._root = _thawed(data)
        self._dropped: dict[str, set[int]] = {}
        self._renamed: dict[KeyPath, str] = {}
        self.cut: list[KeyPath] = []
        """What was taken away or replaced, as paths in the file."""

    @property
    def data(self) -> dict[str, Any]:
        """What is left, in the form in which it was read."""
        kept = dict(self._root)
        for key, holes in self._dropped.items():
            kept[key] = [item for i, item in enumerate(self._root[key]) if i not in holes]
        frozen: dict[str, Any] = _frozen(kept)
        return frozen

    @property
    def renamed_blocks(self) -> dict[str, Any]:
        """The blocks at the top of the file whose misspelt names were read as the ones that were meant."""
        names = [str(place[0]) for place in self._renamed if len(place) == 1]
        return {name: self._root[name] for name in names if name in self._root}

    def original(self, path: KeyPath) -> KeyPath:
        """The place in the file of a place in ``data``."""
        return self._as_written(self._at_its_index(path))

    def _as_written(self, path: KeyPath) -> KeyPath:
        for place, written in self._renamed.items():
            if path[: len(place)] == place:
                path = (*place[:-1], written, *path[len(place) :])
        return path

    def _as_read(self, path: KeyPath) -> KeyPath:
        for place, written in self._renamed.items():
            if path[: len(place)] == (*place[:-1], written):
                path = (*place, *path[len(place) :])
        return path

    def _at_its_index(self, path: KeyPath) -> KeyPath:
        if len(path) < 2 or path[0] not in self._dropped or not isinstance(path[1], int):
            return path
        holes = self._dropped[str(path[0])]
        kept = [i for i in range(len(self._root[str(path[0])])) if i not in holes]
        return (path[0], kept[path[1]], *path[2:])

    def touches(self, path: KeyPath) -> bool:
        """Whether something at, inside or around a place was cut."""
        return any(cut[: len(path)] == path or path[: len(cut)] == cut for cut in self.cut)

    def rename(self, path: KeyPath, meant: str | None) -> bool:
        """Read an unknown key as the one that was meant, or drop it where none was."""
        parent, written = self._at(path[:-1]), path[-1]
        if meant is not None and isinstance(parent, dict) and meant not in parent and written in parent:
            parent[meant] = parent.pop(written)
            self._renamed[(*path[:-1], meant)] = str(written)
            return True
        return self._delete(path)

    def take_out(self, path: KeyPath) -> bool:
        """Take the smallest part around a place that the site can do without; False when there is none."""
        path = self._as_read(path)
        for length in range(len(path), 0, -1):
            if self._take_out_exactly(path[:length]):
                self.cut.append(self._as_written(path[:length]))
                return True
        return False

    def take_out_keys(self, block: KeyPath, keys: Iterable[str]) -> bool:
        """Take some keys out of a block, each for its stand-in where it has one; False when none went."""
        block = self._as_read(block)
        gone = [(*block, key) for key in keys if self._take_out_exactly((*block, key))]
        self.cut += [self._as_written(place) for place in gone]
        return bool(gone)

    def _take_out_exactly(self, place: KeyPath) -> bool:
        value = stand_in(place, self._at(place[:-1]))
        if value is not None and self._replace(place, value):
            return True
        if len(place) == 2 and _is_a_block_of_a_list(place):
            self._dropped.setdefault(str(place[0]), set()).add(int(place[1]))
            return True
        specs = site_keys().get(pattern_of(place), ())
        if isinstance(place[-1], int) or not specs or any(spec.required for spec in specs):
            return False
        return self._delete(place)

    def _delete(self, place: KeyPath) -> bool:
        parent = self._at(place[:-1])
        if not isinstance(parent, dict) or place[-1] not in parent:
            return False
        del parent[place[-1]]
        return True

    def _replace(self, place: KeyPath, value: Any) -> bool:
        parent = self._at(place[:-1])
        if not isinstance(parent, dict):
            return False
        parent[place[-1]] = value
        return True

    def _at(self, path: KeyPath) -> Any:
        value: Any = self._root
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def _is_a_block_of_a_list(place: KeyPath) -> bool:
    return any(path.startswith(f"{pattern_of(place)}.") for path in site_keys()) and isinstance(place[1], int)


def _thawed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _thawed(item) for key, item in value.items()}
    return [_thawed(item) for item in value] if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
