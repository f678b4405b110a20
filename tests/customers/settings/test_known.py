"""The table of settings, and the types of its values."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope import customers
from ledgerscope.customers.settings.checks import check_keys, check_values
from ledgerscope.customers.settings.known import BY_KEY, KNOWN
from tests.thoroughness import tries

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def test_every_key_is_there_once_and_every_default_is_of_its_type() -> None:
    assert len(BY_KEY) == len(KNOWN)
    assert check_values({setting.key: setting.default for setting in KNOWN}) is None
    assert all(setting.meaning and setting.kind.bounds() for setting in KNOWN)


def test_what_is_said_to_be_acted_on_is_read() -> None:
    """And what only is kept for applications says so."""
    folder = Path(customers.__file__).parent
    sources = "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    read = set(re.findall(r'settings\.value\("([a-z_.]+)"\)', sources))
    kept = {setting.key for setting in KNOWN if setting.meaning.endswith("(kept for applications)")}
    assert read | kept == set(BY_KEY)
    assert read.isdisjoint(kept)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sync.error_after_failures", 1),
        ("thresholds.health_score", 0),
        ("thresholds.health_score", 0.95),
        ("workflows.states", ["Active", "Draft"]),
        ("workflows.name_contains", "billing"),
        ("workflows.name_contains", None),
        ("fields.mapping", {"accountNumber": "external_id"}),
        ("webhooks.url", "https://hooks.northwind.example/in"),
        ("webhooks.url", None),
        ("webhooks.events", ["SyncFailed"]),
    ],
)
def test_values_of_their_type_are_right(key: str, value: Any) -> None:
    assert check_values({key: value}) is None


@pytest.mark.parametrize(
    ("key", "value", "right"),
    [
        ("sync.error_after_failures", 0, "a whole number from 1 to 100"),
        ("sync.error_after_failures", True, "a whole number from 1 to 100"),
        ("sync.error_after_failures", 2.0, "a whole number from 1 to 100"),
        ("sync.error_after_failures", "2", "a whole number from 1 to 100"),
        ("sync.error_after_failures", None, "a whole number from 1 to 100"),
        ("thresholds.health_score", 1.01, "a number from 0 to 1"),
        ("thresholds.health_score", math.nan, "a number from 0 to 1"),
        ("thresholds.health_score", True, "a number from 0 to 1"),
        ("notifications.sync_failed", 1, "true or false"),
        ("export.format", "xml", "one of csv, json"),
        ("workflows.states", "Active", "a list of up to 50 different words"),
        ("workflows.states", ["Active", "Active"], "different words"),
        ("workflows.states", [""], "printable"),
        ("workflows.states", [["Active"]], "printable"),
        ("notifications.contact_types", ["boss"], "out of general, billing"),
        ("workflows.name_contains", "a\nb", "on one line"),
        ("fields.mapping", {"a": "b", "c": "b"}, "no two the same"),
        ("fields.mapping", {"a b": "c"}, "letters, digits and underscores"),
        ("fields.mapping", {"a": 1}, "letters, digits and underscores"),
        ("webhooks.url", "http://hooks.northwind.example/", "https://"),
    ],
)
def test_other_values_are_refused_with_what_is_right(key: str, value: Any, right: str) -> None:
    refused = check_values({key: value})
    assert refused is not None
    assert (refused.field, refused.fault) == (key, "invalid")
    assert right in refused.reason


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("webhook_secret", "a secret is no setting; store it with the customer's credential"),
        ("webhooks.secret", "a secret is no setting"),
        ("client_secret", "a secret is no setting"),
        ("api_key", "a secret is no setting"),
        ("webhook.url", "did you mean webhooks.url?"),
        ("last_sync_message", "there is no such setting"),
        ("", "there are sync.error_after_failures, "),
        ("\x1b" * 999, "there is no such setting"),
    ],
)
def test_unknown_keys_are_refused_and_secrets_told_where_they_belong(key: str, said: str) -> None:
    refused = check_keys([key])
    assert refused is not None
    assert said in refused.reason
    assert "\x1b" not in refused.reason


@settings(max_examples=tries(100, thorough=500))
@given(key=st.sampled_from([*BY_KEY]), value=ANYTHING)
def test_every_value_is_accepted_or_refused(key: str, value: Any) -> None:
    refused = check_values({key: value})
    assert refused is None or refused.reason == f"{key}: {BY_KEY[key].kind.bounds()}"
