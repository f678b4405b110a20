"""Transaction snapshots: what they see, and which of two is the later one."""

from __future__ import annotations

import pytest

from collectors.visibility import Visibility


@pytest.mark.parametrize("text", ["10:10:", "10:20:10,14,19", "5:6:5"])
def test_the_servers_text_is_read_and_written(text: str) -> None:
    assert str(Visibility.parse(text)) == text


@pytest.mark.parametrize("text", ["", "10", "10:20", "a:b:", "1:2:x"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"invalid literal|not enough values"):
        Visibility.parse(text)


def test_what_had_ended_is_seen() -> None:
    seen = [xid for xid in range(8, 22) if Visibility.parse("10:20:10,14").sees(xid)]
    assert seen == [8, 9, 11, 12, 13, 15, 16, 17, 18, 19]


@pytest.mark.parametrize(
    ("later", "earlier", "follows"),
    [
        ("10:20:10", "10:20:10", True),
        ("20:20:", "10:20:10", True),
        ("10:30:10,25", "10:20:10,14", True),
        ("10:15:10", "10:20:10", False),
        ("10:20:10,14", "10:20:10", False),
        ("10:30:10,14", "10:20:10", False),
    ],
)
def test_a_later_snapshot_sees_all_that_an_earlier_one_saw(later: str, earlier: str, follows: bool) -> None:
    assert Visibility.parse(later).follows(Visibility.parse(earlier)) is follows
