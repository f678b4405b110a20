CREATE TABLE operation_request (
    tenant_id text NOT NULL,
    idempotency_key text NOT NULL,
    action text NOT NULL,
    content_hash bytea NOT NULL,
    result jsonb NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT operation_request_pkey PRIMARY KEY (tenant_id, idempotency_key),
    CONSTRAINT operation_request_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id),
    CONSTRAINT operation_request_idempotency_key_check CHECK (length(idempotency_key) between 1 and 200),
    CONSTRAINT operation_request_finite_check CHECK (isfinite(at))
);
CREATE INDEX operation_request_at_idx ON operation_request (tenant_id, at);
COMMENT ON TABLE operation_request IS 'A request that carried an idempotency key. One row per key; the same key again returns the result and changes nothing. Written with what the request changed.';
COMMENT ON COLUMN operation_request.content_hash IS 'sha256 of the action and its content';
COMMENT ON COLUMN operation_request.result IS 'what the first call returned: identifiers, no names';

CREATE TABLE number_series (
    tenant_id text NOT NULL,
    series text NOT NULL,
    last bigint NOT NULL,
    CONSTRAINT number_series_pkey PRIMARY KEY (tenant_id, series),
    CONSTRAINT number_series_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id),
    CONSTRAINT number_series_last_check CHECK (last >= 0)
);
COMMENT ON TABLE number_series IS 'Numbers given without gaps. One row per company and series, locked by whoever takes the next.';
COMMENT ON COLUMN number_series.series IS 'customer, invoice ...';
COMMENT ON COLUMN number_series.last IS 'the number given last';

ALTER TABLE operation_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON operation_request USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
ALTER TABLE number_series ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON number_series USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));

CREATE TABLE customer_grant (
    tenant_id text NOT NULL,
    grant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    actor text NOT NULL,
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT customer_grant_pkey PRIMARY KEY (tenant_id, grant_id),
    CONSTRAINT customer_grant_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id)
        REFERENCES customer (tenant_id, customer_id),
    CONSTRAINT customer_grant_revoked_at_check CHECK (revoked_at >= granted_at),
    CONSTRAINT customer_grant_finite_check CHECK (isfinite(granted_at) and isfinite(revoked_at))
);
CREATE UNIQUE INDEX customer_grant_key ON customer_grant (tenant_id, customer_id, actor) WHERE revoked_at is null;
COMMENT ON TABLE customer_grant IS 'Lets an actor without the permission to see every customer see one. One row per grant; at most one holds for an actor and a customer. Written by the operations.';
COMMENT ON COLUMN customer_grant.actor IS 'who may see the customer';
COMMENT ON COLUMN customer_grant.revoked_at IS 'null: it holds';
ALTER TABLE customer_grant ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON customer_grant USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
