"""Where the characters of YAML texts stand in their file."""

from __future__ import annotations

import pytest

from ledgerscope.promql.yaml.nodes import Reader, compose_all
from ledgerscope.promql.yaml.places import place_of_text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: sum(x) >> 1", "1:12"),
        ("a: 'sum(x) >> 1'", "1:13"),
        ('a: "sum(x) >> 1"', "1:13"),
        ("a: sum(x)\n  >> 1", "2:4"),
        ("a: |\n  sum(x)\n    >> 1\n", "3:6"),
        ("a: |-  # why\n  sum(x)\n\n  >> 1\nb: 2", "4:4"),
        ("a: >-\n  sum(x)\n  >> 1\n", "3:4"),
        ('a: "sum(x)\n  >> 1"', "2:4"),
        ('a: "sum\\x28x) >> 1"', "1:16"),
        ('a: "sum(x{y=\\"z\\"}) >> 1"', "1:22"),
        ("a: 'sum(x{y=''z''}) >> 1'", "1:22"),
        ('a: "sum(x{y=\\"z\\"})\\n\n  >> 1"', "1:4"),
    ],
)
def test_a_place_in_a_text_is_found_however_it_is_written(text: str, place: str) -> None:
    node = compose_all(text, "f")[0].value[0][1]
    assert str(place_of_text(Reader("f", text), node, node.value.index(">>") + 1)) == f"f:{place}"


def test_the_end_of_a_text_is_behind_its_last_character() -> None:
    text = "a: |\n  sum(x)\n    >\nb: 2\n"
    node = compose_all(text, "f")[0].value[0][1]
    assert str(place_of_text(Reader("f", text), node, len(node.value))) == "f:3:6"
