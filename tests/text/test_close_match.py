from __future__ import annotations

import pytest

from ledgerscope.text.close_match import close_match, did_you_mean

AREAS = ("lifecycle", "credit", "aging", "Revenue")


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("ageing", "aging"),
        ("lifcycle", "lifecycle"),
        ("CREDIT", "credit"),
        ("revenu", "Revenue"),
        ("zzz", None),
        ("", None),
    ],
)
def test_the_nearest_name_is_found_whatever_its_case(wrong: str, nearest: str | None) -> None:
    assert close_match(wrong, AREAS) == nearest


def test_a_hint_is_appended_only_where_there_is_one() -> None:
    assert did_you_mean("ageing", AREAS) == " (did you mean 'aging'?)"
    assert did_you_mean("zzz", AREAS) == ""


def test_without_known_names_there_is_no_hint() -> None:
    assert did_you_mean("ageing", ()) == ""
