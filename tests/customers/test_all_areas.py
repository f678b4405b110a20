"""Sequences over all areas, of two companies and actors of every role, while time moves, on PostgreSQL.

What must hold after each step: a request changes its own company or nothing; what changed has its audit entry
and its event; whoever lacks the permission changes nothing. At the end: what is owed is the same however it
is summed, aging included, the log and its seals are whole, and no company reads anything of the other.
"""

# ruff: noqa: ARG005 -- the acts of the table take the same arguments, whichever they need

from __future__ import annotations

import io
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from ledgerscope.customers import Call, Fault, Refused
from ledgerscope.customers.access.grants import Grants
from ledgerscope.customers.access.permissions import ROLES, Permission
from ledgerscope.customers.aging import Agings
from ledgerscope.customers.aging.snapshots import AgingPage
from ledgerscope.customers.analytics import Analytics
from ledgerscope.customers.audit import Audit, AuditKeys
from ledgerscope.customers.communications import Communications, NewCommunication
from ledgerscope.customers.contacts import Contacts, NewContact
from ledgerscope.customers.credentials import CredentialKeys, Credentials, Saved
from ledgerscope.customers.credentials.loading import load_credential
from ledgerscope.customers.credentials.versions import save_credential
from ledgerscope.customers.credit import Adjustment, Credit, NewLimit, OverLimit
from ledgerscope.customers.interactions import Interactions, NewInteraction
from ledgerscope.customers.lifecycle import Customers, ListCustomers, NewCustomer
from ledgerscope.customers.operations import Caller, Keys, Note, Operations, Verdict
from ledgerscope.customers.operations.lookups import hold_customer
from ledgerscope.customers.receivables.operations import (
    CreditNotes,
    Finalise,
    Invoices,
    NewCreditNote,
    NewInvoice,
    NewPayment,
    Payments,
    WriteOffs,
)
from ledgerscope.customers.segments import Assignment, Segments
from ledgerscope.customers.settings import Settings
from ledgerscope.customers.statements import Period, Statements
from ledgerscope.customers.sync import Claim, Claimed, Claims, Failure, Syncs
from ledgerscope.customers.transfers import ExportCustomers, Exports, ImportCustomers, Imports
from ledgerscope.customers.zuora import Login
from ledgerscope.store import data_check
from ledgerscope.store.engine import begin_as
from ledgerscope.store.tables import metadata
from tests.customers.conftest import COMPANIES, Clock
from tests.thoroughness import tries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from tests.customers.conftest import Ledger

P: Final = Permission
WHY: Final = Note(reason="tried")
KEYS: Final = AuditKeys("k", {"k": b"k" * 32})
CREDENTIAL_KEYS: Final = CredentialKeys("k", {"k": b"k" * 32})
OTHER_KEYS: Final = CredentialKeys("other", {"other": b"o" * 32, "k": b"k" * 32})
NOBODYS: Final = "0" * 32
OF_TENANT: Final = sorted(name for name, table in metadata.tables.items() if "tenant_id" in table.columns)
STATE: Final = text(
    " union all ".join(
        f"select '{name}' as name, tenant_id, count(*) as rows, sum(hashtextextended(t::text, 0)) as content "  # noqa: S608 - names of ours
        f"from {name} as t where tenant_id = any(:tenants) group by tenant_id"
        for name in OF_TENANT
    )
)
SEEN: Final = text(" union all ".join(f"select tenant_id from {name}" for name in OF_TENANT))  # noqa: S608 - names of ours
State = dict[str, tuple[int, int]]


@dataclass
class Company:
    """A company, and the identifiers that its operations gave, by kind."""

    tenant_id: str
    currency: str
    folder: Path
    ids: dict[str, list[str]] = field(default_factory=dict)
    runs: list[Claim] = field(default_factory=list)

    def some(self, kind: str, choice: int) -> str:
        known = self.ids.get(kind, [])
        return known[choice % len(known)] if known else NOBODYS

    def keep(self, said: object) -> None:
        """Remember the identifiers of what was made, and the runs that were claimed."""
        self.runs += said.claims if isinstance(said, Claimed) else ()
        for name in getattr(said, "__slots__", ()):
            value = getattr(said, name)
            if name.endswith("_id") and isinstance(value, str) and value not in self.ids.setdefault(name, []):
                self.ids[name].append(value)


@dataclass(frozen=True)
class Step:
    """One request: whose company, who asks, what, about which rows (by place), and an amount."""

    company: str
    role: str
    act: str
    choice: int
    amount: int
    days: int


def _segment(choice: int) -> Assignment:
    return Assignment(segment=("vip", "premium", "regular", "gold")[choice % 4], value=Decimal(choice))


