-- The statements of make_scale.py, in the order of the foreign keys. Each begins with its name; :customers is replaced.

-- step: tenants
INSERT INTO tenant (tenant_id, name, timezone, base_currency, created_at) VALUES
    ('acme', 'Acme', 'Europe/Berlin', 'EUR', '2024-01-01'),
    ('borealis', 'Borealis', 'America/New_York', 'USD', '2024-01-01'),
    ('citrine', 'Citrine', 'Asia/Kolkata', 'INR', '2024-01-01')
;

-- step: exchange rates
INSERT INTO fx_rate (tenant_id, day, from_currency, to_currency, rate)
SELECT tenant_id, day, 'USD', base_currency, 1.1 + 0.01 * (extract(day FROM day)::int % 7)
FROM tenant, generate_series(date '2024-06-01', date '2026-06-15', interval '1 day') AS day
WHERE base_currency <> 'USD'
;

-- step: plans
INSERT INTO plan (tenant_id, plan_id, code, name, tier, amount_minor, currency, interval_unit, created_at)
SELECT tenant_id, md5(tenant_id || 'plan' || tier || currency)::uuid, tier || '-' || currency, tier, tier,
    amount, currency, 'month', '2024-01-01'
FROM tenant, (VALUES ('starter', 10), ('professional', 25), ('enterprise', 50)) AS price(tier, amount),
    unnest(CASE WHEN base_currency = 'USD' THEN ARRAY['USD'] ELSE ARRAY[base_currency, 'USD'] END) AS currency
;

-- step: customers
CREATE UNLOGGED TABLE scale_customer AS
SELECT i, (ARRAY['acme', 'acme', 'borealis', 'citrine'])[1 + i % 4] AS tenant_id,
    md5('customer' || i)::uuid AS customer_id,
    CASE WHEN i % 16 = 0 THEN 'USD' ELSE (ARRAY['EUR', 'EUR', 'USD', 'INR'])[1 + i % 4] END AS currency,
    timestamptz '2024-06-15' + i % 700 * interval '1 day' + i % 86400 * interval '1 second' AS created_at,
    CASE WHEN i % 7 = 5 AND timestamptz '2024-06-15' + (i % 700 + 30 + i % 601) * interval '1 day' < timestamptz '2026-06-14'
        THEN timestamptz '2024-06-15' + (i % 700 + 30 + i % 601) * interval '1 day' + i % 86400 * interval '1 second' END AS ends_at
FROM generate_series(1, :customers) AS i
;

-- step: customer rows
INSERT INTO customer (tenant_id, customer_id, external_id, name, status, credit_hold, currency, source,
    created_at, updated_at, deleted_at, deletion_mode, deletion_reason)
SELECT tenant_id, customer_id, 'C-' || i, 'Customer ' || i,
    CASE WHEN i % 50 = 0 THEN 'blocked' WHEN i % 9 = 0 THEN 'inactive' ELSE 'active' END, i % 200 = 0,
    currency, 'api', created_at, created_at,
    CASE WHEN i % 100 = 7 THEN created_at + interval '20 days' END,
    CASE WHEN i % 100 = 7 THEN 'soft' END, CASE WHEN i % 100 = 7 THEN 'closed' END
FROM scale_customer
;

-- step: status history
INSERT INTO customer_status_history (tenant_id, customer_id, from_status, to_status, at)
SELECT tenant_id, customer_id, NULL, 'active', created_at FROM scale_customer
UNION ALL
SELECT tenant_id, customer_id, 'active',
    CASE WHEN i % 50 = 0 THEN 'blocked' ELSE 'inactive' END, created_at + interval '10 days'
FROM scale_customer WHERE i % 50 = 0 OR i % 9 = 0
;

-- step: credit limits
INSERT INTO credit_limit (tenant_id, credit_limit_id, customer_id, currency, limit_minor, valid, status,
    requested_by, requested_at, approved_by, decided_at)
SELECT tenant_id, md5('limit' || i)::uuid, customer_id, currency,
    CASE WHEN i % 500 = 3 THEN 0 WHEN i % 10 = 9 THEN NULL ELSE 10000 * (1 + i % 40) END,
    tstzrange(created_at, NULL), 'approved', 'system', created_at, 'system', created_at
