CREATE TABLE customer_setting (
    tenant_id text NOT NULL,
    customer_id uuid NOT NULL,
    setting_key text NOT NULL,
    value jsonb,
    changed_at timestamptz NOT NULL,
    CONSTRAINT customer_setting_pkey PRIMARY KEY (tenant_id, customer_id, setting_key),
    CONSTRAINT customer_setting_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id)
        REFERENCES customer (tenant_id, customer_id),
    CONSTRAINT customer_setting_setting_key_check CHECK (length(setting_key) between 1 and 100),
    CONSTRAINT customer_setting_finite_check CHECK (isfinite(changed_at))
);
COMMENT ON TABLE customer_setting IS 'A setting of a customer that differs, or once differed, from its default. One row per customer and key. Written by the operations, which know the keys and their types.';
COMMENT ON COLUMN customer_setting.value IS 'null: the default holds';
ALTER TABLE customer_setting ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON customer_setting USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
