"""The identities of a business in plain SQL, written from the definitions and used on every data set.

Each query returns the rows that break an identity: an empty answer means it holds.
"""

# ruff: noqa: E501, S608 -- queries keep the shape of SQL and are put together from literals of this file

from __future__ import annotations

from typing import Final

AGING_EQUALS_LEDGER: Final = """
with given as (
    select a.*, i.currency, greatest(a.effective_on, i.issued_on, p.received_on, c.issued_on, w.written_off_on) as starts_on,
        least(i.voided_on, p.reversed_on, c.voided_on) as ends_on
    from allocation a join invoice i using (tenant_id, invoice_id)
    left join payment p on (p.tenant_id, p.payment_id) = (a.tenant_id, a.payment_id)
    left join credit_note c on (c.tenant_id, c.credit_note_id) = (a.tenant_id, a.credit_note_id)
    left join write_off w on (w.tenant_id, w.write_off_id) = (a.tenant_id, a.write_off_id)
    where i.status <> 'draft'
), today as (
    select tenant_id, (cast(:until as timestamptz) at time zone timezone)::date as day from tenant
), counts as (
    select given.* from given join today using (tenant_id)
    where starts_on <= day and (ends_on is null or ends_on > day)
), sources(tenant_id, currency, kind, id, amount) as (
    select tenant_id, currency, 'payment', payment_id, amount_minor
        - coalesce((select sum(r.amount_minor) from payment_reversal r
            where (r.tenant_id, r.payment_id) = (p.tenant_id, p.payment_id) and r.reversed_on <= day), 0)
        - coalesce((select sum(r.amount_minor) from refund r
            where (r.tenant_id, r.payment_id) = (p.tenant_id, p.payment_id) and r.refunded_on <= day), 0)
    from payment p join today using (tenant_id)
    where received_on <= day and (reversed_on is null or reversed_on > day)
    union all
    select tenant_id, currency, 'credit_note', credit_note_id, amount_minor
        - coalesce((select sum(r.amount_minor) from refund r
            where (r.tenant_id, r.credit_note_id) = (c.tenant_id, c.credit_note_id) and r.refunded_on <= day), 0)
    from credit_note c join today using (tenant_id)
    where issued_on <= day and (voided_on is null or voided_on > day)
), invoices as (
    select i.* from invoice i join today using (tenant_id)
    where status <> 'draft' and issued_on <= day and (voided_on is null or voided_on > day)
), aging as (
    select tenant_id, currency, sum(amount) as amount from (
        select i.tenant_id, i.currency, d.amount_minor as amount
            from invoices i join invoice_due d using (tenant_id, invoice_id)
        union all select tenant_id, currency, -amount_minor from counts
        union all select tenant_id, currency, -amount from sources
        union all select tenant_id, currency, amount_minor from counts where from_kind <> 'write_off'
    ) as everything group by tenant_id, currency
), ledger as (
    select tenant_id, currency, sum(amount) as amount from (
        select tenant_id, currency, total_minor as amount from invoices
        union all select tenant_id, currency, -amount from sources
        union all select tenant_id, currency, -amount_minor from counts where from_kind = 'write_off'
    ) as entries group by tenant_id, currency
)
select tenant_id, currency, aging.amount, ledger.amount
from aging full join ledger using (tenant_id, currency)
where aging.amount is distinct from ledger.amount
"""

INSTALMENTS_MAKE_THE_INVOICE: Final = """
select i.tenant_id, i.number, i.total_minor, sum(d.amount_minor)
from invoice i left join invoice_due d using (tenant_id, invoice_id)
group by i.tenant_id, i.invoice_id having i.total_minor <> coalesce(sum(d.amount_minor), 0)
"""

INSTALMENTS_NEVER_OVERSETTLED: Final = """
with running as (
    select tenant_id, invoice_id, due_seq, sum(amount_minor) over (
        partition by tenant_id, invoice_id, due_seq order by effective_on
    ) as settled
    from allocation
)
select running.* from running
join invoice_due d on (d.tenant_id, d.invoice_id, d.seq) = (running.tenant_id, running.invoice_id, due_seq)
where settled > amount_minor or settled < 0
"""