def _bring_in(o: Operations, c: Company, choice: int) -> object:
    path = c.folder / f"{choice}.csv"
    name, other = f"X-{choice % 3}", f"X-{choice % 5}"
    path.write_text(
        f"external_id,name,terms_days\n{name},Imported,{choice}\n{other},Again,x\n,New,5\n", "utf-8"
    )
    return Imports(o).run(ImportCustomers(path=path, all_or_nothing=choice % 4 == 3))


def _statement(o: Operations, c: Company, n: int) -> object:
    today = Clock().now.date()
    return Statements(o).generate(
        c.some("customer_id", n), c.currency, Period(today.replace(day=1), today), "csv"
    )


def _of(c: Company, n: int) -> str:
    return c.some("customer_id", n)


def _save_credential(o: Operations, customer_id: str, secret: str) -> Saved | Refused:
    """As `Credentials.save` does once the outside system, which nobody asks here, has let the login in."""

    def decide(connection: Connection, call: Call) -> Verdict[Saved] | Refused:
        row = hold_customer(connection, o.caller.tenant_id, customer_id)
        if isinstance(row, Refused):
            return row
        held = load_credential(connection, o.caller.tenant_id, row)
        login = Login("https://rest.zuora.com", "client-1", secret)
        decided = save_credential(held, login, CREDENTIAL_KEYS, call)
        if isinstance(decided, Refused):
            return decided
        return Verdict(decided, Saved(customer_id, held.last + 1, bool(decided.rows)))

    return o.write("credential.saved", {"secret": secret}, decide, returns=Saved, note=Note())


def _credentials(o: Operations, choice: int = 0) -> Credentials:
    return Credentials(o, (CREDENTIAL_KEYS, OTHER_KEYS)[choice % 4 == 3])


def _end_run(o: Operations, c: Company, choice: int, failure: Failure | None) -> object:
    claim = c.runs[choice % len(c.runs)] if c.runs else Claim(NOBODYS, NOBODYS)
    claims = Claims(o, "w")
    return claims.succeed(claim, (), 1) if failure is None else claims.fail(claim, failure, 1)


