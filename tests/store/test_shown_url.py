"""No secret of a database URL is ever shown."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url

from ledgerscope.store.shown_url import shown_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://reader@db/business", "postgresql://reader@db/business"),
        ("postgresql://reader:hunter2@db:5432/business", "postgresql://reader:***@db:5432/business"),
        ("postgresql://reader:p%40ss@db/b?sslmode=require", "postgresql://reader:***@db/b?sslmode=require"),
        ("postgresql://reader@db/b?password=hunter2", "postgresql://reader@db/b?password=***"),
        ("postgresql://db/b?sslpassword=hunter2&user=me", "postgresql://db/b?sslpassword=***&user=me"),
    ],
)
def test_passwords_are_masked_and_the_rest_is_shown(url: str, expected: str) -> None:
    assert shown_url(make_url(url)) == expected


@pytest.mark.parametrize("url", ["postgresql://owner:wrong@SEC/RET@localhost/main"])
def test_of_a_password_that_is_not_encoded_nothing_is_shown(url: str) -> None:
    shown = shown_url(make_url(url))
    assert "RET" not in shown
    assert "%40" in shown
