-- Bring what is kept up to the new rules, writing only the rows that differ: open instalments and sources with allocations, and
-- both sides of each allocation that starts later than it is effective, or ends.

CREATE UNLOGGED TABLE ledgerscope_affected AS
SELECT a.tenant_id, a.invoice_id, a.due_seq, a.from_kind, a.from_id
FROM allocation AS a
JOIN invoice ON (invoice.tenant_id, invoice.invoice_id) = (a.tenant_id, a.invoice_id)
JOIN invoice_due AS due ON (due.tenant_id, due.invoice_id, due.seq) = (a.tenant_id, a.invoice_id, a.due_seq)
LEFT JOIN payment ON (payment.tenant_id, payment.payment_id) = (a.tenant_id, a.payment_id)
LEFT JOIN credit_note ON (credit_note.tenant_id, credit_note.credit_note_id) = (a.tenant_id, a.credit_note_id)
LEFT JOIN write_off ON (write_off.tenant_id, write_off.write_off_id) = (a.tenant_id, a.write_off_id)
WHERE due.settled_on IS NULL
    OR coalesce(payment.used_up_on, credit_note.used_up_on, write_off.used_up_on) IS NULL
    OR invoice.status = 'draft'
    OR least(invoice.voided_on, payment.reversed_on, credit_note.voided_on) IS NOT NULL
    OR a.effective_on < greatest(invoice.issued_on, payment.received_on, credit_note.issued_on, write_off.written_off_on);

DO $$
DECLARE
    kind text;
    tenants text[];
    ids uuid[];
    seqs int[];
BEGIN
    SELECT array_agg(tenant_id), array_agg(invoice_id), array_agg(due_seq) INTO tenants, ids, seqs
    FROM (SELECT DISTINCT tenant_id, invoice_id, due_seq FROM ledgerscope_affected) AS one;
    IF ids IS NOT NULL THEN
        PERFORM ledgerscope_keep_instalments(tenants, ids, seqs);
    END IF;
    FOREACH kind IN ARRAY ARRAY['payment', 'credit_note', 'write_off'] LOOP
        SELECT array_agg(tenant_id), array_agg(from_id) INTO tenants, ids
        FROM (SELECT DISTINCT tenant_id, from_id FROM ledgerscope_affected WHERE from_kind = kind) AS one;
        IF ids IS NOT NULL THEN
            PERFORM ledgerscope_keep_sources(kind, tenants, ids);
        END IF;
    END LOOP;
END
$$;
DROP TABLE ledgerscope_affected;

UPDATE invoice SET missing_minor = invoice.total_minor - summed.minor
FROM (
    SELECT tenant_id, invoice_id, coalesce(sum(due.amount_minor), 0) AS minor
    FROM invoice LEFT JOIN invoice_due AS due USING (tenant_id, invoice_id)
    GROUP BY tenant_id, invoice_id, total_minor HAVING total_minor <> coalesce(sum(due.amount_minor), 0)
) AS summed
WHERE (invoice.tenant_id, invoice.invoice_id) = (summed.tenant_id, summed.invoice_id);
