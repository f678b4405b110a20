from __future__ import annotations

import promql_parser
import pytest

from ledgerscope.promql.syntax.signatures import SIGNATURES, UNLIMITED, Signature
from ledgerscope.promql.syntax.valuetypes import ValueType


def test_every_function_is_found_by_its_name() -> None:
    assert len(SIGNATURES) == 91
    assert all(signature.name == name for name, signature in SIGNATURES.items())


def test_an_optional_last_argument_may_be_left_out() -> None:
    rounding = SIGNATURES["round"]
    assert (rounding.min_args, rounding.max_args) == (1, 2)


def test_an_unlimited_argument_repeats_the_last_type() -> None:
    join = SIGNATURES["label_join"]
    assert join.variadic == UNLIMITED
    assert (join.min_args, join.max_args) == (3, None)
    assert join.arg_type(0) is ValueType.VECTOR
    assert join.arg_type(17) is ValueType.STRING


def test_up_to_ten_quantiles_can_be_asked_for_at_once() -> None:
    quantiles = SIGNATURES["histogram_quantiles"]
    assert (quantiles.min_args, quantiles.max_args) == (3, 12)


def test_what_needs_a_feature_flag_in_prometheus_is_marked() -> None:
    assert SIGNATURES["info"].experimental
    assert not SIGNATURES["rate"].experimental


def test_a_renamed_function_is_shaped_as_the_one_of_the_new_name() -> None:
    old = SIGNATURES["holt_winters"]
    new = SIGNATURES[old.renamed]
    assert (old.args, old.returns, old.variadic) == (new.args, new.returns, new.variadic)


EXAMPLES = {
    ValueType.SCALAR: "1",
    ValueType.VECTOR: "x",
    ValueType.MATRIX: "x[1m]",
    ValueType.STRING: '"a"',
}


CURRENT = {name: signature for name, signature in SIGNATURES.items() if not signature.renamed}


@pytest.mark.parametrize("signature", CURRENT.values(), ids=CURRENT)
def test_an_independent_parser_knows_the_same_functions(signature: Signature) -> None:
    args = ", ".join(EXAMPLES[kind] for kind in signature.args[: signature.min_args])
    call = promql_parser.parse(f"{signature.name}({args})")
    assert isinstance(call, promql_parser.Call)
    theirs = call.func
    assert [str(kind).rpartition(".")[2].upper() for kind in theirs.arg_types] == [
        kind.name for kind in signature.args
    ]
    assert str(theirs.return_type).rpartition(".")[2].upper() == signature.returns.name
    assert theirs.variadic == signature.variadic
    assert theirs.experimental == signature.experimental
