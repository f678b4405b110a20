"""Imports: what each row of a random file does to the customers that are there, row by row."""

from __future__ import annotations

import csv
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, text

from ledgerscope.customers import Refused
from ledgerscope.customers.lifecycle import Customers, ListCustomers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.transfers import ExportCustomers, Exports, ImportCustomers, Imports

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ("external_id", "name", "email", "phone", "address", "currency", "terms_days", "signup_channel")
NAMES = (
    "Nord",
    "=1+1",
    "Süd; GmbH",
    'Ost "West"',
    "+43",
    "-x",
    "@home",
    "O'Neill",
    "'quoted",
    "a, b",
    "a'b",
    "'=x",
    "''=y",
    "'",
)
BAD = {"email": ("nobody", "a@"), "terms_days": ("x", "-1"), "currency": ("XXQ", "euro")}


@dataclass
class Files:
    owner: Engine
    app: Engine
    company: str
    seed: int
    folder: Path
    found: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    shapes: dict[str, Counter[str]] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.anna = self.company_of(self.company)
        self.customers = Customers(self.anna)
        self.kept: dict[str, dict[str, str]] = {}
        for number in range(self.chance.randrange(4)):
            given = {
                "external_id": f"x{number}",
                "name": self.chance.choice(NAMES),
                "currency": "EUR",
                "terms_days": "30",
            }
            new = NewCustomer(name=given["name"], external_id=given["external_id"])
            assert not isinstance(self.customers.create(new), Refused)
            self.kept[given["external_id"]] = given

    def company_of(self, name: str) -> Operations:
        with self.owner.begin() as connection:
            connection.execute(
                text(
                    "insert into tenant (tenant_id, name, timezone, base_currency, created_at)"
                    " values (:t, :t, 'Europe/Vienna', 'EUR', now())"
                ),
                {"t": name},
            )
        return Operations(self.app, Caller(tenant_id=name, actor="anna", source="cli"))

    def same(self, what: str, expected: object, actual: object) -> None:
        self.done[what] += 1
        if expected != actual:
            self.found.append(f"seed {self.seed}: {what}: expected {expected}, was {actual}")

    def rows(self) -> list[dict[str, str]]:
        rows = []
        for _ in range(self.chance.randrange(1, 12)):
            row = dict.fromkeys(FIELDS, "")
            row["external_id"] = self.chance.choice(("", *(f"x{n}" for n in range(8))))
            row["name"] = self.chance.choice(("", *NAMES, *NAMES))
            row["email"] = self.chance.choice(("", "a@nord.example", "b@ost.example"))
            row["currency"] = self.chance.choice(("", "", "USD", "EUR"))
            row["terms_days"] = self.chance.choice(("", "0", "14", "30"))
            row["phone"] = self.chance.choice(("", "+43 1 555"))
            row["address"] = self.chance.choice(("", "Weg 1\n1010 Wien", "=cmd"))
            if self.chance.random() < 0.15:
                which = self.chance.choice(list(BAD))
                row[which] = self.chance.choice(BAD[which])
            rows.append(row)
        return rows

    def predict(self, rows: list[dict[str, str]]) -> Counter[str]:
        counts: Counter[str] = Counter()
        seen: set[str] = set()
        for row in rows:
            key = row["external_id"]
            if key and key in seen:
                counts["failed"] += 1
                continue
            if key:
                seen.add(key)
            wrong = any(row[name] in values for name, values in BAD.items())
            there = self.kept.get(key) if key else None
            if wrong or (there is None and not row["name"]):
                counts["failed"] += 1
            elif there is None:
                counts["created"] += 1
                made = {name: value for name, value in row.items() if value}
                self.kept[key or f"none {len(self.kept)}"] = {"currency": "EUR", "terms_days": "30", **made}
            else:
                new = {**there, **{name: value for name, value in row.items() if value}}
                counts["unchanged" if new == there else "updated"] += 1
                self.kept[key] = new
        return counts

    def run(self) -> None:
        rows = self.rows()
        path = self.folder / f"{self.company}.csv"
        delimiter = self.chance.choice((",", ";", "\t"))
        with path.open(
            "w", encoding=self.chance.choice(("utf-8", "utf-8-sig", "utf-16")), newline=""
        ) as file:
            writer = csv.DictWriter(file, FIELDS, delimiter=delimiter)
            writer.writeheader()
            # a cell that begins as an escaped formula would be unescaped: write it as an export does
            writer.writerows([{name: self.escaped(value) for name, value in row.items()} for row in rows])
        imports: Any = Imports(self.anna)
        asked = ImportCustomers(path=path)
        self.story.append(f"{rows} into {self.kept}")
        checked = imports.check(asked)
        before = self.listed(self.customers)
        self.same("check writes nothing", len(self.kept), len(before))
        wanted = self.predict(rows)
        done = imports.run(asked, Note(reason="r", key="k"))
        if isinstance(done, Refused):
            self.found.append(f"import: {done.reason}")
            return
        names = ("created", "updated", "unchanged", "skipped", "failed")
        got = {name: getattr(done.counts, name) for name in names}
        self.same("counts", {name: wanted[name] for name in names}, got)
        self.same("check says what run does", got, {name: getattr(checked.counts, name) for name in names})
        good = sum(got.values()) - got["failed"]
        outcome = "success" if not got["failed"] else "partial" if good else "failure"
        self.same("outcome", outcome, done.outcome)
        again = imports.run(asked, Note(reason="r", key="k"))
        kept = tuple(each.without_value for each in done.first_problems)
        self.same("again with the key", replace(done, first_problems=kept), again)
        after = self.listed(self.customers)
        keys = ("name", "email", "phone", "address", "currency", "terms_days")
        mine = sorted(tuple(str(each.get(key, "None")) for key in keys) for each in self.kept.values())
        self.same(
            "customers as the rows say",
            mine,
            sorted(tuple(str(getattr(c, key)) for key in keys) for c in after),
        )
        self.round_trip(after)

    @staticmethod
    def escaped(value: str) -> str:
        """As docs/operations.md says of exports: an apostrophe before what a spreadsheet would compute."""
        return f"'{value}" if value.lstrip("'")[:1] in {"=", "+", "-", "@"} else value

    def listed(self, customers: Customers) -> list[Any]:
        found: list[Any] = []
        cursor = None
        while True:
            page = customers.list(ListCustomers(limit=3, cursor=cursor))
            assert not isinstance(page, Refused)
            found += page.customers
            cursor = page.next_cursor
            if cursor is None:
                return found

    def round_trip(self, before: list[Any]) -> None:
        for kind in ("csv", "json"):
            path = self.folder / f"{self.company}-out.{kind}"
            out = Exports(self.anna).to_file(ExportCustomers(format=kind), path)
            assert not isinstance(out, Refused), out
            self.same("rows exported", len(before), out.rows)
            self.same("bytes exported", path.stat().st_size, out.size_bytes)
            if not before:
                continue
            back = Imports(self.anna).run(ImportCustomers(path=path))
            counts = (
                back
                if isinstance(back, Refused)
                else (back.counts.unchanged, back.counts.updated, back.counts.failed)
            )
            self.same(f"{kind}: back without a difference", (len(before), 0, 0), counts)
            other = self.company_of(f"{self.company}-{kind}")
            Imports(other).run(ImportCustomers(path=path))
            keys = ("external_id", *FIELDS[1:])
            first, second = (
                sorted(tuple(str(getattr(c, key)) for key in keys) for c in some)
                for some in (before, self.listed(Customers(other)))
            )
            self.same(f"{kind}: into an empty company", first, second)
