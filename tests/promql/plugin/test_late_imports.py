"""The garbage collector stands still during an import, and is afterwards as it was."""

from __future__ import annotations

import gc

import pytest

from ledgerscope.promql.plugin.late_imports import uncollected


@pytest.mark.parametrize("before", [True, False])
def test_the_collector_is_off_inside_and_as_before_after(before: bool) -> None:
    was_on = gc.isenabled()
    try:
        (gc.enable if before else gc.disable)()
        with pytest.raises(ImportError):
            _import_in_vain()
        assert gc.isenabled() is before
    finally:
        (gc.enable if was_on else gc.disable)()


def _import_in_vain() -> None:
    with uncollected():
        assert not gc.isenabled()
        raise ImportError