ACTS: Final[dict[str, tuple[Permission, Callable[[Operations, Company, int, int], object]]]] = {
    "create": (
        P.CUSTOMERS_CREATE,
        lambda o, c, n, a: Customers(o).create(
            NewCustomer(name=("Ada", "", "Bo", "\u200b")[n % 4], external_id=f"X-{a % 7}" if n % 2 else None)
        ),
    ),
    "update": (
        P.CUSTOMERS_UPDATE,
        lambda o, c, n, a: Customers(o).update(
            _of(c, n), {"name": f"N{a}", "terms_days": a % 60, "external_id": f"X-{a % 7}"}
        ),
    ),
    "block": (
        P.CUSTOMERS_UPDATE,
        lambda o, c, n, a: Customers(o).change_status(
            _of(c, n), ("active", "inactive", "blocked", "gone")[a % 4], WHY
        ),
    ),
    "delete": (P.CUSTOMERS_DELETE, lambda o, c, n, a: Customers(o).delete(_of(c, n), "closed")),
    "erase": (P.CUSTOMERS_ERASE, lambda o, c, n, a: Customers(o).erase(_of(c, n), note=WHY)),
    "contact": (
        P.CUSTOMERS_UPDATE,
        lambda o, c, n, a: Contacts(o).create(_of(c, n), NewContact(name="Jane", is_primary=a % 2 == 0)),
    ),
    "change contact": (
        P.CUSTOMERS_UPDATE,
        lambda o, c, n, a: Contacts(o).update(c.some("contact_id", n), {"phone": str(a), "is_primary": True}),
    ),
    "remove contact": (
        P.CUSTOMERS_UPDATE,
        lambda o, c, n, a: Contacts(o).remove(c.some("contact_id", n), WHY),
    ),
    "communicate": (
        P.CUSTOMERS_UPDATE,
        lambda o, c, n, a: Communications(o).log(
            _of(c, n),
            NewCommunication(
                channel="email",
                direction="inbound",
                subject="s",
                contact_id=c.some("contact_id", n) if a % 2 else None,
            ),
        ),
    ),
    "interact": (
        P.CUSTOMERS_UPDATE,
        lambda o, c, n, a: Interactions(o).log(_of(c, n), NewInteraction(type="call", subject="s")),
    ),
    "start": (P.CUSTOMERS_UPDATE, lambda o, c, n, a: Interactions(o).start(c.some("interaction_id", n))),
    "complete": (
        P.CUSTOMERS_UPDATE,
        lambda o, c, n, a: Interactions(o).complete(c.some("interaction_id", n)),
    ),
    "cancel": (P.CUSTOMERS_UPDATE, lambda o, c, n, a: Interactions(o).cancel(c.some("interaction_id", n))),
    "assign": (P.CUSTOMERS_UPDATE, lambda o, c, n, a: Segments(o).assign(_of(c, n), _segment(a))),
    "replace": (P.CUSTOMERS_UPDATE, lambda o, c, n, a: Segments(o).replace(_of(c, n), _segment(a))),
    "end": (P.CUSTOMERS_UPDATE, lambda o, c, n, a: Segments(o).end(_of(c, n), _segment(a).segment)),
    "limit": (
        P.CREDIT_DECIDE,
        lambda o, c, n, a: Credit(o).grant(
            NewLimit(customer_id=_of(c, n), currency=c.currency, limit_minor=a * 5 if n % 3 else None)
        ),
    ),
    "ask": (
        P.CREDIT_REQUEST,
        lambda o, c, n, a: Credit(o).request_adjustment(
            Adjustment(customer_id=_of(c, n), currency=c.currency, limit_minor=a), WHY
        ),
    ),
    "approve": (P.CREDIT_DECIDE, lambda o, c, n, a: Credit(o).approve(c.some("credit_limit_id", n), WHY)),
    "reject": (P.CREDIT_DECIDE, lambda o, c, n, a: Credit(o).reject(c.some("credit_limit_id", n), WHY)),
    "issue": (
        P.RECEIVABLES_WRITE,
        lambda o, c, n, a: Invoices(o).issue(NewInvoice(customer_id=_of(c, n), total_minor=a)),
    ),
    "draft": (
        P.RECEIVABLES_WRITE,
        lambda o, c, n, a: Invoices(o).draft(NewInvoice(customer_id=_of(c, n), total_minor=a)),
    ),
    "finalise": (
        P.RECEIVABLES_WRITE,
        lambda o, c, n, a: Invoices(o).finalise(Finalise(invoice_id=c.some("invoice_id", n))),
    ),
    "void": (P.RECEIVABLES_WRITE, lambda o, c, n, a: Invoices(o).void(c.some("invoice_id", n), WHY)),
    "pay": (
        P.RECEIVABLES_WRITE,
        lambda o, c, n, a: Payments(o).receive(
            NewPayment(customer_id=_of(c, n), amount_minor=a, allocate=n % 2 == 0)
        ),
    ),
    "allocate": (
        P.RECEIVABLES_WRITE,
        lambda o, c, n, a: Payments(o).allocate(c.some("payment_id", n), limit_minor=a),
    ),
    "bounce": (
        P.RECEIVABLES_WRITE,
        lambda o, c, n, a: Payments(o).reverse(c.some("payment_id", n), "bounced"),
    ),
    "refund": (P.RECEIVABLES_WRITE, lambda o, c, n, a: Payments(o).refund(c.some("payment_id", n), a)),
    "credit": (
        P.RECEIVABLES_WRITE,
        lambda o, c, n, a: CreditNotes(o).issue(
            NewCreditNote(customer_id=_of(c, n), amount_minor=a, reason="goodwill")
        ),
    ),
    "use credit": (
        P.RECEIVABLES_WRITE,
        lambda o, c, n, a: CreditNotes(o).allocate(c.some("credit_note_id", n)),
    ),
    "pay credit out": (
        P.RECEIVABLES_WRITE,
        lambda o, c, n, a: CreditNotes(o).refund(c.some("credit_note_id", n), a),
    ),
    "write off": (
        P.RECEIVABLES_WRITE,
        lambda o, c, n, a: WriteOffs(o).write_off(c.some("invoice_id", n), WHY, approved_by="boss-1"),
    ),
    "restore": (
        P.RECEIVABLES_WRITE,
        lambda o, c, n, a: WriteOffs(o).reverse(c.some("write_off_id", n), "error"),
    ),
    "statement": (P.STATEMENTS_GENERATE, lambda o, c, n, a: _statement(o, c, n)),
    "age": (P.STATEMENTS_GENERATE, lambda o, c, n, a: Agings(o).refresh()),
    "import": (P.TRANSFERS_RUN, lambda o, c, n, a: _bring_in(o, c, n)),
    "undo": (P.TRANSFERS_RUN, lambda o, c, n, a: Imports(o).undo(c.some("import_batch_id", n))),
    "export": (
        P.TRANSFERS_RUN,
        lambda o, c, n, a: Exports(o).to_stream(ExportCustomers(format=("csv", "json")[n % 2]), io.BytesIO()),
    ),
    "grant": (P.ACCESS_GRANT, lambda o, c, n, a: Grants(o).give(_of(c, n), f"u-{a % 3}")),
    "revoke": (P.ACCESS_GRANT, lambda o, c, n, a: Grants(o).revoke(_of(c, n), f"u-{a % 3}")),
    "hold": (P.CREDIT_DECIDE, lambda o, c, n, a: Credit(o).hold(_of(c, n))),
    "release": (P.CREDIT_DECIDE, lambda o, c, n, a: Credit(o).release(_of(c, n))),
    "set": (
        P.CUSTOMERS_UPDATE,
        lambda o, c, n, a: Settings(o).set(
            _of(c, n), ({"export.format": "json"}, {"thresholds.health_score": n / 5}, {"no.such": 1})[a % 3]
        ),
    ),
    "unset": (P.CUSTOMERS_UPDATE, lambda o, c, n, a: Settings(o).unset(_of(c, n), ["export.format"])),
    "save credential": (
        P.CREDENTIALS_MANAGE,
        lambda o, c, n, a: _save_credential(o, _of(c, n), f"canary-{a}"),
    ),
    "open credential": (
        P.CREDENTIALS_USE,
        lambda o, c, n, a: _credentials(o, n).open(_of(c, n), "support"),
    ),
    "revoke credential": (P.CREDENTIALS_MANAGE, lambda o, c, n, a: _credentials(o).revoke(_of(c, n))),
    "list credentials": (P.CREDENTIALS_MANAGE, lambda o, c, n, a: _credentials(o).list()),
    "encrypt anew": (P.CREDENTIALS_MANAGE, lambda o, c, n, a: _credentials(o, n).reencrypt(1 + n)),
    "schedule": (
        P.SYNC_MANAGE,
        lambda o, c, n, a: Syncs(o).schedule(_of(c, n), ("hourly", "daily", "weekly", "never")[a % 4]),
    ),
    "pause": (P.SYNC_MANAGE, lambda o, c, n, a: Syncs(o).pause(_of(c, n))),
    "resume": (P.SYNC_MANAGE, lambda o, c, n, a: Syncs(o).resume(_of(c, n))),
    "sync now": (P.SYNC_MANAGE, lambda o, c, n, a: Syncs(o).request_now(_of(c, n))),
    "claim": (P.SYNC_RUN, lambda o, c, n, a: Claims(o, "w").claim(1 + n % 3)),
    "succeed": (P.SYNC_RUN, lambda o, c, n, a: _end_run(o, c, n, None)),
    "fail": (
        P.SYNC_RUN,
        lambda o, c, n, a: _end_run(o, c, n, Failure(("timeout", "stopped", "http_429")[a % 3])),
    ),
    "prune": (P.ACCESS_GRANT, lambda o, c, n, a: Keys(o).prune(1)),
}
SEVERAL: Final = frozenset({"import", "undo", "claim", "encrypt anew"})
"""What writes an entry for each row, run or batch."""
SILENT: Final = frozenset({"prune"})
"""What no event tells of: keys that nobody counts."""
STEPS: Final = st.builds(
    Step,
    st.sampled_from(sorted(COMPANIES)),
    st.sampled_from([*(["administrator"] * 12), *sorted(ROLES), "nobody"]),
    st.sampled_from(
        [*ACTS, "create", "create", "issue", "pay", "limit", "save credential", "schedule", "claim"]
    ),
    st.integers(0, 6),
    st.sampled_from([1, 7, 50, 100, 250]),
    st.sampled_from([0, 0, 1, 40]),
)
BEGINNINGS: Final = [
    Step(name, "administrator", act, 0, 100, 0)
    for name in sorted(COMPANIES)
    for act in ("create", "contact", "limit", "issue", "pay", "save credential", "schedule")
]


