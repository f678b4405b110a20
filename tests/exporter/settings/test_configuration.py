"""Settings from file and environment; everything wrong is reported at once, with place and fix."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, get_args

import pytest

from exporter.errors import InvalidSettings
from exporter.settings.configuration import load, require
from exporter.settings.model import ExporterSettings, IssuerSettings
from ledgerscope.customers.access import issuers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WHOLE = """\
database:
  url: postgresql://reader@db.example/ledger
  connections: 8
  schema: reporting
interval: 30s
collectors:
  churn: {interval: 5m, expire_after: 20m}
  jobs: {enabled: false}
tenants:
  only: [acme, globex]
log: {format: json}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledgerscope.yaml"


def problems(file: Path, text: str, environment: Mapping[str, str] | None = None) -> list[str]:
    file.write_text(text, encoding="utf-8")
    settings, found = load(file, environment or {})
    assert (settings is None) == bool(found)
    return [str(problem).replace(str(file), "FILE") for problem in found]


def test_without_file_and_environment_the_defaults_hold() -> None:
    settings = require(None, {})
    assert settings == ExporterSettings()
    assert (settings.listen.address, settings.listen.port) == ("127.0.0.1", 9108)
    assert settings.policy("jobs").expire_after == timedelta(seconds=45)


def test_a_file_is_read_whole(file: Path) -> None:
    file.write_text(WHOLE, encoding="utf-8")
    settings = require(file, {})
    assert settings.database.connections == 8
    assert settings.tenants.only == ("acme", "globex")
    assert settings.policy("aging").interval == timedelta(seconds=30)
    assert settings.policy("churn").stale_after == timedelta(minutes=7.5)
    assert settings.policy("churn").expire_after == timedelta(minutes=20)
    assert not settings.policy("jobs").enabled


@pytest.mark.parametrize(
    "given", ["[10.0.0.0/8, '2001:db8::/32', 192.0.2.7]", "10.0.0.0/8,2001:db8::/32,192.0.2.7"]
)
def test_proxies_are_networks_or_addresses(file: Path, given: str) -> None:
    file.write_text(f"api: {{trusted_proxies: {given}}}" if "[" in given else "", encoding="utf-8")
    environment = {} if "[" in given else {"LEDGERSCOPE_API__TRUSTED_PROXIES": given}
    found = require(file, environment).api.trusted_proxies
    assert found == ("10.0.0.0/8", "2001:db8::/32", "192.0.2.7/32")


@pytest.mark.parametrize("given", ["10.1.2.3/8", "proxy.example", "*"])
def test_a_proxy_of_another_form_is_refused_with_the_right_one(file: Path, given: str) -> None:
    (problem,) = problems(file, f"api: {{trusted_proxies: ['{given}']}}\n")
    assert problem.startswith("FILE:1:24: api.trusted_proxies: ")
    assert problem.endswith("write networks or addresses like [10.0.0.0/8, 192.0.2.7]")


def test_an_empty_file_is_a_file_of_defaults(file: Path) -> None:
    assert problems(file, "# nothing yet\n") == []


def test_the_environment_wins_over_the_file(file: Path) -> None:
    file.write_text(WHOLE, encoding="utf-8")
    environment = {
        "LEDGERSCOPE_DATABASE__CONNECTIONS": "3",
        "LEDGERSCOPE_COLLECTORS__JOBS__ENABLED": "true",
        "LEDGERSCOPE_TENANTS__ONLY": "initech, acme",
        "DATABASE_URL": "postgresql://other/ledger",
        "LEDGERSCOPE_CONFORMANCE": "not a setting",
        "UNRELATED": "1",
    }
    settings = require(file, environment)
    assert settings.database.connections == 3
    assert settings.policy("jobs").enabled
    assert settings.tenants.only == ("initech", "acme")
    assert settings.database.address() is not None
    assert settings.database.schema_ == "reporting"
    assert settings.database.address().host == "other"  # type: ignore[union-attr]  # just seen


def test_a_group_wins_over_a_value_in_its_place(file: Path) -> None:
    file.write_text("listen: wrong\n", encoding="utf-8")
    assert require(file, {"LEDGERSCOPE_LISTEN__PORT": "9200"}).listen.port == 9200


def test_our_own_variable_wins_over_the_common_one() -> None:
    both = {"DATABASE_URL": "postgresql://a/x", "LEDGERSCOPE_DATABASE__URL": "postgresql://b/x"}
    address = require(None, both).database.address()
    assert address is not None
    assert address.host == "b"


def test_secrets_are_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("open sesame\n", encoding="utf-8")
    (tmp_path / "url").write_text("postgresql://reader@db/ledger\n", encoding="utf-8")
    environment = {
        "DATABASE_URL_FILE": str(tmp_path / "url"),
        "LEDGERSCOPE_DATABASE__PASSWORD_FILE": str(tmp_path / "password"),
    }
    address = require(None, environment).database.address()
    assert address is not None
    assert (address.username, address.password, address.host) == ("reader", "open sesame", "db")


