"""A small XML document as a tree of local names: bounded, without entities, without attributes."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

MOST_BYTES: Final = 5_000_000
_DEEPEST: Final = 32


def xml_root(body: bytes) -> Element:
    """The root of the document; names are without their namespace.

    Raises ``ValueError`` for what is no XML, too long, too deep, or declares a document type: without such a
    declaration there are no entities that could grow or reach out.
    """
    if len(body) > MOST_BYTES:
        raise ValueError(f"a document of {len(body)} bytes, more than {MOST_BYTES}")
    tree = _Tree()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = tree.refuse_doctype
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.data
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise ValueError(f"no whole XML: {error}") from error
    return tree.root()


def children(of: Element, name: str) -> list[Element]:
    """The elements called ``name`` right below, in order."""
    return [element for element in of if element.tag == name]


def text_at(of: Element, *path: str) -> str:
    """Text of the only element at the path; empty without one, ``ValueError`` where there are several."""
    for name in path:
        found = children(of, name)
        if not found:
            return ""
        if len(found) > 1:
            raise ValueError(f"{len(found)} times '{name}'")
        of = found[0]
    return (of.text or "").strip()


class _Tree:
    """What the parser has seen so far."""

    def __init__(self) -> None:
        self._builder = TreeBuilder()
        self._depth = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError(f"elements more than {_DEEPEST} deep")
        self._builder.start(name.rpartition(" ")[2], {})

    def end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(name.rpartition(" ")[2])

    def data(self, text: str) -> None:
        self._builder.data(text)

    def refuse_doctype(self, name: str, *_: object) -> None:
        kind = "a page of HTML" if name.lower() == "html" else "a document type declaration"
        raise ValueError(f"{kind}, which is not read")

    def root(self) -> Element:
        root: Element = self._builder.close()
        return root
