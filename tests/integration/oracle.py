"""A second opinion on every business metric: plain SQL, written from the definitions and from nothing else.

Each query returns the metric's labels in the order of the catalogue and then the value, as of the parameter
`t`. They are slow and obvious on purpose; a label set that a query does not return is worth zero.
"""

from __future__ import annotations

__all__ = ["QUERIES"]


def _events(event_type: str, *keys: str, fixed: str = "") -> str:
    labels = "".join(f", labels->>'{key}'" for key in keys)
    constant = f", '{fixed}'" if fixed else ""
    by = ", ".join(str(number) for number in range(1, 2 + len(keys)))
    return f"select tenant_id{labels}{constant}, count(*) from event where event_type = '{event_type}' group by {by}"


_TODAY = (
    "today as (select tenant_id, (cast(:t as timestamptz) at time zone timezone)::date as day from tenant)"
)

_OPEN = f"""
{_TODAY},
claims as (
    select i.tenant_id, i.invoice_id, i.customer_id, i.currency, t.day - d.due_on as overdue,
           d.amount_minor - coalesce((
               select sum(a.amount_minor) from allocation a
               where a.tenant_id = d.tenant_id and a.invoice_id = d.invoice_id and a.due_seq = d.seq
                 and a.effective_on <= t.day), 0) as open_minor
    from invoice i
    join today t on t.tenant_id = i.tenant_id
    join invoice_due d on d.tenant_id = i.tenant_id and d.invoice_id = i.invoice_id
    where i.status <> 'draft' and i.issued_on <= t.day and (i.voided_on is null or i.voided_on > t.day)
),
credits as (
    select p.tenant_id, p.customer_id, p.currency, p.payment_id as id, 'payment' as kind, p.amount_minor, t.day
    from payment p join today t on t.tenant_id = p.tenant_id
    where p.received_on <= t.day and (p.reversed_on is null or p.reversed_on > t.day)
    union all
    select n.tenant_id, n.customer_id, n.currency, n.credit_note_id, 'credit_note', n.amount_minor, t.day
    from credit_note n join today t on t.tenant_id = n.tenant_id
    where n.issued_on <= t.day and (n.voided_on is null or n.voided_on > t.day)
),
loose as (
    select c.tenant_id, c.customer_id, c.currency,
           c.amount_minor - coalesce((
               select sum(a.amount_minor) from allocation a
               where a.tenant_id = c.tenant_id and a.from_id = c.id and a.from_kind = c.kind
                 and a.effective_on <= c.day), 0) as loose_minor
    from credits c
)"""

_BUCKET = """case when overdue <= 0 then 'current' when overdue <= 30 then '1-30' when overdue <= 60 then '31-60'
    when overdue <= 90 then '61-90' else '90+' end"""

_EXPOSURE = f"""
{_OPEN},
exposure as (
    select tenant_id, customer_id, currency, sum(minor) as exposure_minor from (
        select tenant_id, customer_id, currency, open_minor as minor from claims
        union all select tenant_id, customer_id, currency, -loose_minor from loose) both_sides
    group by 1, 2, 3
),
limits as (
    select l.tenant_id, l.customer_id, l.currency, l.limit_minor, coalesce(e.exposure_minor, 0) as exposure_minor
    from credit_limit l
    join customer c on c.tenant_id = l.tenant_id and c.customer_id = l.customer_id
    left join exposure e on e.tenant_id = l.tenant_id and e.customer_id = l.customer_id and e.currency = l.currency
    where l.status = 'approved' and l.valid @> cast(:t as timestamptz)
      and c.created_at <= :t and (c.deleted_at is null or c.deleted_at > :t)
)"""

_WINDOWS = """
windows as (
    select tenant_id, '30d' as name, cast(:t as timestamptz) - interval '720 hours' as start from tenant
    union all
    select tenant_id, 'mtd', date_trunc('month', cast(:t as timestamptz) at time zone timezone) at time zone timezone
    from tenant
)"""