def state(ledger: Ledger, tenants: list[str]) -> dict[str, State]:
    """Rows of every table, counted and summed, by company."""
    found: dict[str, State] = {tenant: {} for tenant in tenants}
    with ledger.owner.connect() as connection:
        for name, tenant, rows, content in connection.execute(STATE, {"tenants": tenants}):
            found[tenant][name] = (rows, content)
    return found


def rows_more(before: State, after: State, table: str) -> int:
    return after.get(table, (0, 0))[0] - before.get(table, (0, 0))[0]


def _check_step(step: Step, said: object, before: State, after: State) -> None:
    if isinstance(said, Refused) and not isinstance(said, OverLimit):
        # An import that is refused as a whole has begun, and says so.
        assert after == before or step.act in SEVERAL, (step, said)
        return
    entries = rows_more(before, after, "audit_log")
    assert entries >= 1 if after != before else entries == 0, (step, said)
    assert rows_more(before, after, "audit_seal") >= min(entries, 1), (step, said)
    if after != before and step.act not in SEVERAL:
        assert entries == 1, (step, said)
        events = rows_more(before, after, "event")
        assert events >= 1 or step.act in SILENT, (step, said)


def _check_company(operations: Operations, other: Company, own: Company, app: Engine) -> None:
    with begin_as(app, own.tenant_id) as connection:
        assert set(connection.execute(SEEN).scalars()) == {own.tenant_id}
    proof = Audit(operations).verify(KEYS)
    assert not isinstance(proof, Refused)
    assert proof.faults == ()
    reads: dict[str, Callable[[str], object]] = {
        "customer_id": Customers(operations).get, "invoice_id": Invoices(operations).get,
        "payment_id": Payments(operations).get, "credit_note_id": CreditNotes(operations).get,
        "import_batch_id": Imports(operations).get,
    }  # fmt: skip
    for kind, read in reads.items():
        for row_id in other.ids.get(kind, []):
            said = read(row_id)
            assert isinstance(said, Refused), (kind, said)
            assert said.fault is Fault.NOT_FOUND
    for customer_id in other.ids.get("customer_id", []):
        for listed in (
            Contacts(operations).list(customer_id), Interactions(operations).list(customer_id),
            Communications(operations).list(customer_id), Segments(operations).list(customer_id),
            Analytics(operations).customer(customer_id), Credit(operations).exposure(customer_id, "EUR"),
            Credentials(operations).get(customer_id), Settings(operations).get(customer_id),
            Syncs(operations).status(customer_id), Grants(operations).of_customer(customer_id),
        ):  # fmt: skip
            assert isinstance(listed, Refused), listed


