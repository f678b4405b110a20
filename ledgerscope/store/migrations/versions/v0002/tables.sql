-- What an accountant needs to undo, as dated rows; and what the store keeps with each row (ADR 0008).

CREATE TABLE payment_reversal (
    tenant_id TEXT NOT NULL,
    payment_reversal_id UUID NOT NULL,
    payment_id UUID NOT NULL,
    kind TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    reversed_on DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT,
    CONSTRAINT payment_reversal_pkey PRIMARY KEY (tenant_id, payment_reversal_id),
    CONSTRAINT payment_reversal_tenant_id_payment_id_fkey FOREIGN KEY(tenant_id, payment_id) REFERENCES payment (tenant_id, payment_id),
    CONSTRAINT payment_reversal_kind_check CHECK (kind in ('bounced', 'charged_back')),
    CONSTRAINT payment_reversal_amount_minor_check CHECK (amount_minor > 0)
);
CREATE INDEX payment_reversal_payment_idx ON payment_reversal (tenant_id, payment_id);

CREATE TABLE refund (
    tenant_id TEXT NOT NULL,
    refund_id UUID NOT NULL,
    customer_id UUID NOT NULL,
    payment_id UUID,
    credit_note_id UUID,
    amount_minor BIGINT NOT NULL,
    currency CHAR(3) NOT NULL,
    refunded_on DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT refund_pkey PRIMARY KEY (tenant_id, refund_id),
    CONSTRAINT refund_tenant_id_customer_id_fkey FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, customer_id),
    CONSTRAINT refund_tenant_id_payment_id_fkey FOREIGN KEY(tenant_id, payment_id) REFERENCES payment (tenant_id, payment_id),
    CONSTRAINT refund_tenant_id_credit_note_id_fkey FOREIGN KEY(tenant_id, credit_note_id) REFERENCES credit_note (tenant_id, credit_note_id),
    CONSTRAINT refund_source_check CHECK (num_nonnulls(payment_id, credit_note_id) = 1),
    CONSTRAINT refund_amount_minor_check CHECK (amount_minor > 0),
    CONSTRAINT refund_currency_fkey FOREIGN KEY(currency) REFERENCES currency (code)
);
CREATE INDEX refund_payment_idx ON refund (tenant_id, payment_id) WHERE payment_id is not null;
CREATE INDEX refund_credit_note_idx ON refund (tenant_id, credit_note_id) WHERE credit_note_id is not null;

CREATE TABLE write_off_reversal (
    tenant_id TEXT NOT NULL,
    write_off_reversal_id UUID NOT NULL,
    write_off_id UUID NOT NULL,
    amount_minor BIGINT NOT NULL,
    reversed_on DATE NOT NULL,
    reason TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT write_off_reversal_pkey PRIMARY KEY (tenant_id, write_off_reversal_id),
    CONSTRAINT write_off_reversal_tenant_id_write_off_id_fkey FOREIGN KEY(tenant_id, write_off_id) REFERENCES write_off (tenant_id, write_off_id),
    CONSTRAINT write_off_reversal_reason_check CHECK (reason in ('error', 'recovered')),
    CONSTRAINT write_off_reversal_amount_minor_check CHECK (amount_minor > 0)
);
CREATE INDEX write_off_reversal_write_off_idx ON write_off_reversal (tenant_id, write_off_id);

DO $$
DECLARE
    added text;
BEGIN
    FOREACH added IN ARRAY ARRAY['payment_reversal', 'refund', 'write_off_reversal'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', added);
        EXECUTE format(
            'CREATE POLICY of_tenant ON %I USING (tenant_id = (SELECT current_setting(''ledgerscope.tenant_id'', true)))', added);
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
             FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_append_only()', added);
    END LOOP;
END
$$;

-- A reversal may take back a part, so there may be several.
DROP INDEX allocation_reverses_key;
CREATE INDEX allocation_reverses_idx ON allocation (tenant_id, reverses_id) WHERE reverses_id is not null;

ALTER TABLE invoice_due ADD COLUMN changed_on DATE;
ALTER TABLE payment ADD COLUMN changed_on DATE;
ALTER TABLE credit_note ADD COLUMN changed_on DATE;
ALTER TABLE write_off ADD COLUMN changed_on DATE;
-- The default is for the rows that are there, without writing them; those that do not add up are corrected below.
ALTER TABLE invoice ADD COLUMN missing_minor BIGINT DEFAULT 0;
ALTER TABLE invoice ALTER COLUMN missing_minor DROP DEFAULT;
CREATE INDEX invoice_missing_idx ON invoice (tenant_id) WHERE missing_minor is distinct from 0;
-- Almost all payments are used up: what is left of the others is asked for on every run.
CREATE INDEX payment_used_up_on_idx ON payment (used_up_on);

ALTER TABLE job_run ADD CONSTRAINT job_run_names_check CHECK (btrim(queue) <> '' and btrim(job_name) <> '');
