CREATE TABLE aging_snapshot (
    tenant_id text NOT NULL,
    as_of date NOT NULL,
    trigger text NOT NULL,
    refreshed_at timestamptz NOT NULL,
    accounts integer NOT NULL,
    CONSTRAINT aging_snapshot_pkey PRIMARY KEY (tenant_id, as_of),
    CONSTRAINT aging_snapshot_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id),
    CONSTRAINT aging_snapshot_trigger_check CHECK (trigger in ('scheduled', 'on_demand')),
    CONSTRAINT aging_snapshot_accounts_check CHECK (accounts >= 0),
    CONSTRAINT aging_snapshot_finite_check CHECK (isfinite(as_of) and isfinite(refreshed_at))
);
COMMENT ON TABLE aging_snapshot IS 'That the aging of all customers was kept as it stood on a day. One row per company and day; a refresh of the same day replaces it. Written by the aging operation.';
COMMENT ON COLUMN aging_snapshot.as_of IS 'date in the tenant''s zone that the figures describe';
COMMENT ON COLUMN aging_snapshot.accounts IS 'rows of aging_snapshot_account';

CREATE TABLE aging_snapshot_account (
    tenant_id text NOT NULL,
    as_of date NOT NULL,
    customer_id uuid NOT NULL,
    currency char(3) NOT NULL,
    current_minor bigint NOT NULL,
    days_1_30_minor bigint NOT NULL,
    days_31_60_minor bigint NOT NULL,
    days_61_90_minor bigint NOT NULL,
    days_over_90_minor bigint NOT NULL,
    unallocated_minor bigint NOT NULL,
    CONSTRAINT aging_snapshot_account_pkey PRIMARY KEY (tenant_id, as_of, customer_id, currency),
    CONSTRAINT aging_snapshot_account_tenant_id_as_of_fkey FOREIGN KEY (tenant_id, as_of) REFERENCES aging_snapshot (tenant_id, as_of) ON DELETE CASCADE,
    CONSTRAINT aging_snapshot_account_finite_check CHECK (isfinite(as_of))
);
CREATE INDEX aging_snapshot_account_customer_idx ON aging_snapshot_account (tenant_id, customer_id, as_of);
COMMENT ON TABLE aging_snapshot_account IS 'What a customer owed in a currency on the day of a snapshot, by days past due. One row per snapshot, customer and currency in which anything was open or unallocated. Written with the snapshot.';
COMMENT ON COLUMN aging_snapshot_account.currency IS 'that of the documents';
COMMENT ON COLUMN aging_snapshot_account.unallocated_minor IS 'payments and credit notes not set against an invoice: negative';

ALTER TABLE aging_snapshot ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON aging_snapshot USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
ALTER TABLE aging_snapshot_account ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON aging_snapshot_account USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
