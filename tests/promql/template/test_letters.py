from __future__ import annotations

import pytest

from ledgerscope.promql.template.letters import title, to_lower, to_upper


@pytest.mark.parametrize(
    ("text", "upper", "lower", "titled"),
    [
        ("", "", "", ""),
        ("a-b c_d", "A-B C_D", "a-b c_d", "A-B C_d"),
        (
            "stra\u00dfe \u0149",
            "STRA\u00dfE \u0149",
            "stra\u00dfe \u0149",
            "Stra\u00dfe \u0149",
        ),  # one stays one
        ("\u0391\u03a3", "\u0391\u03a3", "\u03b1\u03c3", "\u0391\u03a3"),  # a sigma is a sigma at the end too
        ("\u0130", "\u0130", "i", "\u0130"),
        ("\u01c6", "\u01c4", "\u01c6", "\u01c5"),  # title case of its own
        ("\u1fb3", "\u1fbc", "\u1fb3", "\u1fbc"),
    ],
)
def test_case_goes_letter_by_letter(text: str, upper: str, lower: str, titled: str) -> None:
    assert (to_upper(text), to_lower(text), title(text)) == (upper, lower, titled)
