-- Documents in many states, as revision 0001 takes them.
insert into tenant (tenant_id, name, timezone, base_currency, created_at)
    values ('acme', 'Acme', 'UTC', 'EUR', '2026-01-01');
insert into customer (tenant_id, customer_id, external_id, name, status, currency, source, created_at, updated_at)
    values ('acme', gen_random_uuid(), 'C', 'Ada', 'active', 'EUR', 'api', '2026-01-01', '2026-01-01');
insert into invoice (tenant_id, invoice_id, customer_id, number, status, kind, issued_on, voided_on, currency,
                     total_minor, tax_minor)
    select 'acme', md5('i' || n)::uuid, customer_id, 'I-' || n, case mod(n, 7) when 3 then 'void' else 'open' end,
           'subscription', '2026-01-01'::date + n, case mod(n, 7) when 3 then '2026-03-01'::date end, 'EUR',
           case when mod(n, 11) = 5 then 900 else 1000 end, 0
    from customer, generate_series(1, 60) as n;
insert into invoice_due (tenant_id, invoice_id, seq, due_on, amount_minor)
    select 'acme', md5('i' || n)::uuid, seq, '2026-02-01'::date + n, 500
    from generate_series(1, 60) as n, generate_series(1, 2) as seq where mod(n, 13) <> 6;
insert into payment (tenant_id, payment_id, customer_id, amount_minor, currency, method, gateway, received_on,
                     received_at, reversed_on, reversal)
    select 'acme', md5('p' || n)::uuid, customer_id, 600, 'EUR', 'card', 'stripe', '2026-01-20'::date + n, now(),
           case mod(n, 5) when 2 then '2026-04-01'::date end, case mod(n, 5) when 2 then 'bounced' end
    from customer, generate_series(1, 60) as n;
insert into allocation (tenant_id, allocation_id, from_kind, from_id, invoice_id, due_seq, amount_minor,
                        effective_on, recorded_at)
    select 'acme', md5('a' || n)::uuid, 'payment', md5('p' || n)::uuid, md5('i' || n)::uuid, 1 + mod(n, 2),
           case when mod(n, 3) = 0 then 500 else 200 end, '2026-01-25'::date + n, now()
    from generate_series(1, 60) as n where mod(n, 13) <> 6 and mod(n, 4) <> 1;
insert into allocation (tenant_id, allocation_id, from_kind, from_id, invoice_id, due_seq, amount_minor,
                        effective_on, recorded_at, reverses_id)
    select tenant_id, md5('r' || allocation_id)::uuid, from_kind, from_id, invoice_id, due_seq, -amount_minor,
           effective_on + 9, now(), allocation_id
    from allocation where allocation_id::text < '4';