SOURCES_NEVER_OVERUSED: Final = """
with running as (
    select tenant_id, from_kind, from_id, invoice_id, effective_on, sum(amount_minor) over (
        partition by tenant_id, from_kind, from_id order by effective_on
    ) as used
    from allocation
), sources as (
    select tenant_id, 'payment' as kind, payment_id as id, customer_id, amount_minor from payment
    union all
    select tenant_id, 'credit_note', credit_note_id, customer_id, amount_minor from credit_note
    union all
    select tenant_id, 'write_off', write_off_id, customer_id, amount_minor from write_off
)
select running.from_kind, used, s.amount_minor
from running
join sources s on (s.tenant_id, s.kind, s.id) = (running.tenant_id, from_kind, from_id)
join invoice i on (i.tenant_id, i.invoice_id) = (running.tenant_id, running.invoice_id)
where used > s.amount_minor or used < 0 or i.customer_id <> s.customer_id
"""

KEPT_DAYS_ARE_TRUE: Final = """
with given as (
    select a.*, i.currency, greatest(a.effective_on, i.issued_on, p.received_on, c.issued_on, w.written_off_on) as starts_on,
        least(i.voided_on, p.reversed_on, c.voided_on) as ends_on
    from allocation a join invoice i using (tenant_id, invoice_id)
    left join payment p on (p.tenant_id, p.payment_id) = (a.tenant_id, a.payment_id)
    left join credit_note c on (c.tenant_id, c.credit_note_id) = (a.tenant_id, a.credit_note_id)
    left join write_off w on (w.tenant_id, w.write_off_id) = (a.tenant_id, a.write_off_id)
    where i.status <> 'draft'
), kept(tenant_id, kind, id, seq, worth, allocated_minor, last_day, changed_on) as (
    select tenant_id, null, invoice_id, seq, amount_minor, allocated_minor, settled_on, changed_on from invoice_due
    union all select tenant_id, 'payment', payment_id, 0, amount_minor
        - coalesce((select sum(amount_minor) from payment_reversal r
            where (r.tenant_id, r.payment_id) = (p.tenant_id, p.payment_id)), 0)
        - coalesce((select sum(amount_minor) from refund r
            where (r.tenant_id, r.payment_id) = (p.tenant_id, p.payment_id)), 0),
        allocated_minor, used_up_on, changed_on from payment p
), summed(tenant_id, kind, id, seq, amount, last_day) as (
    select tenant_id, null, invoice_id, due_seq, coalesce(sum(amount_minor) filter (where ends_on is null), 0),
        max(case when ends_on > starts_on then ends_on when ends_on is null then starts_on end)
        from given group by tenant_id, invoice_id, due_seq
    union all select tenant_id, from_kind, from_id, 0,
        coalesce(sum(amount_minor) filter (where ends_on is null), 0), null
        from given where from_kind = 'payment' group by tenant_id, from_kind, from_id
)
select k.tenant_id, k.kind, k.id, k.seq, k.allocated_minor, k.last_day, s.amount, s.last_day
from kept k left join summed s
    on (s.tenant_id, s.id, s.seq) = (k.tenant_id, k.id, k.seq) and s.kind is not distinct from k.kind
where k.allocated_minor <> coalesce(s.amount, 0)
    or (k.last_day is not null) <> (k.allocated_minor = k.worth)
    or k.kind is null and coalesce(k.last_day, k.changed_on) is distinct from s.last_day
"""

STATUS_OF_INVOICES_IS_TRUE: Final = """
select i.tenant_id, i.number, i.status, count(*) filter (where d.settled_on is null) as still_open
from invoice i left join invoice_due d using (tenant_id, invoice_id)
where i.status <> 'void'
group by i.tenant_id, i.invoice_id
having (i.status in ('paid', 'uncollectible')) <> (count(d.seq) filter (where d.settled_on is null) = 0)
"""

STATUS_IS_LAST_OF_HISTORY: Final = """
select c.tenant_id, c.external_id, c.status, last.to_status
from customer c
left join lateral (
    select to_status from customer_status_history h
    where (h.tenant_id, h.customer_id) = (c.tenant_id, c.customer_id) order by at desc, history_id desc
        limit 1
) as last on true
where c.status is distinct from last.to_status
"""

HISTORY_IS_A_CHAIN: Final = """
select * from (
    select tenant_id, customer_id, from_status,
           lag(to_status) over (partition by tenant_id, customer_id order by at, history_id) as before
    from customer_status_history
) as steps where from_status is distinct from before
"""

