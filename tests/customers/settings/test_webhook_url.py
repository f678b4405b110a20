"""Addresses that webhooks may be sent to."""

from __future__ import annotations

import pytest

from ledgerscope.customers.settings.webhook_url import fault_of_webhook_url


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.northwind.example/in",
        "https://hooks.northwind.example:8443/in/a-b_c",
        "https://hooks.northwind.example./in",
        "https://93.184.216.34/in",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/in",
    ],
)
def test_a_public_host_over_https_is_right(url: str) -> None:
    assert fault_of_webhook_url(url) is None


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://hooks.northwind.example/", "only https"),
        ("ftp://hooks.northwind.example/", "only https"),
        ("//hooks.northwind.example/", "only https"),
        ("", "only https"),
        ("https://user:pw@hooks.northwind.example/", "no user"),
        ("https://hooks.northwind.example/?token=1", "no user, password, query"),
        ("https://hooks.northwind.example/#a", "fragment"),
        ("https://", "not a host name"),
        ("https://-a.example/", "not a host name"),
        ("https://a..example/", "not a host name"),
        ("https://hooks.northwind.example:99999/", "not an address"),
        ("https://hooks.northwind.example:0/", "port 0"),
        ("https://[::1/", "not an address"),
        ("https://hooks.northwind.example\\@evil.example/", "backslashes"),
        ("https://a b.example/", "blanks"),
        ("https://h\u00f6oks.example/", "ASCII"),
        ("https://localhost/", "inner network"),
        ("https://LOCALHOST./", "inner network"),
        ("https://intranet/", "inner network"),
        ("https://db.internal/", "inner network"),
        ("https://printer.local/", "inner network"),
        ("https://127.0.0.1/", "private"),
        ("https://127.1/", "four decimal numbers"),
        ("https://2130706433/", "four decimal numbers"),
        ("https://0x7f000001/", "four decimal numbers"),
        ("https://0177.0.0.1/", "four decimal numbers"),
        ("https://10.0.0.8/", "private"),
        ("https://172.16.0.1/", "private"),
        ("https://192.168.1.1/", "private"),
        ("https://169.254.169.254/latest", "private"),
        ("https://100.64.0.1/", "private"),
        ("https://0.0.0.0/", "private"),
        ("https://224.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://[fe80::1]/", "private"),
        ("https://[fd00::1]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"),
        ("https://[64:ff9b::7f00:1]/", "private"),
        ("https://[2002:7f00:1::]/", "private"),
        ("https://a.example/" + "x" * 500, "up to 500"),
    ],
)
def test_what_leads_inside_or_holds_a_secret_is_refused(url: str, fault: str) -> None:
    assert fault in (fault_of_webhook_url(url) or "it is right")
