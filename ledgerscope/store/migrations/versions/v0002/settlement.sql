-- What triggers keep true with each instalment, payment, credit note and write-off. An allocation counts at a day D when
-- starts_on <= D < ends_on: it starts when it is effective and its invoice is issued and its source received, issued or
-- dated; it ends when the invoice or the source is void or reversed as a whole. Allocations to drafts do not count.
--
-- allocated_minor = the sum of the allocations that never end: what counts in the end.
-- settled_on, used_up_on = the day of the last change, where allocated_minor is then all that there is; else null.
-- changed_on = the day of the last change where something is left; null where there is no allocation, or settled_on is set.
-- So from coalesce(settled_on, changed_on) on, allocated_minor is what counts, and nobody needs to sum up a history.
--
-- Everything is summed anew and written only where it differs: a load may write these columns with its rows. Rows are locked
-- before they are summed in the next statement, sources before instalments, so that two writers see each other's rows.

DROP TRIGGER check_allocation ON allocation;
DROP TRIGGER settle_instalments ON allocation;
DROP TRIGGER use_up_payments ON allocation;
DROP TRIGGER use_up_credit_notes ON allocation;
DROP TRIGGER use_up_write_offs ON allocation;
DROP FUNCTION ledgerscope_allocation_is_sound();
DROP FUNCTION ledgerscope_settle_instalments();
DROP FUNCTION ledgerscope_use_up();

-- The owner of the tables may load documents with all that is kept of them, after
-- SET LOCAL ledgerscope.load_keeps_sums = on; for everyone else the setting means nothing. `ledgerscope db check` finds sums that are wrong.
CREATE FUNCTION ledgerscope_load_keeps_sums() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('ledgerscope.load_keeps_sums', true), '') = 'on' AND NOT row_security_active('allocation'::regclass)
$$;

CREATE FUNCTION ledgerscope_lock_sources(kind text, tenants text[], ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'SELECT FROM %1$I WHERE (tenant_id, %2$I) IN (SELECT * FROM unnest($1, $2)) ORDER BY tenant_id, %2$I FOR NO KEY UPDATE',
        kind, kind || '_id') USING tenants, ids;
END
$$;

CREATE FUNCTION ledgerscope_keep_instalments(tenants text[], invoices uuid[], seqs int[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    exceeded text;
BEGIN
    PERFORM FROM invoice_due AS due
    WHERE (due.tenant_id, due.invoice_id, due.seq) IN (SELECT * FROM unnest(tenants, invoices, seqs))
    ORDER BY due.tenant_id, due.invoice_id, due.seq FOR NO KEY UPDATE;
    WITH touched AS (
        SELECT DISTINCT * FROM unnest(tenants, invoices, seqs) AS key(tenant_id, invoice_id, seq)
    ), summed AS (
        SELECT due.tenant_id, due.invoice_id, due.seq, due.amount_minor, given.amount, given.day
        FROM touched JOIN invoice_due AS due USING (tenant_id, invoice_id, seq)
        -- Row by row: whatever the planner expects of the arrays, the cost is that of a few look-ups each.
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(a.amount_minor) FILTER (WHERE ends_on IS NULL), 0) AS amount,
                   max(CASE WHEN ends_on > starts_on THEN ends_on WHEN ends_on IS NULL THEN starts_on END) AS day
            FROM allocation AS a
            JOIN invoice ON (invoice.tenant_id, invoice.invoice_id) = (a.tenant_id, a.invoice_id)
            LEFT JOIN payment ON (payment.tenant_id, payment.payment_id) = (a.tenant_id, a.payment_id)
            LEFT JOIN credit_note ON (credit_note.tenant_id, credit_note.credit_note_id) = (a.tenant_id, a.credit_note_id)
            LEFT JOIN write_off ON (write_off.tenant_id, write_off.write_off_id) = (a.tenant_id, a.write_off_id)
            CROSS JOIN LATERAL (SELECT
                greatest(a.effective_on, invoice.issued_on, payment.received_on, credit_note.issued_on, write_off.written_off_on),
                CASE WHEN invoice.status = 'draft' THEN '-infinity'
                     ELSE least(invoice.voided_on, payment.reversed_on, credit_note.voided_on) END
            ) AS span(starts_on, ends_on)
            WHERE (a.tenant_id, a.invoice_id, a.due_seq) = (due.tenant_id, due.invoice_id, due.seq)
        ) AS given
    ), kept AS (
        UPDATE invoice_due AS due
        SET allocated_minor = summed.amount,
            settled_on = CASE WHEN summed.amount = due.amount_minor THEN summed.day END,
            changed_on = CASE WHEN summed.amount <> due.amount_minor THEN summed.day END
        FROM summed
        WHERE (due.tenant_id, due.invoice_id, due.seq) = (summed.tenant_id, summed.invoice_id, summed.seq)
            AND (due.allocated_minor, due.settled_on, due.changed_on) IS DISTINCT FROM (
                summed.amount,
                CASE WHEN summed.amount = due.amount_minor THEN summed.day END,
                CASE WHEN summed.amount <> due.amount_minor THEN summed.day END)
    )
    SELECT format('instalment %s of invoice %s', seq, invoice_id) FROM summed WHERE amount > amount_minor LIMIT 1 INTO exceeded;
    IF exceeded IS NOT NULL THEN
        RAISE EXCEPTION '% would be settled with more than its amount', exceeded USING ERRCODE = 'LS004',
            HINT = 'Leave the rest of the money unallocated.';
    END IF;