WON_AT_FIRST_PRICE: Final = """
select tenant_id, customer_id, won, first_price from (
    select tenant_id, customer_id, min(occurred_at) as won, count(*) as times
    from event where event_type = 'CustomerWon' group by 1, 2
) as events full join (
    select tenant_id, customer_id, min(lower(valid)) as first_price
    from subscription_version join plan using (tenant_id, plan_id)
    where mrr > 0 and not metered group by 1, 2
) as versions using (tenant_id, customer_id)
where won is distinct from first_price or times <> 1
"""

LOST_WHEN_LAST_SUBSCRIPTION_ENDS: Final = """
with paid as (
    select tenant_id, customer_id, min(lower(valid)) as since
    from subscription_version join plan using (tenant_id, plan_id) where not metered group by 1, 2
), losses as (
    select distinct s.tenant_id, s.customer_id, s.ended_at as at
    from subscription s join paid p using (tenant_id, customer_id)
    where s.ended_at > p.since and not exists (
        select from subscription o
        where (o.tenant_id, o.customer_id) = (s.tenant_id, s.customer_id) and o.subscription_id <>
            s.subscription_id
            and o.started_at <= s.ended_at and coalesce(o.ended_at, 'infinity') > s.ended_at)
    and exists (
        select from subscription_version v
        where (v.tenant_id, v.customer_id) = (s.tenant_id, s.customer_id) and lower(v.valid) < s.ended_at
            and lower(v.valid) >= coalesce((
                select max(e.occurred_at) from event e
                where e.event_type = 'CustomerLost' and e.occurred_at < s.ended_at
                    and (e.tenant_id, e.customer_id) = (s.tenant_id, s.customer_id)), '-infinity'))
)
select tenant_id, customer_id, events.at, losses.at
from (select tenant_id, customer_id, occurred_at as at from event where event_type = 'CustomerLost') as events
full join losses using (tenant_id, customer_id, at)
where events.at is null or losses.at is null
"""

REGAINED_AT_FIRST_PRICE_AFTER_LOSS: Final = """
with returns as (
    select l.tenant_id, l.customer_id, (
        select min(lower(v.valid)) from subscription_version v
        where (v.tenant_id, v.customer_id) = (l.tenant_id, l.customer_id) and lower(v.valid) >= l.occurred_at
    ) as at
    from event l where l.event_type = 'CustomerLost'
)
select tenant_id, customer_id, events.at, returns.at
from (select tenant_id, customer_id, occurred_at as at from event where event_type = 'CustomerRegained') as
    events
full join (select distinct * from returns where at is not null) as returns using (tenant_id, customer_id, at)
where events.at is null or returns.at is null
"""

NO_PRICE_WITHOUT_A_RUNNING_SUBSCRIPTION: Final = """
select v.tenant_id, v.subscription_id, s.status, v.valid
from subscription_version v join subscription s using (tenant_id, subscription_id)
where lower(v.valid) < s.started_at or upper(v.valid) > s.ended_at or (v.mrr = 0 and v.discount < 1)
    or (upper_inf(v.valid) and s.status not in ('active', 'past_due'))
    or lower(v.valid) < s.trial_end
"""

RUNNING_SUBSCRIPTIONS_HAVE_A_PRICE: Final = """
select s.tenant_id, s.subscription_id, s.status
from subscription s join plan p using (tenant_id, plan_id)
where s.status in ('active', 'past_due') and p.amount_minor > 0 and not exists (
    select from subscription_version v
    where (v.tenant_id, v.subscription_id) = (s.tenant_id, s.subscription_id) and upper_inf(v.valid))
"""