def test_effective_settings_are_shown_without_secrets_and_can_be_read_back(file: Path) -> None:
    environment = {
        "DATABASE_URL": "postgresql://reader:sesame@db/ledger",
        "LEDGERSCOPE_DATABASE__PASSWORD": "open",
        "LEDGERSCOPE_INTERVAL": "1m30s",
    }
    shown = require(None, environment).effective()
    assert "sesame" not in shown
    assert "open" not in shown
    assert "url: postgresql://reader:***@db/ledger" in shown
    assert "interval: 1m30s" in shown
    assert problems(file, shown) == []
    assert "sesame" not in repr(require(None, environment))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("intervall: 15s\n", "FILE:1:1: intervall: there is no such setting; did you mean interval?"),
        (
            "foo: 1\n",
            "FILE:1:1: foo: there is no such setting; there are database, listen, interval, jitter, ",
        ),
        ("listen:\n  prt: 1\n", "FILE:2:3: listen.prt: there is no such setting; did you mean port?"),
        (
            "listen:\n  port: high\n",
            "FILE:2:9: listen.port: 'high' is not a whole number; write one like 9108",
        ),
        (
            "listen: {port: 70000}\n",
            "FILE:1:16: listen.port: 70000 is out of range; it must be at most 65535",
        ),
        ("listen: {address: 5}\n", "FILE:1:19: listen.address: 5 is not a text; write it in quotes"),
        (
            "listen: {ready_at_once: 7}\n",
            "FILE:1:25: listen.ready_at_once: 7 is not a switch; write true or false",
        ),
        ("interval: 15\n", "FILE:1:11: interval: 15 is not valid; a duration is a whole number with a unit"),
        ("interval: 0s\n", "FILE:1:11: interval: '0s' is not valid; it has to be longer than 0s"),
        (
            "collectors: {aging: {interval: 0s}}\n",
            "FILE:1:32: collectors.aging.interval: '0s' is not valid",
        ),
        ("database: {statement_timeout: 0s}\n", "FILE:1:31: database.statement_timeout: '0s' is not valid"),
        ("interval: 15x\n", "FILE:1:11: interval: '15x' is not valid; a duration is"),
        (
            "collectors: {agin: {}}\n",
            "FILE:1:20: collectors.agin: there is no such setting; did you mean aging?",
        ),
        (
            "collectors: {aging: {evry: 1s}}\n",
            "FILE:1:22: collectors.aging.evry: there is no such setting; there are",
        ),
        (
            "collectors: {aging: 5}\n",
            "FILE:1:21: collectors.aging: 5 is not a group of settings; write `name: value`",
        ),
        ("tenants: 5\n", "FILE:1:10: tenants: 5 is not a group of settings; write"),
        ("tenants: {only: 5}\n", "FILE:1:17: tenants.only: 5 is not a list; write one like [a, b]"),
        ("log: {level: loud}\n", "FILE:1:14: log.level: 'loud' is not allowed; it is one of 'debug', 'info'"),
        (
            "collectors: {aging: {expire_after: 10s}}\n",
            "FILE:1:36: collectors.aging.expire_after: 10s is too short; it must be more than stale_after,",
        ),
        (
            "database: {url: nonsense}\n",
            "FILE:1:17: database.url: not a database URL; expected postgresql://",
        ),
        ("database: {url: [sesame]}\n", "FILE:1:17: database.url: this is not a text; write it in quotes"),
        (
            "database: {password_file: /nowhere}\n",
            "FILE:1:27: database.password_file: cannot read /nowhere: No such file or directory; name a file",
        ),
        ("interval: 15s\ninterval: 16s\n", "FILE:2:1: interval: is given twice; keep the one at FILE:1:11"),
        ("a: [1\n b", "FILE:2:3: is not YAML: expected ',' or ']'"),
        ("- 1\n", "FILE:1:1: is not a mapping; write settings as `name: value`"),
        (
            "interval: !!timestamp x\n",
            "FILE:1:11: interval: is no tag:yaml.org,2002:timestamp; leave the tag out",
        ),
    ],
)
def test_each_mistake_is_reported_with_its_place_and_its_fix(file: Path, text: str, problem: str) -> None:
    assert any(found.startswith(problem) for found in problems(file, text)), problems(file, text)


def test_a_mistake_in_the_environment_names_the_variable() -> None:
    _, found = load(None, {"LEDGERSCOPE_LISTN__PORT": "1", "LEDGERSCOPE_LOG__FORMAT": "xml"})
    misspelt, disallowed = sorted(map(str, found))
    assert misspelt == (
        "environment variable LEDGERSCOPE_LISTN__PORT: listn: there is no such setting; did you mean listen?"
    )
    assert disallowed == (
        "environment variable LEDGERSCOPE_LOG__FORMAT: log.format: 'xml' is not allowed; "
        "it is one of 'console' or 'json'"
    )