END
$$;

-- One body for the three kinds of sources; what went back of them (reversals, refunds) can no longer be allocated.
CREATE FUNCTION ledgerscope_keep_sources(kind text, tenants text[], ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    exceeded text;
    starts text := CASE kind WHEN 'payment' THEN 'received_on' WHEN 'credit_note' THEN 'issued_on' ELSE 'written_off_on' END;
    ends text := CASE kind WHEN 'payment' THEN 'source.reversed_on' WHEN 'credit_note' THEN 'source.voided_on' ELSE 'NULL::date' END;
    back text := CASE kind
        WHEN 'payment' THEN 'SELECT amount_minor, reversed_on AS day FROM payment_reversal AS r
            WHERE (r.tenant_id, r.payment_id) = (source.tenant_id, source.payment_id)
            UNION ALL SELECT amount_minor, refunded_on FROM refund AS r
            WHERE (r.tenant_id, r.payment_id) = (source.tenant_id, source.payment_id)'
        WHEN 'credit_note' THEN 'SELECT amount_minor, refunded_on AS day FROM refund AS r
            WHERE (r.tenant_id, r.credit_note_id) = (source.tenant_id, source.credit_note_id)'
        ELSE 'SELECT amount_minor, reversed_on AS day FROM write_off_reversal AS r
            WHERE (r.tenant_id, r.write_off_id) = (source.tenant_id, source.write_off_id)' END;
BEGIN
    PERFORM ledgerscope_lock_sources(kind, tenants, ids);
    EXECUTE format($sql$
        WITH touched AS (
            SELECT DISTINCT * FROM unnest($1, $2) AS key(tenant_id, %2$I)
        ), summed AS (
            SELECT source.tenant_id, source.%2$I, source.amount_minor, coalesce(used.amount, 0) AS amount,
                   source.amount_minor - coalesce(back.amount, 0) AS worth, greatest(used.day, back.day) AS day
            FROM touched JOIN %1$I AS source USING (tenant_id, %2$I)
            CROSS JOIN LATERAL (
                SELECT sum(a.amount_minor) FILTER (WHERE ends_on IS NULL) AS amount,
                       max(CASE WHEN ends_on > starts_on THEN ends_on WHEN ends_on IS NULL THEN starts_on END) AS day
                FROM allocation AS a
                JOIN invoice ON (invoice.tenant_id, invoice.invoice_id) = (a.tenant_id, a.invoice_id)
                CROSS JOIN LATERAL (SELECT
                    greatest(a.effective_on, invoice.issued_on, source.%3$I),
                    CASE WHEN invoice.status = 'draft' THEN '-infinity' ELSE least(invoice.voided_on, %4$s) END
                ) AS span(starts_on, ends_on)
                WHERE (a.tenant_id, a.from_id, a.from_kind) = (source.tenant_id, source.%2$I, %1$L)
            ) AS used
            CROSS JOIN LATERAL (SELECT sum(amount_minor) AS amount, max(day) AS day FROM (%5$s) AS part) AS back
        ), kept AS (
            UPDATE %1$I AS source
            SET allocated_minor = summed.amount,
                used_up_on = CASE WHEN summed.amount = summed.worth THEN summed.day END,
                changed_on = CASE WHEN summed.amount <> summed.worth THEN summed.day END
            FROM summed
            WHERE (source.tenant_id, source.%2$I) = (summed.tenant_id, summed.%2$I)
                AND (source.allocated_minor, source.used_up_on, source.changed_on) IS DISTINCT FROM (
                    summed.amount,
                    CASE WHEN summed.amount = summed.worth THEN summed.day END,
                    CASE WHEN summed.amount <> summed.worth THEN summed.day END)
        )
        SELECT %2$I::text FROM summed WHERE amount > amount_minor OR worth < 0 LIMIT 1
    $sql$, kind, kind || '_id', starts, ends, back) USING tenants, ids INTO exceeded;
    IF exceeded IS NOT NULL THEN
        RAISE EXCEPTION '% % would be allocated, or paid back, beyond its amount', replace(kind, '_', ' '), exceeded
            USING ERRCODE = 'LS004', HINT = 'Use at most what is left of it.';
    END IF;
END
$$;

-- After a statement that adds allocations.
CREATE FUNCTION ledgerscope_settle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind text;
    tenants text[];
    ids uuid[];
    seqs int[];
BEGIN
    FOREACH kind IN ARRAY ARRAY['payment', 'credit_note', 'write_off'] LOOP
        SELECT array_agg(tenant_id), array_agg(from_id) INTO tenants, ids
        FROM (SELECT DISTINCT tenant_id, from_id FROM added WHERE from_kind = kind) AS one;
        IF ids IS NOT NULL THEN
            PERFORM ledgerscope_lock_sources(kind, tenants, ids);
        END IF;
    END LOOP;
    IF EXISTS (
        SELECT FROM added
        JOIN invoice USING (tenant_id, invoice_id)
        LEFT JOIN payment USING (tenant_id, payment_id)
        LEFT JOIN credit_note USING (tenant_id, credit_note_id)
        LEFT JOIN write_off USING (tenant_id, write_off_id)
        WHERE invoice.currency <> coalesce(payment.currency, credit_note.currency, write_off.currency)
    ) THEN
        RAISE EXCEPTION 'an allocation joins two currencies' USING ERRCODE = 'LS002',
            HINT = 'Allocate money only to invoices of its own currency.';
    END IF;
    IF EXISTS (
        SELECT FROM added AS reversal
        LEFT JOIN allocation AS original ON original.tenant_id = reversal.tenant_id AND original.allocation_id = reversal.reverses_id
        WHERE reversal.reverses_id IS NOT NULL AND (
            original.reverses_id IS NOT NULL OR reversal.effective_on < original.effective_on
            OR (original.from_kind, original.from_id, original.invoice_id, original.due_seq)
               IS DISTINCT FROM (reversal.from_kind, reversal.from_id, reversal.invoice_id, reversal.due_seq)
            OR original.amount_minor + (
                SELECT sum(amount_minor) FROM allocation AS every
                WHERE (every.tenant_id, every.reverses_id) = (original.tenant_id, original.allocation_id)) < 0)
    ) THEN
        RAISE EXCEPTION 'a reversal does not match its allocation' USING ERRCODE = 'LS003',
            HINT = 'Repeat the original row with a negative amount of at most what is left of it, effective on the same day or later.';
    END IF;
    SELECT array_agg(tenant_id), array_agg(invoice_id), array_agg(due_seq) INTO tenants, ids, seqs
    FROM (SELECT DISTINCT tenant_id, invoice_id, due_seq FROM added) AS one;
    PERFORM ledgerscope_keep_instalments(tenants, ids, seqs);
    FOREACH kind IN ARRAY ARRAY['payment', 'credit_note', 'write_off'] LOOP
        SELECT array_agg(tenant_id), array_agg(from_id) INTO tenants, ids
        FROM (SELECT DISTINCT tenant_id, from_id FROM added WHERE from_kind = kind) AS one;
        IF ids IS NOT NULL THEN
            PERFORM ledgerscope_keep_sources(kind, tenants, ids);
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER settle AFTER INSERT ON allocation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT WHEN (NOT ledgerscope_load_keeps_sums()) EXECUTE FUNCTION ledgerscope_settle();

-- After a payment, credit note or write-off changed: its own row and the instalments that it is set against.
CREATE FUNCTION ledgerscope_source_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    id uuid := (to_jsonb(NEW) ->> (TG_TABLE_NAME || '_id'))::uuid;
    tenants text[];
    invoices uuid[];
    seqs int[];
BEGIN
    SELECT array_agg(tenant_id), array_agg(invoice_id), array_agg(due_seq) INTO tenants, invoices, seqs
    FROM allocation WHERE (tenant_id, from_id, from_kind) = (NEW.tenant_id, id, TG_TABLE_NAME::text);
    IF seqs IS NOT NULL THEN
        PERFORM ledgerscope_keep_instalments(tenants, invoices, seqs);
    END IF;
    PERFORM ledgerscope_keep_sources(TG_TABLE_NAME, ARRAY[NEW.tenant_id], ARRAY[id]);
    RETURN NULL;
END
$$;
CREATE TRIGGER settle AFTER UPDATE OF amount_minor, received_on, reversed_on ON payment FOR EACH ROW
    WHEN ((OLD.amount_minor, OLD.received_on, OLD.reversed_on) IS DISTINCT FROM (NEW.amount_minor, NEW.received_on, NEW.reversed_on))
    EXECUTE FUNCTION ledgerscope_source_changed();
CREATE TRIGGER settle AFTER UPDATE OF amount_minor, issued_on, voided_on ON credit_note FOR EACH ROW
    WHEN ((OLD.amount_minor, OLD.issued_on, OLD.voided_on) IS DISTINCT FROM (NEW.amount_minor, NEW.issued_on, NEW.voided_on))
    EXECUTE FUNCTION ledgerscope_source_changed();
CREATE TRIGGER settle AFTER UPDATE OF amount_minor, written_off_on ON write_off FOR EACH ROW
    WHEN ((OLD.amount_minor, OLD.written_off_on) IS DISTINCT FROM (NEW.amount_minor, NEW.written_off_on))
    EXECUTE FUNCTION ledgerscope_source_changed();

-- After an invoice was issued, voided or changed: its instalments, and the sources set against them. These are locked first, and
-- found again once the instalments are locked, because another writer may have added an allocation meanwhile.
CREATE FUNCTION ledgerscope_invoice_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind text;
    tenants text[];
    ids uuid[];
    seqs int[];
BEGIN
    FOREACH kind IN ARRAY ARRAY['payment', 'credit_note', 'write_off'] LOOP
        SELECT array_agg(DISTINCT from_id) INTO ids
        FROM allocation WHERE (tenant_id, invoice_id, from_kind) = (NEW.tenant_id, NEW.invoice_id, kind);
        IF ids IS NOT NULL THEN
            PERFORM ledgerscope_lock_sources(kind, array_fill(NEW.tenant_id, ARRAY[cardinality(ids)]), ids);
        END IF;
    END LOOP;
    SELECT array_agg(tenant_id), array_agg(invoice_id), array_agg(seq) INTO tenants, ids, seqs
    FROM invoice_due WHERE (tenant_id, invoice_id) = (NEW.tenant_id, NEW.invoice_id);
    IF seqs IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM ledgerscope_keep_instalments(tenants, ids, seqs);
    FOREACH kind IN ARRAY ARRAY['payment', 'credit_note', 'write_off'] LOOP
        SELECT array_agg(DISTINCT from_id) INTO ids
        FROM allocation WHERE (tenant_id, invoice_id, from_kind) = (NEW.tenant_id, NEW.invoice_id, kind);
        IF ids IS NOT NULL THEN
            PERFORM ledgerscope_keep_sources(kind, array_fill(NEW.tenant_id, ARRAY[cardinality(ids)]), ids);
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER settle AFTER UPDATE OF status, issued_on, voided_on ON invoice FOR EACH ROW
    WHEN ((OLD.status = 'draft', OLD.issued_on, OLD.voided_on) IS DISTINCT FROM (NEW.status = 'draft', NEW.issued_on, NEW.voided_on))
    EXECUTE FUNCTION ledgerscope_invoice_changed();

-- missing_minor of invoices.
CREATE FUNCTION ledgerscope_keep_missing(tenants text[], invoices uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM invoice WHERE (tenant_id, invoice_id) IN (SELECT * FROM unnest(tenants, invoices))
    ORDER BY tenant_id, invoice_id FOR NO KEY UPDATE;
    WITH summed AS (
        SELECT touched.tenant_id, touched.invoice_id, parts.minor
        FROM (SELECT DISTINCT * FROM unnest(tenants, invoices) AS key(tenant_id, invoice_id)) AS touched
        CROSS JOIN LATERAL (
            SELECT sum(due.amount_minor) AS minor FROM invoice_due AS due
            WHERE (due.tenant_id, due.invoice_id) = (touched.tenant_id, touched.invoice_id)
        ) AS parts
    )
    UPDATE invoice SET missing_minor = invoice.total_minor - coalesce(summed.minor, 0)
    FROM summed
    WHERE (invoice.tenant_id, invoice.invoice_id) = (summed.tenant_id, summed.invoice_id)
        AND invoice.missing_minor IS DISTINCT FROM invoice.total_minor - coalesce(summed.minor, 0);
END
$$;
CREATE FUNCTION ledgerscope_instalments_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    tenants text[];
    invoices uuid[];
BEGIN
    SELECT array_agg(tenant_id), array_agg(invoice_id) INTO tenants, invoices
    FROM (SELECT DISTINCT tenant_id, invoice_id FROM changed) AS one;
    PERFORM ledgerscope_keep_missing(tenants, invoices);
    RETURN NULL;
END
$$;
CREATE TRIGGER add_up AFTER INSERT ON invoice_due REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT WHEN (NOT ledgerscope_load_keeps_sums()) EXECUTE FUNCTION ledgerscope_instalments_added();
CREATE TRIGGER add_up_rest AFTER DELETE ON invoice_due REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_instalments_added();
CREATE FUNCTION ledgerscope_instalment_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledgerscope_keep_missing(ARRAY[OLD.tenant_id, NEW.tenant_id], ARRAY[OLD.invoice_id, NEW.invoice_id]);
    PERFORM ledgerscope_keep_instalments(ARRAY[NEW.tenant_id], ARRAY[NEW.invoice_id], ARRAY[NEW.seq]);
    RETURN NULL;
END
$$;
CREATE TRIGGER add_up_anew AFTER UPDATE OF tenant_id, invoice_id, amount_minor ON invoice_due FOR EACH ROW
    WHEN ((OLD.tenant_id, OLD.invoice_id, OLD.amount_minor) IS DISTINCT FROM (NEW.tenant_id, NEW.invoice_id, NEW.amount_minor))
    EXECUTE FUNCTION ledgerscope_instalment_changed();
CREATE FUNCTION ledgerscope_total_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledgerscope_keep_missing(ARRAY[NEW.tenant_id], ARRAY[NEW.invoice_id]);
    RETURN NULL;
END
$$;
CREATE TRIGGER add_up AFTER UPDATE OF total_minor ON invoice FOR EACH ROW
    WHEN (OLD.total_minor <> NEW.total_minor) EXECUTE FUNCTION ledgerscope_total_changed();

-- After rows that give money back.
CREATE FUNCTION ledgerscope_given_back() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind text;
    wrong text;
    tenants text[];
    ids uuid[];
BEGIN
    FOREACH kind IN ARRAY CASE TG_TABLE_NAME WHEN 'payment_reversal' THEN ARRAY['payment']
        WHEN 'refund' THEN ARRAY['payment', 'credit_note'] ELSE ARRAY['write_off'] END
    LOOP
        EXECUTE format('SELECT array_agg(tenant_id), array_agg(%1$I) FROM added WHERE %1$I IS NOT NULL', kind || '_id')
            INTO tenants, ids;
        CONTINUE WHEN ids IS NULL;
        PERFORM ledgerscope_lock_sources(kind, tenants, ids);
        EXECUTE format('SELECT %1$I::text FROM added JOIN %2$I AS source USING (tenant_id, %1$I) WHERE %3$s LIMIT 1', kind || '_id', kind,
            CASE TG_TABLE_NAME
                WHEN 'payment_reversal' THEN 'added.reversed_on < source.received_on'
                WHEN 'write_off_reversal' THEN 'added.reversed_on < source.written_off_on'
                ELSE format('(added.currency, added.customer_id) <> (source.currency, source.customer_id) OR added.refunded_on < source.%I',
                            CASE kind WHEN 'payment' THEN 'received_on' ELSE 'issued_on' END)
            END) INTO wrong;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION 'a % does not match % %', replace(TG_TABLE_NAME, '_', ' '), replace(kind, '_', ' '), wrong
                USING ERRCODE = 'LS003', HINT = 'It has the customer and currency of what it gives back, and is not earlier.';
        END IF;
        PERFORM ledgerscope_keep_sources(kind, tenants, ids);
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER settle AFTER INSERT ON payment_reversal REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_given_back();
CREATE TRIGGER settle AFTER INSERT ON refund REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_given_back();
CREATE TRIGGER settle AFTER INSERT ON write_off_reversal REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_given_back();