_STEPS = f"""
{_WINDOWS},
changes as (
    select tenant_id, customer_id, currency, lower(valid) as at, mrr as delta from subscription_version
    union all
    select tenant_id, customer_id, currency, upper(valid), -mrr from subscription_version where not upper_inf(valid)
),
steps as (
    select tenant_id, customer_id, currency, at, sum(delta) as delta from changes
    where at <= :t group by 1, 2, 3, 4 having sum(delta) <> 0
),
paying as (
    select s.tenant_id, s.customer_id, s.at,
           (select count(*) from subscription_version v where v.tenant_id = s.tenant_id
             and v.customer_id = s.customer_id and v.mrr > 0 and lower(v.valid) < s.at
             and (upper_inf(v.valid) or upper(v.valid) >= s.at)) as before,
           (select count(*) from subscription_version v where v.tenant_id = s.tenant_id
             and v.customer_id = s.customer_id and v.mrr > 0 and v.valid @> s.at) as after,
           (select count(*) from subscription_version v where v.tenant_id = s.tenant_id
             and v.customer_id = s.customer_id and v.mrr > 0 and lower(v.valid) < s.at) as ever
    from (select distinct tenant_id, customer_id, at from steps) s
),
movements as (
    select s.*, case when ever = 0 then 'new' when before = 0 then 'reactivation' when after = 0 then 'churn'
                when delta > 0 then 'expansion' else 'contraction' end as movement
    from steps s join paying p using (tenant_id, customer_id, at)
)"""

_MRR_AT = """(select coalesce(sum(v.mrr), 0) from subscription_version v
    where v.tenant_id = {row}.tenant_id and v.customer_id = {row}.customer_id and v.currency = {row}.currency
      and v.valid @> {at})"""

_PRESENT = f"""
{_STEPS},
base as (
    select w.tenant_id, w.name, w.start, v.customer_id, v.currency, sum(v.mrr) as start_mrr
    from windows w join subscription_version v on v.tenant_id = w.tenant_id and v.valid @> w.start
    group by 1, 2, 3, 4, 5 having sum(v.mrr) > 0
),
held as (select b.*, {_MRR_AT.format(row="b", at="cast(:t as timestamptz)")} as end_mrr from base b),
rates as (
    select w.tenant_id, w.name, c.code, case when c.code = t.base_currency then 1 else (
        select f.rate from fx_rate f where f.tenant_id = w.tenant_id and f.from_currency = c.code
          and f.to_currency = t.base_currency and f.day <= (w.start at time zone t.timezone)::date
        order by f.day desc limit 1) end / power(10, c.exponent)::numeric as rate
    from windows w join tenant t on t.tenant_id = w.tenant_id cross join currency c
),
lost as (
    select w.tenant_id, w.name, m.currency,
           -coalesce(sum(delta) filter (where movement in ('churn', 'contraction')), 0) as gross,
           coalesce(sum(delta) filter (where movement in ('expansion', 'reactivation')), 0) as gained
    from windows w join movements m on m.tenant_id = w.tenant_id and m.at > w.start group by 1, 2, 3
),
started as (select tenant_id, name, currency, sum(start_mrr) as mrr from base group by 1, 2, 3)"""

_BASE_CURRENCY_CHURN = """
    select s.tenant_id, '{kind}', s.name,
           sum(coalesce({lost}, 0) * r.rate) / sum(s.mrr * r.rate)
    from started s join rates r on r.tenant_id = s.tenant_id and r.name = s.name and r.code = s.currency
    left join lost l on l.tenant_id = s.tenant_id and l.name = s.name and l.currency = s.currency
    group by 1, 2, 3"""

_RETENTION = """
    select h.tenant_id, '{kind}', h.name, sum({kept} * r.rate) / sum(h.start_mrr * r.rate)
    from held h join rates r on r.tenant_id = h.tenant_id and r.name = h.name and r.code = h.currency
    group by 1, 2, 3"""

_LATEST_NPS = """
latest as (
    select distinct on (tenant_id, respondent_hash) tenant_id, score from survey_response
    where kind = 'nps' and at <= :t and at > cast(:t as timestamptz) - interval '2160 hours'
    order by tenant_id, respondent_hash, at desc, response_id desc
)"""