FROM scale_customer WHERE i % 5 <> 0
;

-- step: subscriptions
INSERT INTO subscription (tenant_id, subscription_id, customer_id, plan_id, status, started_at, ended_at, end_reason)
SELECT tenant_id, md5('subscription' || i)::uuid, customer_id,
    md5(tenant_id || 'plan' || (ARRAY['starter', 'professional', 'enterprise'])[1 + i % 3] || currency)::uuid,
    CASE WHEN ends_at IS NULL THEN 'active' ELSE 'ended' END, created_at,
    ends_at,
    CASE WHEN ends_at IS NOT NULL THEN 'voluntary' END
FROM scale_customer
;

-- step: subscription versions
INSERT INTO subscription_version (tenant_id, version_id, subscription_id, customer_id, plan_id, quantity, currency, mrr, valid)
SELECT s.tenant_id, md5('version' || c.i || '-' || step)::uuid, s.subscription_id, s.customer_id, s.plan_id,
    (2900 + 700 * (c.i % 13) + 250 * step) / (ARRAY[10, 25, 50])[1 + c.i % 3], c.currency,
    2900 + 700 * (c.i % 13) + 250 * step,
    tstzrange(s.started_at + step * (coalesce(s.ended_at, timestamptz '2026-06-15') - s.started_at) / 3,
        CASE WHEN step = 2 THEN s.ended_at
            ELSE s.started_at + (step + 1) * (coalesce(s.ended_at, timestamptz '2026-06-15') - s.started_at) / 3 END)
FROM scale_customer AS c JOIN subscription AS s USING (tenant_id, customer_id), generate_series(0, 2) AS step
;

-- step: invoice keys
CREATE UNLOGGED TABLE scale_invoice AS
SELECT c.i * 10 + k AS i, c.tenant_id, c.customer_id, c.currency, md5('invoice' || c.i * 10 + k)::uuid AS invoice_id,
    date '2026-06-15' - 7 - (k * 71 + c.i % 71) AS issued_on, 2900 + 100 * ((c.i + k) % 97) AS total_minor,
    CASE WHEN k = 9 AND c.i % 40 = 0 THEN 'void' WHEN k = 0 AND c.i % 3 <> 0 OR k = 5 AND c.i % 6 = 0 THEN 'open'
        ELSE 'paid' END AS status,
    CASE WHEN (c.i + k) % 10 = 0 THEN 3 ELSE 1 END AS instalments
FROM scale_customer AS c, generate_series(0, 9) AS k
;

-- step: invoices
INSERT INTO invoice (tenant_id, invoice_id, customer_id, number, status, kind, issued_on, finalised_at, voided_on,
    currency, total_minor, tax_minor)
SELECT tenant_id, invoice_id, customer_id, 'I-' || i, status, 'subscription', issued_on, issued_on,
    CASE WHEN status = 'void' THEN issued_on + 3 END, currency, total_minor, 0
FROM scale_invoice
;

-- step: instalments
INSERT INTO invoice_due (tenant_id, invoice_id, seq, due_on, amount_minor, allocated_minor, settled_on)
SELECT tenant_id, invoice_id, seq, issued_on + 30 * seq, amount_minor,
    CASE WHEN status = 'paid' THEN amount_minor WHEN status = 'open' AND i % 4 = 0 AND seq = 1 THEN 1 + amount_minor / 3 ELSE 0 END,
    CASE WHEN status = 'paid' THEN greatest(issued_on, least(issued_on + 1 + i % 40, date '2026-06-14' - i % 30)) END
FROM scale_invoice, generate_series(1, instalments) AS seq,
    LATERAL (SELECT total_minor / instalments + CASE WHEN seq = 1 THEN total_minor % instalments ELSE 0 END) AS part(amount_minor)
;

-- step: payments
INSERT INTO payment (tenant_id, payment_id, customer_id, amount_minor, currency, method, gateway, received_on,
    received_at, allocated_minor, used_up_on)
