-- What must hold when a transaction ends, for everyone to whom row-level security applies: the owner of the tables may load
-- documents and their parts in several transactions (ADR 0008). WHEN is decided at once, so a load queues nothing. The
-- functions see the rows of every tenant, because a transaction may go on as another one.

CREATE FUNCTION ledgerscope_check_instalments() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    wrong record;
BEGIN
    FOR wrong IN
        SELECT invoice.number, invoice.total_minor, coalesce(sum(due.amount_minor), 0) AS minor
        FROM invoice LEFT JOIN invoice_due AS due USING (tenant_id, invoice_id)
        WHERE (tenant_id, invoice_id) IN (SELECT OLD.tenant_id, OLD.invoice_id UNION SELECT NEW.tenant_id, NEW.invoice_id)
            AND invoice.status <> 'draft'
        GROUP BY tenant_id, invoice_id
        HAVING invoice.total_minor <> coalesce(sum(due.amount_minor), 0)
    LOOP
        RAISE EXCEPTION 'the instalments of invoice % add up to %, its total is % minor units',
            wrong.number, wrong.minor, wrong.total_minor
            USING ERRCODE = 'LS005', HINT = 'Write the invoice and all its instalments in one transaction.';
    END LOOP;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER check_instalments AFTER INSERT OR UPDATE OF status, total_minor ON invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (row_security_active('invoice'::regclass))
    EXECUTE FUNCTION ledgerscope_check_instalments();
CREATE CONSTRAINT TRIGGER check_instalments AFTER INSERT OR DELETE OR UPDATE OF tenant_id, invoice_id, amount_minor ON invoice_due
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (row_security_active('invoice_due'::regclass))
    EXECUTE FUNCTION ledgerscope_check_instalments();

CREATE FUNCTION ledgerscope_check_sources() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    written jsonb := to_jsonb(NEW);
    wrong record;
BEGIN
    FOR wrong IN
        WITH touched AS (
            SELECT kind, (written ->> (kind || '_id'))::uuid AS id
            FROM unnest(ARRAY['payment', 'credit_note', 'write_off']) AS kind
            WHERE written ->> (kind || '_id') IS NOT NULL
            UNION
            SELECT from_kind, from_id FROM allocation
            WHERE TG_TABLE_NAME = 'invoice' AND (tenant_id, invoice_id) = (NEW.tenant_id, (written ->> 'invoice_id')::uuid)
        ), worth AS (
            SELECT touched.kind, touched.id, coalesce(payment.amount_minor, credit_note.amount_minor, write_off.amount_minor) AS minor
            FROM touched
            LEFT JOIN payment ON touched.kind = 'payment' AND (payment.tenant_id, payment_id) = (NEW.tenant_id, touched.id)
            LEFT JOIN credit_note ON touched.kind = 'credit_note' AND (credit_note.tenant_id, credit_note_id) = (NEW.tenant_id, touched.id)
            LEFT JOIN write_off ON touched.kind = 'write_off' AND (write_off.tenant_id, write_off_id) = (NEW.tenant_id, touched.id)
        ), given AS (
            SELECT touched.*, a.amount_minor AS minor, starts_on, ends_on
            FROM touched
            JOIN allocation AS a ON (a.tenant_id, a.from_kind, a.from_id) = (NEW.tenant_id, touched.kind, touched.id)
            JOIN invoice ON (invoice.tenant_id, invoice.invoice_id) = (a.tenant_id, a.invoice_id) AND invoice.status <> 'draft'
            LEFT JOIN payment ON (payment.tenant_id, payment.payment_id) = (a.tenant_id, a.payment_id)
            LEFT JOIN credit_note ON (credit_note.tenant_id, credit_note.credit_note_id) = (a.tenant_id, a.credit_note_id)
            LEFT JOIN write_off ON (write_off.tenant_id, write_off.write_off_id) = (a.tenant_id, a.write_off_id)
            CROSS JOIN LATERAL (SELECT
                greatest(a.effective_on, invoice.issued_on, payment.received_on, credit_note.issued_on, write_off.written_off_on),
                least(invoice.voided_on, payment.reversed_on, credit_note.voided_on)
            ) AS span(starts_on, ends_on)
            WHERE ends_on IS NULL OR ends_on > starts_on
        ), change AS (
            SELECT kind, id, starts_on AS day, minor FROM given
            UNION ALL SELECT kind, id, ends_on, -minor FROM given WHERE ends_on IS NOT NULL
            UNION ALL SELECT touched.kind, touched.id, reversed_on, amount_minor FROM touched
                JOIN payment_reversal ON touched.kind = 'payment' AND (tenant_id, payment_id) = (NEW.tenant_id, touched.id)
            UNION ALL SELECT touched.kind, touched.id, refunded_on, amount_minor FROM touched
                JOIN refund ON tenant_id = NEW.tenant_id
                    AND (touched.kind = 'payment' AND payment_id = touched.id OR touched.kind = 'credit_note' AND credit_note_id = touched.id)
            UNION ALL SELECT touched.kind, touched.id, reversed_on, amount_minor FROM touched
                JOIN write_off_reversal ON touched.kind = 'write_off' AND (tenant_id, write_off_id) = (NEW.tenant_id, touched.id)
        ), standing AS (
            SELECT kind, id, day, sum(sum(minor)) OVER (PARTITION BY kind, id ORDER BY day) AS minor
            FROM change GROUP BY kind, id, day
        )
        SELECT kind, id, day FROM standing JOIN worth USING (kind, id) WHERE standing.minor > worth.minor ORDER BY day LIMIT 1
    LOOP
        RAISE EXCEPTION 'more is allocated from % % than it is worth on %', replace(wrong.kind, '_', ' '), wrong.id, wrong.day
            USING ERRCODE = 'LS006', HINT = 'Reverse its allocations in the same transaction, effective on the same day.';
    END LOOP;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    written text;
    events text;
BEGIN
    FOR written, events IN VALUES
        ('allocation', 'INSERT'), ('payment_reversal', 'INSERT'), ('refund', 'INSERT'), ('write_off_reversal', 'INSERT'),
        ('payment', 'UPDATE OF amount_minor, received_on, reversed_on'), ('write_off', 'UPDATE OF amount_minor, written_off_on'),
        ('credit_note', 'UPDATE OF amount_minor, issued_on, voided_on'), ('invoice', 'UPDATE OF status, issued_on, voided_on')
    LOOP
        EXECUTE format(
            'CREATE CONSTRAINT TRIGGER check_sources AFTER %s ON %I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
             WHEN (row_security_active(%L::regclass)) EXECUTE FUNCTION ledgerscope_check_sources()', events, written, written);
    END LOOP;
    -- With the rights of the owner, so the names must not be taken from elsewhere.
    EXECUTE format('ALTER FUNCTION ledgerscope_check_instalments() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION ledgerscope_check_sources() SET search_path = %I, pg_temp', current_schema());
END
$$;

-- Looking a zone up costs some milliseconds, so those that another tenant has are not looked up again.
CREATE FUNCTION ledgerscope_check_zone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tenant WHERE timezone = NEW.timezone)
        AND NOT EXISTS (SELECT FROM pg_timezone_names WHERE name = NEW.timezone)
    THEN
        RAISE EXCEPTION 'time zone "%" of company % is not known', NEW.timezone, NEW.tenant_id
            USING ERRCODE = 'LS007', HINT = 'Use a name from pg_timezone_names, such as Europe/Berlin.';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER check_zone BEFORE INSERT OR UPDATE OF timezone ON tenant FOR EACH ROW EXECUTE FUNCTION ledgerscope_check_zone();