def test_all_mistakes_are_reported_in_one_run(file: Path) -> None:
    assert len(problems(file, "interval: 1\nlisten: {port: x}\nfoo: 1\ninterval: 2s\n")) == 4


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="cannot be read: No such file or directory; name a file"):
        require(tmp_path / "nowhere.yaml", {})
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("interval: ä".encode("latin-1"))
    with pytest.raises(InvalidSettings, match="is not UTF-8"):
        require(latin, {})


def issuer(tmp_path: Path, keys: str, **more: str) -> str:
    (tmp_path / "keys").write_text(keys, encoding="utf-8")
    lines = "".join(f"      {name}: {value}\n" for name, value in more.items())
    return f"api:\n  issuers:\n    main:\n      keys_file: {tmp_path}/keys\n{lines}"


SECRET = '{"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}'


def test_an_issuer_of_tokens_is_set_up_with_a_file_of_keys(file: Path, tmp_path: Path) -> None:
    assert problems(file, issuer(tmp_path, SECRET, algorithm="HS256")) == []
    assert problems(file, issuer(tmp_path, f'{{"keys": [{SECRET}]}}', algorithm="HS256")) == []
    shown = require(file, {}).effective()
    assert "keys_file" in shown
    assert "c2VjcmV0" not in shown


@pytest.mark.parametrize(
    ("keys", "more", "expected"),
    [
        (SECRET, {}, "main: key 1: RS256 needs a key of type RSA, this is oct; it holds PEM texts, a JWK or"),
        ("{}", {}, "main: key 1: is neither a JWK nor a PEM text; "),
        ("{", {}, "is not JSON; it holds"),
        ('{"keys": 1}', {}, "is no set of JWKs; it holds"),
        ("", {}, "has no keys; it holds"),
        (
            '{"kty": "oct", "k": "c2hvcnQ"}',
            {"algorithm": "HS256"},
            "a secret has at least 32 bytes; it holds",
        ),
    ],
)
def test_keys_that_cannot_be_used_are_reported_with_their_setting_and_no_part_of_them(
    file: Path, tmp_path: Path, keys: str, more: dict[str, str], expected: str
) -> None:
    (found,) = problems(file, issuer(tmp_path, keys, **more))
    assert found.startswith("FILE:4:18: api.issuers.main.keys_file: ")
    assert expected in found
    assert "c2" not in found


def test_what_an_issuer_lacks_and_what_is_misspelt_is_reported(file: Path, tmp_path: Path) -> None:
    assert problems(file, "api: {issuers: {main: {audience: us}}}\n") == [
        "FILE:1:23: api.issuers.main.keys_file: is not set; "
        "name the file with the keys that verify its tokens"
    ]
    assert problems(file, "api: {issuers: {main: {keys_flie: x}}}\n") == [
        "FILE:1:24: api.issuers.main.keys_flie: there is no such setting; did you mean keys_file?"
    ]
    (found,) = problems(file, issuer(tmp_path, SECRET, algorithm="none"))
    assert "'none' is not allowed; it is one of 'HS256'" in found
    (found,) = problems(file, "api: {issuers: {main: {keys_file: /nowhere}}}\n")
    assert "cannot read /nowhere: No such file or directory; name a file that exists" in found


def test_an_issuer_is_set_up_once(file: Path, tmp_path: Path) -> None:
    one = issuer(tmp_path, SECRET, algorithm="HS256", issuer="https://id.example")
    (found,) = problems(file, one + one.partition("issuers:\n")[2].replace("main:", "other:"))
    assert "api.issuers.other: its issuer 'https://id.example' is that of main already" in found


def test_an_issuer_can_be_set_up_by_the_environment(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(SECRET, encoding="utf-8")
    environment = {
        "LEDGERSCOPE_API__ISSUERS__MAIN__KEYS_FILE": str(tmp_path / "keys"),
        "LEDGERSCOPE_API__ISSUERS__MAIN__ALGORITHM": "HS256",
        "LEDGERSCOPE_API__URL": "postgresql://api:sesame@db/ledger",
    }
    settings = require(None, environment)
    assert list(settings.api.issuers) == ["main"]
    assert "sesame" not in settings.effective()


def test_what_the_api_needs_and_is_not_installed_is_named_with_what_to_install(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "limits", None)
    (found,) = problems(file, issuer(tmp_path, SECRET, algorithm="HS256"))
    assert "api.issuers.main: the API needs limits, not installed here; " in found
    assert found.endswith("install them: pip install 'ledgerscope[api]'")


def test_without_an_issuer_nothing_of_the_api_is_imported() -> None:
    program = (
        "import sys, ledgerscope.cli.serve; from exporter.settings.configuration import require; "
        "require(None, {}); "
        "print([name for name in sys.modules if name.partition('.')[0] in {'joserfc', 'limits'}"
        " or name.startswith(('exporter.http.api', 'ledgerscope.customers'))])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_the_algorithms_that_can_be_set_are_those_that_tokens_are_read_with() -> None:
    assert get_args(IssuerSettings.model_fields["algorithm"].annotation) == tuple(issuers._FAMILIES)