_QUEUES = "queues as (select distinct tenant_id, queue from job_run where enqueued_at <= :t)"

QUERIES: dict[str, str] = {
    "customer_accounts": """
        select c.tenant_id, (
            select h.to_status from customer_status_history h
            where h.tenant_id = c.tenant_id and h.customer_id = c.customer_id and h.at <= :t
            order by h.at desc, h.history_id desc limit 1), count(*)
        from customer c where c.created_at <= :t and (c.deleted_at is null or c.deleted_at > :t) group by 1, 2""",
    "customer_created_total": _events("CustomerCreated", "source", "status"),
    "customer_updated_total": _events("CustomerUpdated", "field_changed"),
    "customer_deleted_total": _events("CustomerDeleted", "reason", "mode"),
    "customer_status_changed_total": _events("CustomerStatusChanged", "from_status", "to_status"),
    "customer_credit_utilization_customers": f"""
        with {_EXPOSURE}, shares as (
            select tenant_id, customer_id, max(case when limit_minor = 0 then 1
                else exposure_minor::numeric / limit_minor end) as share
            from limits where limit_minor is not null group by 1, 2)
        select tenant_id, case when share < 0.25 then '0-25%' when share < 0.5 then '25-50%'
            when share < 0.75 then '50-75%' when share < 1 then '75-100%' else '100%+' end, count(*)
        from shares group by 1, 2""",
    "customer_credit_exposure_amount": f"""
        with {_EXPOSURE} select tenant_id, currency, sum(exposure_minor) / power(10, max(exponent))
        from limits join currency on code = currency where limit_minor is not null group by 1, 2""",
    "customer_credit_limit_amount": f"""
        with {_EXPOSURE} select tenant_id, currency, sum(limit_minor) / power(10, max(exponent))
        from limits join currency on code = currency where limit_minor is not null group by 1, 2""",
    "customer_credit_utilization_ratio": f"""
        with {_EXPOSURE} select tenant_id, currency, sum(exposure_minor)::numeric / sum(limit_minor)
        from limits where limit_minor is not null group by 1, 2 having sum(limit_minor) > 0""",
    "customer_credit_unlimited_customers": f"""
        with {_EXPOSURE} select c.tenant_id, count(*) from customer c
        where c.created_at <= :t and (c.deleted_at is null or c.deleted_at > :t)
          and not exists (select 1 from limits l where l.tenant_id = c.tenant_id
                          and l.customer_id = c.customer_id and l.limit_minor is not null) group by 1""",
    "customer_credit_held_customers": """
        select tenant_id, count(*) from customer
        where credit_hold and created_at <= :t and (deleted_at is null or deleted_at > :t) group by 1""",
    "customer_credit_limit_adjusted_total": " union all ".join(
        _events(event_type, "adjustment_type", fixed=status)
        for event_type, status in (
            ("CreditLimitAdjustmentRequested", "requested"),
            ("CreditLimitAdjusted", "approved"),
            ("CreditLimitRejected", "rejected"),
        )
    ),
    "customer_credit_breach_total": _events("CreditLimitBreached", "severity", "override_used"),
    "customer_aging_open_amount": f"""
        with {_OPEN} select tenant_id, bucket, currency, sum(minor) / power(10, max(exponent)) from (
            select tenant_id, {_BUCKET} as bucket, currency, open_minor as minor from claims
            union all select tenant_id, 'unallocated', currency, -loose_minor from loose) parts
        join currency on code = currency group by 1, 2, 3""",
    "customer_aging_open_invoices": f"""
        with {_OPEN}, oldest as (
            select tenant_id, invoice_id, max(overdue) as overdue from claims where open_minor > 0 group by 1, 2)
        select tenant_id, {_BUCKET}, count(*) from oldest group by 1, 2""",
    "customer_receivable_amount": f"""
        with {_OPEN} select tenant_id, currency, sum(minor) / power(10, max(exponent)) from (
            select i.tenant_id, i.currency, d.amount_minor as minor
            from invoice i join invoice_due d on d.tenant_id = i.tenant_id and d.invoice_id = i.invoice_id
            join today t on t.tenant_id = i.tenant_id
            where i.status <> 'draft' and i.issued_on <= t.day and (i.voided_on is null or i.voided_on > t.day)
            union all select tenant_id, currency, -amount_minor from credits
            union all select w.tenant_id, w.currency, -w.amount_minor from write_off w
            join today t on t.tenant_id = w.tenant_id where w.written_off_on <= t.day) entries
        join currency on code = currency group by 1, 2""",
    "customer_aging_updated_total": _events("AgingSnapshotRefreshed", "trigger"),
    "chom_revenue_mrr": """
        select v.tenant_id, p.tier, v.currency, sum(v.mrr) / power(10, max(c.exponent))
        from subscription_version v join currency c on c.code = v.currency
        join plan p on p.tenant_id = v.tenant_id and p.plan_id = v.plan_id
        where v.valid @> cast(:t as timestamptz) group by 1, 2, 3""",
    "chom_revenue_mrr_start": f"""
        with {_PRESENT} select tenant_id, currency, name, mrr / power(10, exponent)
        from started join currency on code = currency""",
    "chom_revenue_mrr_movement": f"""
        with {_STEPS} select m.tenant_id, movement, m.currency, w.name, sum(delta) / power(10, max(exponent))
        from movements m join windows w on w.tenant_id = m.tenant_id and m.at > w.start
        join currency on code = m.currency group by 1, 2, 3, 4""",
    "chom_customers_paying": """
        select tenant_id, currency, count(distinct customer_id) from subscription_version
        where mrr > 0 and valid @> cast(:t as timestamptz) group by 1, 2""",
    "chom_customers": """
        with greatest as (
            select v.tenant_id, v.customer_id, p.tier, row_number() over (
                partition by v.tenant_id, v.customer_id
                order by v.mrr / power(10, c.exponent)::numeric desc, p.tier) as place
            from subscription_version v join currency c on c.code = v.currency
            join plan p on p.tenant_id = v.tenant_id and p.plan_id = v.plan_id
            where v.mrr > 0 and v.valid @> cast(:t as timestamptz))
        select tenant_id, tier, count(*) from greatest where place = 1 group by 1, 2""",
    "chom_revenue_arpa": """
        select tenant_id, currency, sum(mrr) / power(10, max(exponent)) / count(distinct customer_id)
        from subscription_version join currency on code = currency
        where mrr > 0 and valid @> cast(:t as timestamptz) group by 1, 2""",
    "chom_churn_ratio": f"""
        with {_PRESENT}, people as (
            select tenant_id, name, customer_id, sum(end_mrr) as end_mrr from held group by 1, 2, 3)
        select tenant_id, 'logo', name, count(*) filter (where end_mrr = 0)::numeric / count(*)
        from people group by 1, 2, 3
        union all {_BASE_CURRENCY_CHURN.format(kind="revenue_gross", lost="l.gross")}
        union all {_BASE_CURRENCY_CHURN.format(kind="revenue_net", lost="l.gross - l.gained")}""",
    "chom_revenue_retention_ratio": f"""
        with {_PRESENT} {_RETENTION.format(kind="gross", kept="least(h.start_mrr, h.end_mrr)")}
        union all {_RETENTION.format(kind="net", kept="h.end_mrr")}""",
    "chom_churn_base_customers": f"""
        with {_PRESENT} select tenant_id, name, count(distinct customer_id) from base group by 1, 2""",
    "chom_churn_lost_customers": f"""
        with {_PRESENT}, people as (
            select tenant_id, name, customer_id, sum(end_mrr) as end_mrr from held group by 1, 2, 3)
        select tenant_id, name, count(*) filter (where end_mrr = 0) from people group by 1, 2""",
    "chom_customers_new_total": _events("CustomerWon"),
    "chom_customers_churned_total": _events("CustomerLost"),
    "chom_nps_score": f"""
        with {_LATEST_NPS} select tenant_id, 100.0 * (count(*) filter (where score >= 9)
            - count(*) filter (where score <= 6)) / count(*) from latest group by 1""",
    "chom_nps_margin": f"""
        with {_LATEST_NPS}, shares as (
            select tenant_id, count(*) + 3.0 as n, (count(*) filter (where score >= 9) + 0.75) / (count(*) + 3.0) as p,
                   (count(*) filter (where score <= 6) + 0.75) / (count(*) + 3.0) as d from latest group by 1)
        select tenant_id, 1.96 * 100 * sqrt((p + d - (p - d) ^ 2) / n) from shares""",
    "chom_nps_responses": f"""
        with {_LATEST_NPS} select tenant_id, case when score >= 9 then 'promoter' when score >= 7 then 'passive'
            else 'detractor' end, count(*) from latest group by 1, 2""",
    "chom_csat_responses": """
        select tenant_id, count(*) from survey_response
        where kind = 'csat' and at <= :t and at > cast(:t as timestamptz) - interval '720 hours' group by 1""",
    "chom_csat_score": """
        select tenant_id, 100.0 * count(*) filter (where score >= 4) / count(*) from survey_response
        where kind = 'csat' and scale_max = 5 and at <= :t
          and at > cast(:t as timestamptz) - interval '720 hours' group by 1""",
    "telecom_billing_queue_depth": f"""
        with {_QUEUES} select tenant_id, queue, (select count(*) from job_run j where j.tenant_id = q.tenant_id
            and j.queue = q.queue and j.enqueued_at <= :t and (j.started_at is null or j.started_at > :t)
            and (j.finished_at is null or j.finished_at > :t)) from queues q""",
    "telecom_billing_queue_oldest_wait_seconds": f"""
        with {_QUEUES} select tenant_id, queue, coalesce((select extract(epoch from :t - min(j.enqueued_at))
            from job_run j where j.tenant_id = q.tenant_id and j.queue = q.queue and j.enqueued_at <= :t
            and (j.started_at is null or j.started_at > :t)
            and (j.finished_at is null or j.finished_at > :t)), 0) from queues q""",
    "telecom_billing_jobs_running": f"""
        with {_QUEUES} select tenant_id, queue, (select count(*) from job_run j where j.tenant_id = q.tenant_id
            and j.queue = q.queue and j.started_at <= :t and (j.finished_at is null or j.finished_at > :t))
        from queues q""",
    "telecom_billing_jobs_stuck": f"""
        with {_QUEUES} select tenant_id, queue, (select count(*) from job_run j where j.tenant_id = q.tenant_id
            and j.queue = q.queue and j.started_at <= :t and (j.finished_at is null or j.finished_at > :t)
            and coalesce(j.heartbeat_at, j.started_at) < cast(:t as timestamptz) - interval '5 minutes')
        from queues q""",
    "telecom_billing_jobs_failed": f"""
        with {_QUEUES} select tenant_id, queue, (select count(*) from job_run j where j.tenant_id = q.tenant_id
            and j.queue = q.queue and j.state = 'failed' and j.finished_at <= :t and not exists (
                select 1 from job_run r where r.tenant_id = j.tenant_id and r.job_id = j.job_id
                and r.attempt > j.attempt and r.enqueued_at <= :t)) from queues q""",
    "telecom_billing_jobs_total": _events("JobFinished", "queue", "job_name", "status"),
    "telecom_billing_job_processing_duration_seconds_count": _events(
        "JobFinished", "queue", "job_name", "status"
    ),
    "telecom_billing_job_processing_duration_seconds_sum": """
        select tenant_id, labels->>'queue', labels->>'job_name', labels->>'status', sum(duration_ms) / 1000.0
        from event where event_type = 'JobFinished' group by 1, 2, 3, 4""",
    "telecom_billing_job_processing_duration_seconds_bucket": """
        select e.tenant_id, labels->>'queue', labels->>'job_name', labels->>'status', bound, count(*) filter (
            where bound = '+Inf' or duration_ms <= 1000 * cast(nullif(bound, '+Inf') as numeric))
        from event e cross join unnest(
            array['0.1','0.5','1.0','2.5','5.0','10.0','30.0','60.0','120.0','300.0','+Inf']) as bound
        where event_type = 'JobFinished' group by 1, 2, 3, 4, 5""",
}
