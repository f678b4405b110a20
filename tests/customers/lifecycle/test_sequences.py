"""Sequences of operations of two companies and several actors, while time moves."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerscope.customers import Refused
from ledgerscope.customers.access.permissions import NEEDED, ROLES
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.store.audit import first_break
from ledgerscope.store.records import derive_id
from tests.customers.conftest import COMPANIES, Clock
from tests.customers.lifecycle.company_in_memory import CompanyInMemory, call_at
from tests.thoroughness import tries

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.customers.conftest import Ledger

NAMES: Final = st.sampled_from(["Northwind", "Süd & Co", "", "x" * 201])
EXTERNAL: Final = st.sampled_from([None, "A", "B", "C-000002", " "])
ACTORS: Final = st.sampled_from([*sorted(ROLES), "nobody"])
WANTED: Final = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES,
        "external_id": st.sampled_from(["A", "B", "C"]),
        "email": st.sampled_from([None, "a@b.example", "nobody"]),
        "terms_days": st.integers(-1, 40),
        "currency": st.sampled_from(["EUR", "JPY", "XYZ"]),
        "status": st.just("active"),
    },
)


@dataclass(frozen=True)
class Step:
    """One operation: whose company, who asks, which customer (by place), and what."""

    company: str
    actor: str
    act: str
    what: Any
    place: int


STEPS: Final = st.lists(
    st.builds(
        Step,
        st.sampled_from(sorted(COMPANIES)),
        ACTORS,
        st.sampled_from(["create", "create", "update", "status", "delete", "erase"]),
        st.tuples(
            NAMES, EXTERNAL, WANTED, st.sampled_from(["active", "inactive", "blocked", "gone"]),
            st.sampled_from(["closed", "erasure", "bored"]),
        ),
        st.integers(0, 5),
    ),
    max_size=25,
)  # fmt: skip
ACTIONS: Final = {
    "create": "customer.created", "update": "customer.updated", "status": "customer.status.changed",
    "delete": "customer.deleted", "erase": "customer.erased",
}  # fmt: skip


def allowed(step: Step) -> bool:
    return NEEDED[ACTIONS[step.act]] in ROLES.get(step.actor, ())


class World:
    """The companies in memory, and what each step came to."""

    def __init__(self, suffix: str = "") -> None:
        self.companies = {
            name: CompanyInMemory(f"{name}{suffix}", currency) for name, (_, currency) in COMPANIES.items()
        }
        self._requests = count()

    def target(self, step: Step) -> str | None:
        ids = list(self.companies[step.company].customers)
        return ids[step.place % len(ids)] if ids else None

    def take(self, step: Step, clock: Clock) -> Refused | str | None:
        """What the step comes to: a refusal, the identifier of a new customer, or nothing to say."""
        company, target = self.companies[step.company], self.target(step)
        call = call_at(company.tenant_id, clock.now, derive_id(next(self._requests)), step.actor)
        name, external_id, wanted, status, reason = step.what
        if step.act == "create":
            return company.create(NewCustomer(name=name, external_id=external_id), call)
        assert target is not None
        match step.act:
            case "update":
                return company.update(target, wanted, call)
            case "status":
                return company.change_status(target, status, call)
            case "delete":
                return company.delete(target, reason, call)
            case _:
                return company.erase(target, reason, call)


@settings(max_examples=tries(200, thorough=2_000), suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_every_sequence_keeps_what_must_hold_in_memory(steps: list[Step]) -> None:
    world, clock = World(), Clock()
    for step in steps:
        clock.forward(seconds=7)
        if allowed(step) and (step.act == "create" or world.target(step)):
            others = {name: len(c.events) for name, c in world.companies.items() if name != step.company}
            world.take(step, clock)
            assert others == {n: len(world.companies[n].events) for n in others}
    for company in world.companies.values():
        company.check()


def act(customers: Customers, step: Step, target: str) -> object:
    name, external_id, wanted, status, reason = step.what
    match step.act:
        case "create":
            return customers.create(NewCustomer(name=name, external_id=external_id))
        case "update":
            return customers.update(target, wanted)
        case "status":
            return customers.change_status(target, status, Note(reason="tried"))
        case "delete":
            return customers.delete(target, reason)
        case _:
            return customers.erase(target, reason)


@settings(max_examples=tries(8, thorough=100), suppress_health_check=list(HealthCheck), deadline=None)
@given(steps=STEPS)
def test_postgresql_comes_to_the_same(steps: list[Step], app: Engine, ledger: Ledger) -> None:
    """Every example has two companies of its own in the same database."""
    companies = ledger.rows("select tenant_id from tenant")
    suffix = f"-{len(companies)}"
    world, clock = World(suffix), Clock()
    ledger.add_companies(suffix)
    ids: dict[str, str] = {}
    for step in steps:
        clock.forward(seconds=7)
        target = world.target(step)
        if step.act != "create" and target is None:
            continue
        permissions = ROLES.get(step.actor, frozenset())
        caller = Caller(tenant_id=step.company + suffix, actor=step.actor, permissions=permissions)
        real = act(Customers(Operations(app, caller, clock=clock)), step, ids.get(target or "", ""))
        if not allowed(step):
            assert isinstance(real, Refused)
            continue
        expected = world.take(step, clock)
        if isinstance(expected, Refused):
            assert real == expected
        else:
            assert not isinstance(real, Refused), real
            if isinstance(real, CreatedCustomer):
                ids[str(expected)] = real.customer_id
    for company in world.companies.values():
        company.check()
        _compare(company, ledger)


def _compare(company: CompanyInMemory, ledger: Ledger) -> None:
    real = ledger.rows(
        "select customer_number, name, email, status, currency, terms_days, deletion_mode, deletion_reason,"
        " deleted_at, erased_at, updated_at from customer where tenant_id = :tenant order by customer_number",
        tenant=company.tenant_id,
    )
    assert [tuple(row) for row in real] == [
        (
            row.customer_number, row.name, row.email, row.status, row.currency, row.terms_days,
            row.deletion_mode, row.deletion_reason, row.deleted_at, row.erased_at, row.updated_at,
        )
        for row in company.customers.values()
    ]  # fmt: skip
    events = ledger.rows(
        "select event_type, occurred_at from event where tenant_id = :tenant order by event_id",
        tenant=company.tenant_id,
    )
    assert [tuple(row) for row in events] == [(row.event_type, row.occurred_at) for row in company.events]
    audit = ledger.rows(
        "select actor, action, at from audit_log where tenant_id = :tenant order by seq",
        tenant=company.tenant_id,
    )
    assert [tuple(row) for row in audit] == [(row.actor, row.action, row.at) for row in company.audit]
    with ledger.owner.connect() as connection:
        assert first_break(connection, company.tenant_id) is None
