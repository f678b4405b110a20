-- Keeps what allocations make of their two sides true after every insert into allocation: allocated_minor, and settled_on of
-- instalments and used_up_on of what settles them. Refuses allocations that cannot be: more than there is, another currency,
-- a reversal that is not one.
--
-- allocated_minor = the sum of all allocations, whenever they take effect. So what is open at a day D is the amount less
-- allocated_minor plus the few allocations that take effect after D, and nobody needs to sum up a history.
-- settled_on, used_up_on = the day on which the last of the allocations takes effect, once they sum to the whole amount; else
-- null. From that day on nothing is left, and an as-of query may skip the row.
--
-- Each function runs once per statement. It sums anew instead of adding up, and writes only rows that are not yet so: a load
-- may write these columns with its instalments and payments, and its allocations then change nothing.

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
DECLARE
    exceeded boolean;
BEGIN
    PERFORM FROM invoice_due AS due
    WHERE (due.tenant_id, due.invoice_id, due.seq) IN (SELECT tenant_id, invoice_id, due_seq FROM added)
    ORDER BY due.tenant_id, due.invoice_id, due.seq FOR NO KEY UPDATE;
    WITH settled AS (
        SELECT tenant_id, invoice_id, due.seq, due.amount_minor, sum(given.amount_minor) AS amount,
               CASE WHEN sum(given.amount_minor) = due.amount_minor THEN max(given.effective_on) END AS day
        FROM (SELECT DISTINCT tenant_id, invoice_id, due_seq FROM added) AS touched
        JOIN allocation AS given USING (tenant_id, invoice_id, due_seq)
        JOIN invoice_due AS due USING (tenant_id, invoice_id)
        WHERE due.seq = due_seq
        GROUP BY tenant_id, invoice_id, due.seq, due.amount_minor
    ), kept AS (
        UPDATE invoice_due AS due SET allocated_minor = settled.amount, settled_on = settled.day
        FROM settled
        WHERE (due.tenant_id, due.invoice_id, due.seq) = (settled.tenant_id, settled.invoice_id, settled.seq)
            AND (due.allocated_minor, due.settled_on) IS DISTINCT FROM (settled.amount, settled.day)
    )
    SELECT EXISTS (SELECT FROM settled WHERE amount > amount_minor) INTO exceeded;
    IF exceeded THEN
        RAISE EXCEPTION 'an instalment would be settled with more than its amount' USING ERRCODE = 'LS004',
            HINT = 'Leave the rest of the money unallocated.';
    END IF;
    RETURN NULL;
END
$$;

-- One body for payments, credit notes and write-offs: TG_ARGV[0] names the table, whose key is named after it.
CREATE FUNCTION ledgerscope_use_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    exceeded boolean;
BEGIN
    EXECUTE format($sql$
        SELECT FROM %1$I WHERE (tenant_id, %2$I) IN (SELECT tenant_id, %2$I FROM added WHERE %2$I IS NOT NULL)
        ORDER BY tenant_id, %2$I FOR NO KEY UPDATE
    $sql$, TG_ARGV[0], TG_ARGV[0] || '_id');
    EXECUTE format($sql$
        WITH used AS (
            SELECT tenant_id, given.%2$I, source.amount_minor, sum(given.amount_minor) AS amount,
                   CASE WHEN sum(given.amount_minor) = source.amount_minor THEN max(given.effective_on) END AS day
            FROM (SELECT DISTINCT tenant_id, %2$I AS from_id FROM added WHERE %2$I IS NOT NULL) AS touched
            JOIN allocation AS given USING (tenant_id, from_id)
            JOIN %1$I AS source USING (tenant_id, %2$I)
            GROUP BY tenant_id, given.%2$I, source.amount_minor
        ), kept AS (
            UPDATE %1$I AS source SET allocated_minor = used.amount, used_up_on = used.day
            FROM used
            WHERE (source.tenant_id, source.%2$I) = (used.tenant_id, used.%2$I)
                AND (source.allocated_minor, source.used_up_on) IS DISTINCT FROM (used.amount, used.day)
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
CREATE TRIGGER use_up_write_offs AFTER INSERT ON allocation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_use_up('write_off');
