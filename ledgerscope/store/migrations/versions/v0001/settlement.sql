-- Keeps invoice_due.settled_on and used_up_on of payments and credit notes true after every insert into allocation, and
-- refuses allocations that cannot be: more than there is, another currency, a reversal that is not one.
--
-- settled_on = the day on which the last of the allocations takes effect, once they sum to the whole amount; else null.
-- From that day on the open amount is exactly zero, and an as-of query may skip the row.

CREATE FUNCTION ledgerscope_allocation_is_sound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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
            OR (original.from_kind, original.from_id, original.invoice_id, original.due_seq, -original.amount_minor)
               IS DISTINCT FROM (reversal.from_kind, reversal.from_id, reversal.invoice_id, reversal.due_seq, reversal.amount_minor))
    ) THEN
        RAISE EXCEPTION 'a reversal does not match its allocation' USING ERRCODE = 'LS003',
            HINT = 'Repeat the original row with the opposite amount, effective on the same day or later.';
    END IF;
    RETURN NULL;
END
$$;

-- Locking first and summing in the next statement lets two writers of one instalment see each other's rows.
CREATE FUNCTION ledgerscope_settle_instalments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM invoice_due AS due
    WHERE (due.tenant_id, due.invoice_id, due.seq) IN (SELECT tenant_id, invoice_id, due_seq FROM added)
    ORDER BY due.tenant_id, due.invoice_id, due.seq FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT tenant_id, invoice_id, due_seq FROM added) AS touched
        JOIN allocation AS given USING (tenant_id, invoice_id, due_seq)
        JOIN invoice_due AS due ON (due.tenant_id, due.invoice_id, due.seq) = (given.tenant_id, given.invoice_id, given.due_seq)
        GROUP BY due.tenant_id, due.invoice_id, due.seq
        HAVING sum(given.amount_minor) > due.amount_minor
    ) THEN
        RAISE EXCEPTION 'an instalment would be settled with more than its amount' USING ERRCODE = 'LS004',
            HINT = 'Leave the rest of the money unallocated.';
    END IF;
    UPDATE invoice_due AS due SET settled_on = settled.day
    FROM (
        SELECT d.tenant_id, d.invoice_id, d.seq,
               CASE WHEN sum(given.amount_minor) = d.amount_minor THEN
                   max(given.effective_on)
               END AS day
        FROM (SELECT DISTINCT tenant_id, invoice_id, due_seq FROM added) AS touched
        JOIN invoice_due AS d
            ON (d.tenant_id, d.invoice_id, d.seq) = (touched.tenant_id, touched.invoice_id, touched.due_seq)
        JOIN allocation AS given
            ON (given.tenant_id, given.invoice_id, given.due_seq) = (d.tenant_id, d.invoice_id, d.seq)
        GROUP BY d.tenant_id, d.invoice_id, d.seq
    ) AS settled
    WHERE (due.tenant_id, due.invoice_id, due.seq) = (settled.tenant_id, settled.invoice_id, settled.seq)
        AND due.settled_on IS DISTINCT FROM settled.day;
    RETURN NULL;
END
$$;

-- One body for payments and credit notes: TG_ARGV[0] names the table, whose key is named after it.
CREATE FUNCTION ledgerscope_use_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    exceeded boolean;
BEGIN
    EXECUTE format($sql$
        SELECT FROM %1$I WHERE (tenant_id, %2$I) IN (SELECT tenant_id, %2$I FROM added)
        ORDER BY tenant_id, %2$I FOR NO KEY UPDATE
    $sql$, TG_ARGV[0], TG_ARGV[0] || '_id');
    EXECUTE format($sql$
        WITH used AS (
            SELECT tenant_id, given.%2$I, source.amount_minor, sum(given.amount_minor) AS amount,
                   max(given.effective_on) AS day
            FROM (SELECT DISTINCT tenant_id, %2$I AS from_id FROM added WHERE %2$I IS NOT NULL) AS touched
            JOIN allocation AS given USING (tenant_id, from_id)
            JOIN %1$I AS source USING (tenant_id, %2$I)
            GROUP BY tenant_id, given.%2$I, source.amount_minor
        ), kept AS (
            UPDATE %1$I AS source SET used_up_on = CASE WHEN used.amount = used.amount_minor THEN used.day END
            FROM used
            WHERE (source.tenant_id, source.%2$I) = (used.tenant_id, used.%2$I)
                AND source.used_up_on IS DISTINCT FROM CASE WHEN used.amount = used.amount_minor THEN used.day END
        )
        SELECT EXISTS (SELECT FROM used WHERE amount > amount_minor)
    $sql$, TG_ARGV[0], TG_ARGV[0] || '_id') INTO exceeded;
    IF exceeded THEN
        RAISE EXCEPTION 'a % would be allocated beyond its amount', replace(TG_ARGV[0], '_', ' ') USING ERRCODE = 'LS004',
            HINT = 'Allocate at most what is left of it.';
    END IF;
    RETURN NULL;
END
$$;

-- Triggers of one event run in the order of their names.
CREATE TRIGGER check_allocation AFTER INSERT ON allocation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_allocation_is_sound();
CREATE TRIGGER settle_instalments AFTER INSERT ON allocation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_settle_instalments();
CREATE TRIGGER use_up_payments AFTER INSERT ON allocation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_use_up('payment');
CREATE TRIGGER use_up_credit_notes AFTER INSERT ON allocation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_use_up('credit_note');
