-- What the collectors ask of an open item, with the instalment (ADR 0009).

ALTER TABLE invoice_due
    ADD COLUMN customer_id UUID,
    ADD COLUMN currency CHAR(3),
    ADD COLUMN owed_from DATE,
    ADD COLUMN owed_until DATE;

UPDATE invoice_due SET
    customer_id = invoice.customer_id,
    currency = invoice.currency,
    owed_from = CASE WHEN invoice.status <> 'draft' THEN invoice.issued_on END,
    owed_until = invoice.voided_on
FROM invoice
WHERE (invoice.tenant_id, invoice.invoice_id) = (invoice_due.tenant_id, invoice_due.invoice_id);

ALTER TABLE invoice_due
    ALTER COLUMN customer_id SET NOT NULL,
    ALTER COLUMN currency SET NOT NULL,
    DROP CONSTRAINT invoice_due_finite_check,
    ADD CONSTRAINT invoice_due_finite_check CHECK (
        isfinite(due_on) and isfinite(settled_on) and isfinite(changed_on) and isfinite(owed_from) and isfinite(owed_until));

-- Almost all instalments are settled: the others are asked for on every run.
DROP INDEX invoice_due_open_idx;
CREATE INDEX invoice_due_settled_on_idx ON invoice_due (settled_on);