SELECT tenant_id, md5('payment' || i)::uuid, customer_id,
    total_minor + CASE WHEN i % 400 = 11 THEN 500 ELSE 0 END, currency, 'card', 'stripe',
    greatest(issued_on, least(issued_on + 1 + i % 40, date '2026-06-14' - i % 30)), greatest(issued_on, least(issued_on + 1 + i % 40, date '2026-06-14' - i % 30)),
    total_minor,
    CASE WHEN i % 400 <> 11 THEN greatest(issued_on, least(issued_on + 1 + i % 40, date '2026-06-14' - i % 30)) END
FROM scale_invoice WHERE status = 'paid'
;

-- step: part payments
INSERT INTO payment (tenant_id, payment_id, customer_id, amount_minor, currency, method, gateway, received_on,
    received_at, allocated_minor, used_up_on)
SELECT tenant_id, md5('payment' || i)::uuid, customer_id, 1 + amount_minor / 3, currency, 'card', 'stripe',
    issued_on + 3, issued_on + 3, 1 + amount_minor / 3, issued_on + 3
FROM scale_invoice JOIN invoice_due USING (tenant_id, invoice_id)
WHERE status = 'open' AND i % 4 = 0 AND seq = 1
;

-- step: allocations
INSERT INTO allocation (tenant_id, allocation_id, from_kind, from_id, invoice_id, due_seq, amount_minor,
    effective_on, recorded_at)
SELECT tenant_id, md5('allocation' || i || '-' || seq)::uuid, 'payment', md5('payment' || i)::uuid, invoice_id, seq,
    CASE WHEN status = 'paid' THEN amount_minor ELSE 1 + amount_minor / 3 END,
    CASE WHEN status = 'paid' THEN settled_on ELSE issued_on + 3 END,
    CASE WHEN status = 'paid' THEN settled_on ELSE issued_on + 3 END
FROM scale_invoice JOIN invoice_due USING (tenant_id, invoice_id)
WHERE status = 'paid' OR status = 'open' AND i % 4 = 0 AND seq = 1
;

-- step: credit notes
INSERT INTO credit_note (tenant_id, credit_note_id, customer_id, number, amount_minor, currency, issued_on)
SELECT tenant_id, md5('note' || i)::uuid, customer_id, 'N-' || i, 400 + i % 300, currency, date '2026-05-01'
FROM scale_customer WHERE i % 50 = 1
;

-- step: survey answers
INSERT INTO survey_response (tenant_id, response_id, customer_id, kind, respondent_hash, score, scale_max, at)
SELECT tenant_id, md5('answer' || i || '-' || k)::uuid, customer_id, CASE WHEN k < 2 THEN 'nps' ELSE 'csat' END,
    md5('person' || i), CASE WHEN k < 2 THEN (i + k) % 11 ELSE 1 + i % 5 END, CASE WHEN k < 2 THEN 10 ELSE 5 END,
    timestamptz '2026-06-15' - (i * (k + 1)) % 365 * interval '1 day'
FROM scale_customer, generate_series(0, 2) AS k WHERE i % 2 = 0
;

-- step: job runs
INSERT INTO job_run (tenant_id, job_run_id, job_id, queue, job_name, state, enqueued_at, started_at, heartbeat_at,
    finished_at)
SELECT tenant_id, md5('run' || i)::uuid, md5('run' || i)::uuid, (ARRAY['billing', 'mail', 'cdr'])[1 + i % 3],
    (ARRAY['invoice', 'reminder', 'rate', 'export'])[1 + i % 4],
    CASE WHEN i % 1000 = 5 THEN 'queued' WHEN i % 1000 = 6 THEN 'running' WHEN i % 100 = 7 THEN 'failed'
        ELSE 'succeeded' END,
    at, CASE WHEN i % 1000 <> 5 THEN at END, CASE WHEN i % 1000 <> 5 THEN at + interval '1 second' END,
    CASE WHEN i % 1000 NOT IN (5, 6) THEN at + interval '2 seconds' END
FROM (SELECT *, timestamptz '2026-06-15' - i % 8000 * interval '1 minute' AS at FROM scale_customer) AS c
;

