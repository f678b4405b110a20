"""The identities of a business in plain SQL, written from the definitions and used on every data set.

Each query returns the rows that break an identity: an empty answer means it holds.
"""

from __future__ import annotations

from typing import Final

AGING_EQUALS_LEDGER: Final = """
with today as (
    select tenant_id, (cast(:until as timestamptz) at time zone timezone)::date as day from tenant
), open_instalments as (
    select i.tenant_id, i.currency, d.amount_minor - coalesce((
        select sum(g.amount_minor) from allocation g
        where g.tenant_id = d.tenant_id and g.invoice_id = d.invoice_id and g.due_seq = d.seq
            and g.effective_on <= today.day
    ), 0) as amount
    from invoice i join invoice_due d using (tenant_id, invoice_id) join today using (tenant_id)
    where i.status <> 'draft' and i.voided_on is null
), sources as (
    select tenant_id, currency, 'payment' as kind, payment_id as id, amount_minor from payment
    where reversed_on is null
    union all select tenant_id, currency, 'credit_note', credit_note_id, amount_minor from credit_note
    where voided_on is null
), unallocated as (
    select s.tenant_id, s.currency, -(s.amount_minor - coalesce((
        select sum(g.amount_minor) from allocation g
        where g.tenant_id = s.tenant_id and g.from_kind = s.kind and g.from_id = s.id
            and g.effective_on <= today.day
    ), 0)) as amount
    from sources s join today using (tenant_id)
), aging as (
    select tenant_id, currency, sum(amount) as amount
    from (select * from open_instalments union all select * from unallocated) as everything
    group by tenant_id, currency
), ledger as (
    select tenant_id, currency, sum(amount) as amount from (
        select tenant_id, currency, total_minor as amount from invoice
        where status <> 'draft' and voided_on is null
        union all select tenant_id, currency, -amount_minor from sources
        union all select tenant_id, currency, -amount_minor from write_off
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
    select tenant_id, 'payment' as kind, payment_id as id, customer_id, amount_minor, received_on as day
        from payment
    union all
    select tenant_id, 'credit_note', credit_note_id, customer_id, amount_minor, issued_on from credit_note
    union all
    select tenant_id, 'write_off', write_off_id, customer_id, amount_minor, written_off_on from write_off
)
select running.from_kind, used, s.amount_minor
from running
join sources s on (s.tenant_id, s.kind, s.id) = (running.tenant_id, from_kind, from_id)
join invoice i on (i.tenant_id, i.invoice_id) = (running.tenant_id, running.invoice_id)
where used > s.amount_minor or used < 0 or i.customer_id <> s.customer_id
    or effective_on < s.day or effective_on < i.issued_on
"""

KEPT_DAYS_ARE_TRUE: Final = """
with kept(tenant_id, kind, id, seq, amount_minor, allocated_minor, last_day) as (
    select tenant_id, null, invoice_id, seq, amount_minor, allocated_minor, settled_on from invoice_due
    union all select tenant_id, 'payment', payment_id, 0, amount_minor, allocated_minor, used_up_on
        from payment
    union all select tenant_id, 'credit_note', credit_note_id, 0, amount_minor, allocated_minor, used_up_on
        from credit_note
    union all select tenant_id, 'write_off', write_off_id, 0, amount_minor, allocated_minor, used_up_on
        from write_off
), summed(tenant_id, kind, id, seq, amount, last_day) as (
    select tenant_id, null, invoice_id, due_seq, sum(amount_minor), max(effective_on) from allocation
        group by tenant_id, invoice_id, due_seq
    union all select tenant_id, from_kind, from_id, 0, sum(amount_minor), max(effective_on) from allocation
        group by tenant_id, from_kind, from_id
)
select k.tenant_id, k.kind, k.id, k.seq, k.allocated_minor, k.last_day, s.amount, s.last_day
from kept k left join summed s
    on (s.tenant_id, s.id, s.seq) = (k.tenant_id, k.id, k.seq) and s.kind is not distinct from k.kind
where k.allocated_minor <> coalesce(s.amount, 0)
    or k.last_day is distinct from case when s.amount = k.amount_minor then s.last_day end
"""

STATUS_OF_INVOICES_IS_TRUE: Final = """
select i.tenant_id, i.number, i.status, count(*) filter (where d.settled_on is null) as still_open
from invoice i left join invoice_due d using (tenant_id, invoice_id)
group by i.tenant_id, i.invoice_id
having (i.status in ('paid', 'uncollectible')) <> (count(d.seq) filter (where d.settled_on is null) = 0)
    and i.status <> 'void'
    or i.status = 'void' and exists (
        select from allocation a where (a.tenant_id, a.invoice_id) = (i.tenant_id, i.invoice_id)
        group by a.invoice_id having sum(a.amount_minor) <> 0)
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
    from subscription_version where mrr > 0 group by 1, 2
) as versions using (tenant_id, customer_id)
where won is distinct from first_price or times <> 1
"""

LOST_WHEN_LAST_SUBSCRIPTION_ENDS: Final = """
with paid as (
    select tenant_id, customer_id, min(lower(valid)) as since from subscription_version group by 1, 2
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
where lower(v.valid) < s.started_at or upper(v.valid) > s.ended_at or v.mrr = 0
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
    union all select tenant_id, 'CreditLimitBreached', count(*) from credit_breach group by 1
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
    union all select tenant_id, 'NpsAnswered', count(*) from survey_response where kind = 'nps' group by 1
    union all select tenant_id, 'CsatAnswered', count(*) from survey_response where kind = 'csat' group by 1
    union all select tenant_id, 'TicketOpened', count(*) from ticket group by 1
    union all select tenant_id, 'TicketClosed', count(*) from ticket where status = 'closed' group by 1
    union all select tenant_id, 'JobFinished', count(*) from job_run where state in ('succeeded', 'failed')
        group by 1
), told as (
    select tenant_id, event_type, count(*) as n from event
    where event_type not in (
        'CustomerUpdated', 'CustomerWon', 'CustomerLost', 'CustomerRegained',
            'CreditLimitAdjustmentRequested',
        'CreditLimitAdjusted', 'SubscriptionChanged', 'AgingSnapshotRefreshed')
    group by 1, 2
)
select tenant_id, event_type, counted.n, told.n
from counted full join told using (tenant_id, event_type) where counted.n is distinct from told.n
"""

AMOUNTS_OF_EVENTS_AND_ROWS_DIFFER: Final = """
with counted as (
    select tenant_id, 'InvoiceFinalised' as event_type, currency, sum(total_minor) as amount from invoice
        group by 1, 3
    union all select tenant_id, 'PaymentSucceeded', currency, sum(amount_minor) from payment group by 1, 3
    union all select tenant_id, 'CreditNoteIssued', currency, sum(amount_minor) from credit_note group by 1, 3
    union all select tenant_id, 'CreditLimitBreached', currency, sum(exposure_minor - limit_minor)
        from credit_breach group by 1, 3
), told as (
    select tenant_id, event_type, currency, sum(amount_minor) as amount from event
    where event_type in (select event_type from counted) group by 1, 2, 3
)
select * from counted full join told using (tenant_id, event_type, currency)
where counted.amount is distinct from told.amount
"""

CREDIT_REQUESTS_WITHOUT_THEIR_EVENTS: Final = """
select tenant_id, requested, decided, waiting from (
    select tenant_id, count(*) filter (where event_type = 'CreditLimitAdjustmentRequested') as requested,
           count(*) filter (where event_type in ('CreditLimitAdjusted', 'CreditLimitRejected')) as decided
    from event group by 1
) as told left join (
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
