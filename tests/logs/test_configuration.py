"""Lines have the schema of S0, are masked on every way, and go only where a process lets them go."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

from ledgerscope.logs import MASKED, LogTo, configured, get_logger

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LOG = get_logger("tests")


def fail(said: str, number: int) -> None:
    raise ValueError(f"{said}; call +43 1 {number}")


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_as_json_has_four_fields() -> None:
    stream = io.StringIO()
    with configured(LogTo(format="json", stream=stream)):
        LOG.info("Customer created", company_id="acme", duration_ms=245)
    (line,) = lines(stream.getvalue())
    assert list(line) == ["timestamp", "level", "message", "context"]
    assert (line["level"], line["message"]) == ("info", "Customer created")
    assert line["context"] == {"company_id": "acme", "duration_ms": 245}
    assert line["timestamp"].endswith("Z")
    assert "T" in line["timestamp"]


def test_a_line_for_people_says_the_same() -> None:
    stream = io.StringIO()
    with configured(LogTo(stream=stream)):
        LOG.warning("odd", company_id="acme", email="a@b.example")
    assert "odd" in stream.getvalue()
    assert "company_id=acme" in stream.getvalue()
    assert "a@b.example" not in stream.getvalue()


def test_errors_are_also_in_a_file_that_is_kept_longer(tmp_path: Path) -> None:
    with configured(LogTo(file=tmp_path / "ls.log")):
        LOG.debug("hidden")
        LOG.info("usual")
        LOG.error("broken")
    files = {each.name.rsplit("-", 3)[0]: lines(each.read_text()) for each in tmp_path.iterdir()}
    assert {name: [line["message"] for line in of] for name, of in files.items()} == {
        "ls": ["usual", "broken"],
        "ls-errors": ["broken"],
    }


def test_an_error_is_told_with_its_place_and_without_what_is_private() -> None:
    stream = io.StringIO()
    with configured(LogTo(format="json", stream=stream)):
        try:
            fail("password=" + "hun" + "ter2", 5551233 + 1)
        except ValueError:
            LOG.exception("broken")
        foreign = logging.getLogger("uvicorn.error")
        foreign.error("dsn postgresql://a:hunter2@db/x", exc_info=ValueError("a@b.c"))
    ours, theirs = lines(stream.getvalue())
    assert "test_configuration.py" in ours["context"]["exception"]
    assert f"password={MASKED}" in ours["context"]["exception"]
    assert theirs["message"] == f"dsn postgresql://{MASKED}@db/x"
    for private in ("hunter2", "5551234", "a@b.c"):
        assert private not in stream.getvalue()


def test_without_a_process_that_listens_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    LOG.error("nobody listens", company_id="acme")
    assert capsys.readouterr() == ("", "")


def test_an_application_with_a_log_of_its_own_gets_masked_records(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "ledgerscope"):
        LOG.info("to a@b.example", phone="+43 1 5551234", company_id="acme")
    (record,) = caplog.records
    assert record.getMessage() == f"to {MASKED}"
    assert record.__dict__["context"] == {"phone": MASKED, "company_id": "acme"}


def test_after_the_block_nothing_goes_there_any_more() -> None:
    stream = io.StringIO()
    with configured(LogTo(stream=stream)):
        pass
    LOG.error("later")
    assert stream.getvalue() == ""
