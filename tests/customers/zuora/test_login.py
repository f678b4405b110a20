from __future__ import annotations

import pytest

from ledgerscope.customers.zuora import HOSTS, Login, fault_of_login, hosts_of

ALLOWED = frozenset({"127.0.0.1:8080", "zuora.example.com", "[::1]:8080", "localhost", "192.0.2.1"})


def fault(url: str, allow: frozenset[str] = frozenset()) -> str | None:
    refused = fault_of_login(Login(url, "client", "secret"), allow)
    return None if refused is None else refused.reason


def test_the_secret_is_no_part_of_a_login_as_text() -> None:
    login = Login("https://rest.zuora.com", "client", "the-secret")
    assert "the-secret" not in f"{login} {login!r}"
    assert "client" in repr(login)


@pytest.mark.parametrize("host", HOSTS)
def test_each_data_centre_can_be_asked(host: str) -> None:
    assert fault(f"https://{host}") is None
    assert fault(f"https://{host}/") is None
    assert fault(f"https://{host}:443") is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "rest.zuora.com",
        "//rest.zuora.com",
        "http://rest.zuora.com",
        "ftp://rest.zuora.com",
        "https://rest.zuora.com:8443",
        "https://rest.zuora.com:0",
        "https://rest.zuora.com:99999",
        "https://rest.zuora.com/v1",
        "https://rest.zuora.com?x=1",
        "https://rest.zuora.com?",
        "https://rest.zuora.com#x",
        "https://rest.zuora.com@evil.example",
        "https://user:pass@rest.zuora.com",
        "https://@rest.zuora.com",
        "https://rest.zuora.com.evil.example",
        "https://evil.example/rest.zuora.com",
        "https://rest.zuora.com\\@evil.example",
        "https://rest.zuora.com\n.evil.example",
        "https://rest.zuora.com.",
        "https://xrest.zuora.com",
        "https://zuora.com",
        "https://127.0.0.1",
        "https://[::1]",
        "https://[::1",
        "https://169.254.169.254",
        "https://2130706433",
        "https://localhost",
        "https://r\u0435st.zuora.com",
        "file:///etc/passwd",
    ],
)
def test_nothing_else_is_asked(url: str) -> None:
    assert fault(url) is not None


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("http://127.0.0.1:8080", True),
        ("https://127.0.0.1:8080", True),
        ("http://127.0.0.1:8081", False),
        ("http://127.0.0.1", False),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("https://zuora.example.com", True),
        ("https://ZUORA.example.com", True),
        ("http://zuora.example.com", False),
        ("http://192.0.2.1", False),
        ("https://192.0.2.1", True),
        ("https://zuora.example.com:8080", False),
    ],
)
def test_hosts_are_allowed_one_by_one_and_plain_http_on_this_machine_only(url: str, may: bool) -> None:
    assert (fault(url, ALLOWED) is None) is may


@pytest.mark.parametrize("value", ["", "with space", "x" * 256, "line\nbreak", "ümlaut", "\x00"])
def test_what_is_no_client_id_or_secret_is_refused_without_showing_it(value: str) -> None:
    for login in (
        Login("https://rest.zuora.com", value, "x"),
        Login("https://rest.zuora.com", "x", value),
    ):
        refused = fault_of_login(login)
        assert refused is not None
        assert not value or value not in refused.reason


def test_hosts_are_read_from_a_list() -> None:
    assert hosts_of(" Zuora.example.com, 127.0.0.1:8080 [::1]:80 ") == {
        "zuora.example.com",
        "127.0.0.1:8080",
        "[::1]:80",
    }
    assert hosts_of("") == frozenset()
    for wrong in ("https://zuora.example.com", "a/b", "*.zuora.com", "a:0"):
        with pytest.raises(ValueError, match="is no host"):
            hosts_of(wrong)