def _check_money(operations: Operations, own: Company) -> None:
    page = Customers(operations).list(ListCustomers(deleted=True, limit=200))
    assert not isinstance(page, Refused)
    Agings(operations).refresh()
    aged = Agings(operations).accounts(limit=500)
    assert isinstance(aged, AgingPage)
    balances = {(each.customer_id, each.currency): each.balance_minor for each in aged.accounts}
    for customer in page.customers:
        exposure = Credit(operations).exposure(customer.customer_id, own.currency)
        assert not isinstance(exposure, Refused), exposure
        assert exposure.minor == exposure.open_minor - exposure.unallocated_minor
        assert exposure.minor == balances.get((customer.customer_id, own.currency), 0)


@settings(
    max_examples=tries(5, thorough=300),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(steps=st.lists(STEPS, min_size=5, max_size=24))
def test_every_sequence_keeps_what_must_hold(
    steps: list[Step], app: Engine, ledger: Ledger, tmp_path: Path
) -> None:
    """Every example has two companies of its own in the same database."""
    tenants_before = ledger.rows("select tenant_id from tenant")
    suffix = f"-{len(tenants_before)}"
    ledger.add_companies(suffix)
    companies = {
        name: Company(f"{name}{suffix}", currency, tmp_path) for name, (_, currency) in COMPANIES.items()
    }
    tenants, clock = [each.tenant_id for each in companies.values()], Clock()

    def operations(company: Company, permissions: Any = None) -> Operations:
        caller = Caller(tenant_id=company.tenant_id, actor="anna", permissions=permissions)
        return Operations(app, caller, clock=clock, audit_keys=KEYS)

    before = state(ledger, tenants)
    for step in [*BEGINNINGS, *steps]:
        clock.forward(days=step.days, seconds=1)
        company, permissions = companies[step.company], ROLES.get(step.role, frozenset())
        needed, act = ACTS[step.act]
        said = act(operations(company, permissions), company, step.choice, step.amount)
        after = state(ledger, tenants)
        for other in companies.values():
            assert other is company or after[other.tenant_id] == before[other.tenant_id], step
        if needed not in permissions:
            assert isinstance(said, Refused), (step, said)
            assert said.fault is Fault.FORBIDDEN
        elif isinstance(said, Refused):
            assert said.fault is not Fault.FORBIDDEN, (step, said)
        _check_step(step, said, before[company.tenant_id], after[company.tenant_id])
        company.keep(said)
        before = after
    acme, bolt = companies.values()
    for own, other in ((acme, bolt), (bolt, acme)):
        _check_company(operations(own), other, own, app)
        _check_money(operations(own), own)
    with ledger.owner.connect() as connection:
        assert [finding.message for finding in data_check.find(connection)] == []