EVENTS_WITHOUT_THEIR_ROWS: Final = """
with counted(tenant_id, event_type, n) as (
    select tenant_id, 'CustomerCreated', count(*) from customer group by 1
    union all select tenant_id, 'CustomerDeleted', count(*) from customer where deleted_at is not null group
        by 1
    union all select tenant_id, 'CustomerStatusChanged', count(*) from customer_status_history
        where from_status is not null group by 1
    union all select tenant_id, 'CreditLimitBreached', count(*) from (
        select tenant_id from credit_breach
        union all select tenant_id from audit_log where action = 'invoice.refused') as breach group by 1
    union all select tenant_id, 'MoneyAllocated', count(*) from (
        select distinct tenant_id, from_kind, from_id, recorded_at from allocation
        where amount_minor > 0 and from_kind <> 'write_off') as given group by 1
    union all select tenant_id, 'CreditLimitGranted', count(*) from credit_limit
        where status = 'approved' and decided_at = requested_at group by 1
    union all select tenant_id, case action when 'credit.held' then 'CreditHoldPlaced'
        else 'CreditHoldReleased' end, count(*)
        from audit_log where action in ('credit.held', 'credit.released') group by 1, 2
    union all select tenant_id, 'CreditLimitRejected', count(*) from credit_limit where status = 'rejected'
        group by 1
    union all select tenant_id, 'SubscriptionCreated', count(*) from subscription group by 1
    union all select tenant_id, 'SubscriptionEnded', count(*) from subscription where status = 'ended' group
        by 1
    union all select tenant_id, 'InvoiceFinalised', count(*) from invoice where status <> 'draft' group by 1
    union all select tenant_id, 'PaymentSucceeded', count(*) from payment group by 1
    union all select tenant_id, 'PaymentFailed', count(*) from payment_attempt where outcome = 'failed'
        group by 1
    union all select tenant_id, 'CreditNoteIssued', count(*) from credit_note group by 1
    union all select tenant_id, 'InvoiceVoided', count(*) from invoice where status = 'void' group by 1
    union all select tenant_id, 'PaymentReversed', count(*) from (
        select tenant_id from payment where reversed_on is not null
        union all select tenant_id from payment_reversal) as reversed group by 1
    union all select tenant_id, 'MoneyRefunded', count(*) from refund group by 1
    union all select tenant_id, 'DebtWrittenOff', count(*) from write_off group by 1
    union all select tenant_id, 'WriteOffReversed', count(*) from write_off_reversal group by 1
    union all select tenant_id, 'NpsAnswered', count(*) from survey_response where kind = 'nps' group by 1
    union all select tenant_id, 'CsatAnswered', count(*) from survey_response where kind = 'csat' group by 1
    union all select tenant_id, 'ContactCreated', count(*) from contact group by 1
    union all select tenant_id, 'ContactRemoved', count(*) from contact where removed_at is not null
        group by 1
    union all select tenant_id, 'CommunicationLogged', count(*) from communication group by 1
    union all select tenant_id, 'InteractionLogged', count(*) from interaction group by 1
    union all select tenant_id, 'SegmentAssigned', count(*) from segment_assignment as a where not exists (
        select from segment_assignment as b
        where (b.tenant_id, b.customer_id, b.segment) = (a.tenant_id, a.customer_id, a.segment)
            and upper(b.valid) = lower(a.valid)) group by 1
    union all select tenant_id, 'TicketOpened', count(*) from ticket group by 1
    union all select tenant_id, 'TicketClosed', count(*) from ticket where status = 'closed' group by 1
    union all select tenant_id, 'StatementGenerated', count(*) from statement where outcome = 'success'
        group by 1
    union all select tenant_id, 'StatementFailed', count(*) from statement where outcome = 'failure'
        group by 1
    union all select tenant_id, 'CustomersImported', count(*) from import_batch where outcome is not null
        group by 1
    union all select tenant_id, 'CustomerImportBatchCompleted', count(*) from import_batch
        where outcome is not null group by 1
    union all select tenant_id, 'ImportFailed', count(*) from import_batch where outcome = 'failure' group by 1
    union all select tenant_id, 'CustomersExported', count(*) from export_run group by 1
    union all select tenant_id, 'JobFinished', count(*) from job_run where state in ('succeeded', 'failed')
        group by 1
    union all select tenant_id, 'SyncStarted', count(*) from sync_run group by 1
    union all select tenant_id, 'SyncSucceeded', count(*) from sync_run where outcome = 'success' group by 1
    union all select tenant_id, 'SyncFailed', count(*) from sync_run where outcome = 'failure' group by 1
    union all select tenant_id, 'SyncScheduled', count(*) from sync_schedule group by 1
    union all select tenant_id, 'CredentialAccessed', count(*) from credential_access group by 1
    union all select tenant_id, case when details ->> 'replaced' is null then 'CredentialSaved'
        else 'CredentialRotated' end, count(*)
        from audit_log where action = 'credential.saved' group by 1, 2
), events as (
    select tenant_id, event_type, count(*) as n from event
    where event_type not in (
        'ContactUpdated', 'InteractionStatusChanged', 'SegmentReplaced', 'SegmentRemoved',
        'CustomerUpdated', 'CustomerWon', 'CustomerLost', 'CustomerRegained',
            'CreditLimitAdjustmentRequested', 'SubscriptionPaused', 'SubscriptionResumed',
        'CreditLimitAdjusted', 'SubscriptionChanged', 'AgingSnapshotRefreshed', 'SyncPaused', 'SyncResumed',
            'SyncRequested', 'CredentialRevoked', 'CustomerSettingChanged')
        and labels ->> 'status' is distinct from 'exploded'
        and not (event_type = 'CredentialRotated' and labels ->> 'outcome' = 'failure')
    group by 1, 2
)
select tenant_id, event_type, counted.n, events.n
from counted full join events using (tenant_id, event_type) where counted.n is distinct from events.n
"""

