-- Whatever is written to an instalment, what it repeats of its invoice is what the invoice says. A load that keeps the sums
-- itself may bring these columns too.
CREATE FUNCTION ledgerscope_instalment_of_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT invoice.customer_id, invoice.currency, CASE WHEN invoice.status <> 'draft' THEN invoice.issued_on END, invoice.voided_on
    INTO NEW.customer_id, NEW.currency, NEW.owed_from, NEW.owed_until
    FROM invoice WHERE (invoice.tenant_id, invoice.invoice_id) = (NEW.tenant_id, NEW.invoice_id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'instalment % is of invoice %, which is not there', NEW.seq, NEW.invoice_id
            USING ERRCODE = 'foreign_key_violation', HINT = 'Write the invoice first.';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER of_invoice BEFORE INSERT ON invoice_due FOR EACH ROW
    WHEN (NEW.customer_id IS NULL OR NOT ledgerscope_load_keeps_sums()) EXECUTE FUNCTION ledgerscope_instalment_of_invoice();
CREATE TRIGGER of_invoice_anew BEFORE UPDATE OF tenant_id, invoice_id, customer_id, currency, owed_from, owed_until ON invoice_due
    FOR EACH ROW EXECUTE FUNCTION ledgerscope_instalment_of_invoice();

-- As in revision 0002, and the instalments follow the invoice: after the sources are locked, because whoever allocates locks
-- sources before instalments.
CREATE OR REPLACE FUNCTION ledgerscope_invoice_changed() RETURNS trigger LANGUAGE plpgsql AS $$
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
    UPDATE invoice_due SET owed_from = owed_from WHERE (tenant_id, invoice_id) = (NEW.tenant_id, NEW.invoice_id);
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
DROP TRIGGER settle ON invoice;
CREATE TRIGGER settle AFTER UPDATE OF customer_id, currency, status, issued_on, voided_on ON invoice FOR EACH ROW
    WHEN ((OLD.customer_id, OLD.currency, OLD.status = 'draft', OLD.issued_on, OLD.voided_on)
        IS DISTINCT FROM (NEW.customer_id, NEW.currency, NEW.status = 'draft', NEW.issued_on, NEW.voided_on))
    EXECUTE FUNCTION ledgerscope_invoice_changed();
