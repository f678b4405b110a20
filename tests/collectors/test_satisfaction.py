"""Satisfaction: who is asked twice answers once, and silence is no score."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.satisfaction import SatisfactionCollector
from ledgerscope.domain import csat, nps
from ledgerscope.store import tables as t
from tests.collectors.books import NOON, Books, at

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

NPS, BOUND, RESPONDENTS = "chom_nps_score", "chom_nps_confidence_bound", "chom_nps_responses"
CSAT, ANSWERS = "chom_csat_score", "chom_csat_responses"


def answer(
    books: Books,
    score: int,
    when: datetime,
    *,
    kind: str = "nps",
    who: str = "",
    tenant_id: str = "acme",
    scale_max: int = 5,
) -> UUID:
    response_id = uuid4()
    books.add(
        t.survey_response,
        tenant_id=tenant_id,
        response_id=response_id,
        kind=kind,
        respondent_hash=who or str(response_id),
        score=score,
        scale_max=10 if kind == "nps" else scale_max,
        at=when,
    )
    return response_id


def test_without_answers_there_are_counts_of_zero_and_no_scores(books: Books) -> None:
    books.tenant()
    assert books.read(SatisfactionCollector()) == {
        RESPONDENTS: {("acme", category): 0 for category in ("promoter", "passive", "detractor")},
        ANSWERS: {("acme",): 0},
    }


def test_promoters_less_detractors_in_percent_of_all(books: Books) -> None:
    books.tenant()
    for score in (10, 9, 9, 8, 7, 6, 0):
        answer(books, score, at(-1))
    found = books.read(SatisfactionCollector())
    assert found[RESPONDENTS] == {("acme", "promoter"): 3, ("acme", "passive"): 2, ("acme", "detractor"): 2}
    assert found[NPS]["acme",] == pytest.approx(100 / 7)
    assert (found[BOUND]["acme", "lower"], found[BOUND]["acme", "upper"]) == nps.Tally(3, 2, 2).interval


def test_a_single_answer_does_not_pretend_to_be_certain(books: Books) -> None:
    books.tenant()
    answer(books, 10, at(-1))
    found = books.read(SatisfactionCollector())
    assert found[NPS]["acme",] == 100
    assert found[BOUND]["acme", "lower"] < -80
    assert found[BOUND]["acme", "upper"] == 100


def test_the_latest_answer_of_a_person_counts(books: Books) -> None:
    books.tenant()
    answer(books, 10, at(-5), who="ada")
    answer(books, 2, at(-1), who="ada")
    found = books.read(SatisfactionCollector())
    assert found[RESPONDENTS] == {("acme", "promoter"): 0, ("acme", "passive"): 0, ("acme", "detractor"): 1}
    assert books.read(SatisfactionCollector(), at(-2))[NPS]["acme",] == 100


def test_answers_of_the_last_ninety_and_thirty_days_count(books: Books) -> None:
    books.tenant()
    for when in (at(-90), at(-89.9), at(0), at(0.1)):
        answer(books, 10, when)
    for when in (at(-30), at(-29.9), at(0), at(0.1)):
        answer(books, 3, when, kind="csat")
    found = books.read(SatisfactionCollector())
    assert found[RESPONDENTS]["acme", "promoter"] == 2
    assert found[ANSWERS]["acme",] == 2


def test_satisfied_is_who_answers_in_the_top_two_fifths_of_any_scale(books: Books) -> None:
    books.tenant()
    for scale_max, scores in ((5, (1, 3, 4, 5)), (7, (4, 5)), (10, (6, 7))):
        for score in scores:
            answer(books, score, at(-1), kind="csat", scale_max=scale_max)
    found = books.read(SatisfactionCollector())
    assert (found[ANSWERS]["acme",], found[CSAT]["acme",]) == (8, 50.0)


def test_a_person_who_is_asked_twice_is_satisfied_or_not_by_the_latest_answer(books: Books) -> None:
    books.tenant()
    answer(books, 1, at(-3), kind="csat", who="ada")
    answer(books, 9, at(-1), kind="csat", who="ada", scale_max=10)
    answer(books, 2, at(-1), kind="csat", who="bob")
    found = books.read(SatisfactionCollector())
    assert (found[ANSWERS]["acme",], found[CSAT]["acme",]) == (2, 50.0)
    assert books.read(SatisfactionCollector(), at(-2))[CSAT]["acme",] == 0


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_random_answers_give_the_scores_of_the_definition(shared: Engine, seed: int) -> None:
    random = Random(seed)
    given_answers: dict[str, list[nps.Answer]] = {}
    satisfaction: dict[str, list[tuple[int, int]]] = {}
    with shared.connect() as connection, connection.begin() as transaction:
        books = Books(connection)
        for tenant_id in (f"t{number}" for number in range(40)):
            books.tenant(tenant_id)
            given_answers[tenant_id] = []
            for _ in range(random.randint(0, 12)):
                who, score, when = random.choice("abcdef"), random.randint(0, 10), at(random.randint(-95, 2))
                key = answer(books, score, when, who=who, tenant_id=tenant_id)
                given_answers[tenant_id].append(nps.Answer(who, score, when, str(key)))
            latest: dict[str, tuple[datetime, str, tuple[int, int]]] = {}
            for _ in range(random.randint(0, 6)):
                who, scale, when = random.choice("abc"), random.choice((5, 7, 10)), at(random.randint(-33, 1))
                score = random.randint(1, scale)
                key = answer(books, score, when, kind="csat", who=who, tenant_id=tenant_id, scale_max=scale)
                if at(-30) < when <= NOON:
                    given = when, str(key), (score, scale)
                    latest[who] = max(latest.get(who, given), given)
            satisfaction[tenant_id] = [one for _, _, one in latest.values()]
        found = books.read(SatisfactionCollector())
        transaction.rollback()
    for tenant_id, answers in given_answers.items():
        expected = nps.tally(one.score for one in nps.latest_answers(answers, at(-90), NOON))
        assert found[NPS].get((tenant_id,)) == expected.score
        bounds = [found[BOUND].get((tenant_id, bound)) for bound in ("lower", "upper")]
        assert bounds == list(expected.interval or (None, None))
        assert found[CSAT].get((tenant_id,)) == csat.csat(satisfaction[tenant_id])
        assert found[ANSWERS][tenant_id,] == len(satisfaction[tenant_id])