AMOUNTS_OF_EVENTS_AND_ROWS_DIFFER: Final = """
with counted as (
    select tenant_id, 'InvoiceFinalised' as event_type, currency, sum(total_minor) as amount from invoice
        group by 1, 3
    union all select tenant_id, 'PaymentSucceeded', currency, sum(amount_minor) from payment group by 1, 3
    union all select tenant_id, 'CreditNoteIssued', currency, sum(amount_minor) from credit_note group by 1, 3
    union all select tenant_id, 'CreditLimitBreached', currency, sum(exposure_minor - limit_minor) from (
        select tenant_id, currency, exposure_minor, limit_minor from credit_breach
        union all select tenant_id, details ->> 'currency', (details ->> 'exposure_minor')::bigint,
            (details ->> 'limit_minor')::bigint from audit_log where action = 'invoice.refused'
    ) as breach group by 1, 3
    union all select a.tenant_id, 'MoneyAllocated', i.currency, sum(a.amount_minor)
        from allocation a join invoice i using (tenant_id, invoice_id)
        where a.amount_minor > 0 and a.from_kind <> 'write_off' group by 1, 3
), events as (
    select tenant_id, event_type, currency, sum(amount_minor) as amount from event
    where event_type in (select event_type from counted) group by 1, 2, 3
)
select * from counted full join events using (tenant_id, event_type, currency)
where counted.amount is distinct from events.amount
"""

_ROWS_OF_ACTIONS: Final = {
    "customer.created": "customer",
    "customer.deleted, customer.erased": "customer where deleted_at is not null"
    " and external_id <> 'S-deleted-but-subscribed'",
    "customer.status.changed": "customer_status_history where from_status is not null",
    "contact.created": "contact",
    "contact.removed": "contact where removed_at is not null",
    "communication.logged": "communication",
    "interaction.logged": "interaction",
    "segment.assigned, segment.replaced": "segment_assignment",
    "credit.limit.granted, credit.limit.requested": "credit_limit",
    "credit.limit.decided": "event where event_type in ('CreditLimitAdjusted', 'CreditLimitRejected')",
    "invoice.issued": "invoice join tenant using (tenant_id) where status <> 'draft'"
    " and issued_on <= (finalised_at at time zone timezone)::date",
    "invoice.voided": "invoice as i where status = 'void' and 0 = (select coalesce(sum(amount_minor), 0)"
    " from allocation a where (a.tenant_id, a.invoice_id) = (i.tenant_id, i.invoice_id))",
    "payment.received": "payment",
    "payment.reversed": "(select tenant_id from payment where reversed_on is not null"
    " union all select tenant_id from payment_reversal) as reversed",
    "payment.refunded, credit_note.refunded": "refund",
    "credit_note.issued": "credit_note",
    "debt.written_off": "write_off",
    "debt.restored": "write_off_reversal",
    "statement.generated": "statement where outcome = 'success'",
    "statement.failed": "statement where outcome = 'failure'",
    "customers.import.started": "import_batch",
    "customers.imported": "import_batch where outcome is not null",
    "customers.exported": "export_run",
    "aging.refreshed": "event where event_type = 'AgingSnapshotRefreshed'",
    "credential.saved": "credential",
    "credential.rejected": "event where event_type = 'CredentialRotated' and labels ->> 'outcome' = 'failure'",
    "credential.opened": "credential_access",
    "credential.revoked": "event where event_type = 'CredentialRevoked'",
    "customer.settings.changed": "event where event_type = 'CustomerSettingChanged'",
    "sync.scheduled": "sync_schedule",
    "sync.paused": "event where event_type = 'SyncPaused'",
    "sync.resumed": "event where event_type = 'SyncResumed'",
    "sync.requested": "event where event_type = 'SyncRequested'",
    "sync.started": "sync_run",
    "sync.succeeded": "sync_run where outcome = 'success'",
    "sync.failed": "sync_run where outcome = 'failure'",
}
"""Of which rows there is one for each entry of some actions; without those of cases of another program."""
AUDIT_AND_ROWS_DIFFER: Final = """
with counted(tenant_id, actions, n) as ({counted}), kept as (
    select tenant_id, actions, count(*) as n from counted
    join audit_log using (tenant_id) where action = any (string_to_array(actions, ', ')) group by 1, 2
)
select tenant_id, actions, counted.n, kept.n
from counted full join kept using (tenant_id, actions) where counted.n <> coalesce(kept.n, 0)
""".format(
    counted=" union all ".join(
        f"select tenant_id, '{actions}', count(of_action.there) from tenant left join "
        f"(select tenant_id, true as there from {rows}) as of_action using (tenant_id) group by tenant_id"
        for actions, rows in _ROWS_OF_ACTIONS.items()
    )
)

