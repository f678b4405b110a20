"""Misspelt names of commands, options, collectors and areas are answered with the nearest."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from ledgerscope.cli import main


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["srve"], "No such command 'srve'. Did you mean 'serve'?"),
        (["db", "chek"], "No such command 'chek'. Did you mean 'check'?"),
        (["serve", "--prot", "1"], "No such option '--prot'. Did you mean '--port'?"),
        (["collect", "--once", "ageing"], "there is no collector 'ageing' (did you mean 'aging'?)"),
        (["collect", "--once", "Churn"], "there is no collector 'Churn' (did you mean 'churn'?)"),
        (["collect", "--once", "xyz"], "there is no collector 'xyz'; there are lifecycle, credit, "),
    ],
)
def test_the_nearest_name_is_suggested(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert message in result.output
