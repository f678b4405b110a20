ALTER TABLE credential ADD COLUMN base_url text;
ALTER TABLE credential ADD COLUMN client_id text;
ALTER TABLE credential ADD CONSTRAINT credential_ciphertext_check CHECK (octet_length(ciphertext) > 0 or not upper_inf(valid));
COMMENT ON COLUMN credential.version IS 'counts from 1 for each customer';
COMMENT ON COLUMN credential.base_url IS 'where the secret is good; also part of the ciphertext';
COMMENT ON COLUMN credential.client_id IS 'the client id in part, as it is shown; whole in the ciphertext only';

CREATE TABLE credential_access (
    tenant_id text NOT NULL,
    access_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    version integer NOT NULL,
    action text NOT NULL,
    actor text NOT NULL,
    address text,
    user_agent text,
    at timestamptz NOT NULL,
    CONSTRAINT credential_access_pkey PRIMARY KEY (tenant_id, access_id),
    CONSTRAINT credential_access_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, customer_id),
    CONSTRAINT credential_access_action_check CHECK (action in ('sync', 'validate', 'support')),
    CONSTRAINT credential_access_version_check CHECK (version > 0),
    CONSTRAINT credential_access_finite_check CHECK (isfinite(at))
);
CREATE INDEX credential_access_at_idx ON credential_access (tenant_id, at, access_id);
CREATE INDEX credential_access_customer_idx ON credential_access (tenant_id, customer_id, at, access_id);
COMMENT ON TABLE credential_access IS 'That a secret was taken out. One row per time. Append-only. Written with the operation.';
COMMENT ON COLUMN credential_access.version IS 'that of the credential';
COMMENT ON COLUMN credential_access.action IS 'what for';
COMMENT ON COLUMN credential_access.actor IS 'an identifier, never a name';
COMMENT ON COLUMN credential_access.address IS 'network address of whoever asked';
COMMENT ON COLUMN credential_access.user_agent IS 'the program that asked, as it says of itself';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credential_access
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_append_only();
ALTER TABLE credential_access ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON credential_access USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