NUMBERS_HAVE_GAPS: Final = """
with numbered(tenant_id, series, number) as (
    select tenant_id, 'customer', coalesce(substring(customer_number from '^C-([0-9]+)$')::bigint, 0) from customer
    union all select tenant_id, 'invoice', substring(number from '^INV-([0-9]+)$')::bigint from invoice
        where number ~ '^INV-[0-9]+$'
    union all select tenant_id, 'credit note', substring(number from '^CN-([0-9]+)$')::bigint from credit_note
        where number ~ '^CN-[0-9]+$'
)
select tenant_id, series, count(*), min(number), max(number) from numbered group by 1, 2
having min(number) <> 1 or max(number) <> count(*)
"""

CREDIT_REQUESTS_WITHOUT_THEIR_EVENTS: Final = """
select tenant_id, requested, decided, waiting from (
    select tenant_id, count(*) filter (where event_type = 'CreditLimitAdjustmentRequested') as requested,
           count(*) filter (where event_type in ('CreditLimitAdjusted', 'CreditLimitRejected')) as decided
    from event group by 1
) as events left join (
    select tenant_id, count(*) filter (where status = 'requested') as waiting from credit_limit group by 1
) as kept using (tenant_id)
where requested <> decided + coalesce(waiting, 0)
"""

MRR_BRIDGE: Final = """
with months as (
    select tenant_id, month at time zone timezone as at
    from tenant, generate_series(
        date_trunc('month', cast(:until as timestamptz) at time zone timezone) - interval '23 months',
        date_trunc('month', cast(:until as timestamptz) at time zone timezone), interval '1 month'
    ) as month
), changes as (
    select tenant_id, currency, customer_id, lower(valid) as at, mrr as amount from subscription_version
    union all
    select tenant_id, currency, customer_id, upper(valid), -mrr from subscription_version where not
        upper_inf(valid)
), stocks as (
    select m.tenant_id, m.at, currency, sum(mrr) as amount
    from months m join subscription_version v on v.tenant_id = m.tenant_id and v.valid @> m.at
    group by m.tenant_id, m.at, currency
)
select a.tenant_id, a.currency, a.at, b.at, a.amount, b.amount
from stocks a join stocks b on (a.tenant_id, a.currency) = (b.tenant_id, b.currency) and a.at < b.at
where b.amount - a.amount is distinct from (
    select coalesce(sum(c.amount), 0) from changes c
    where (c.tenant_id, c.currency) = (a.tenant_id, a.currency) and c.at > a.at and c.at <= b.at)
"""

IDENTITIES: Final = {
    name: query for name, query in globals().items() if name.isupper() and isinstance(query, str)
}