-- step: segments
INSERT INTO segment_assignment (tenant_id, assignment_id, customer_id, segment, valid)
SELECT tenant_id, md5('stay' || i || segment)::uuid, customer_id, segment,
    tstzrange(created_at, CASE WHEN i % 3 = 0 THEN created_at + interval '20 days' END)
FROM scale_customer, unnest(ARRAY['vip', 'at_risk']) AS segment
;

-- step: credentials
INSERT INTO credential (tenant_id, customer_id, version, key_id, ciphertext, fingerprint, valid, rotated_at)
SELECT tenant_id, customer_id, version, 'scale', '\x00', 'scale',
    tstzrange(begun, CASE WHEN version < 3 THEN begun + interval '60 days' END), begun
FROM scale_customer, generate_series(1, 3) AS version,
    LATERAL (SELECT created_at + (version - 1) * interval '60 days' AS begun) AS place
;

-- step: schedules
INSERT INTO sync_schedule (tenant_id, customer_id, frequency, status, next_due_at, last_attempt_at, last_success_at)
SELECT tenant_id, customer_id, (ARRAY['hourly', 'hourly', 'daily', 'weekly'])[1 + i % 4],
    CASE WHEN i % 20 = 0 THEN 'paused' WHEN i % 30 = 1 THEN 'error' ELSE 'active' END,
    last + interval '1 hour', last, last - CASE WHEN i % 9 = 0 THEN interval '1 hour' ELSE interval '0' END
FROM scale_customer, LATERAL (SELECT timestamptz '2026-06-15 12:00+0' - i % 3600 * interval '1 second' AS last) AS place
;

-- step: runs of schedules
INSERT INTO sync_run (tenant_id, sync_run_id, customer_id, trigger, outcome, error_class, started_at, finished_at)
SELECT tenant_id, md5('sync' || i || '-' || k)::uuid, customer_id, 'scheduled',
    CASE WHEN failed THEN 'failure' ELSE 'success' END, CASE WHEN failed THEN 'timeout' END, begun,
    begun + interval '20 seconds'
FROM scale_customer, generate_series(0, 9) AS k,
    LATERAL (SELECT timestamptz '2026-06-15 12:00+0' - k * interval '1 hour' - i % 3600 * interval '1 second' AS begun,
        (i + k) % 9 = 0 AS failed) AS place
;

-- step: events
INSERT INTO event (tenant_id, event_type, customer_id, labels, amount_minor, currency, duration_ms, occurred_at)
SELECT tenant_id, 'CustomerCreated', customer_id, '{"source": "api", "status": "active"}'::jsonb, NULL::bigint, NULL,
    NULL::bigint, created_at FROM scale_customer
UNION ALL SELECT tenant_id, 'CustomerWon', customer_id, '{}', NULL, NULL, NULL, created_at FROM scale_customer
UNION ALL SELECT tenant_id, 'CustomerLost', customer_id, '{"end_reason": "voluntary"}', NULL, NULL, NULL, created_at
    FROM scale_customer WHERE ends_at IS NOT NULL
UNION ALL SELECT tenant_id, 'InvoiceFinalised', customer_id, '{"kind": "subscription"}', total_minor, currency, NULL,
    issued_on FROM scale_invoice
UNION ALL SELECT tenant_id, 'PaymentSucceeded', customer_id, '{"gateway": "stripe"}', total_minor, currency, NULL,
    issued_on FROM scale_invoice WHERE status = 'paid'
UNION ALL SELECT tenant_id, 'JobFinished', NULL, jsonb_build_object('queue', queue, 'job_name', job_name, 'status',
    CASE state WHEN 'failed' THEN 'failed' ELSE 'completed' END), NULL, NULL, 2000, finished_at
    FROM job_run WHERE finished_at IS NOT NULL
UNION ALL SELECT tenant_id, CASE outcome WHEN 'success' THEN 'SyncSucceeded' ELSE 'SyncFailed' END, customer_id,
    '{"trigger": "scheduled"}', NULL, NULL, 20000, finished_at FROM sync_run
;

-- step: clean up
DROP TABLE scale_customer, scale_invoice
;
