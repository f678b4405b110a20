CREATE TABLE audit_seal (
    tenant_id text NOT NULL,
    seq bigint NOT NULL,
    key_id text NOT NULL,
    mac bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT audit_seal_pkey PRIMARY KEY (tenant_id, seq),
    CONSTRAINT audit_seal_mac_check CHECK (length(mac) = 32),
    CONSTRAINT audit_seal_finite_check CHECK (isfinite(sealed_at))
);
COMMENT ON TABLE audit_seal IS 'Vouches for the audit log up to a row, with a key that the database does not have. Append-only, and without a key to the log, so that a missing row shows. One row per operation. Written with it.';
COMMENT ON COLUMN audit_seal.seq IS 'the last row it vouches for';
COMMENT ON COLUMN audit_seal.key_id IS 'which key; the key itself is not in the database';
COMMENT ON COLUMN audit_seal.mac IS 'HMAC-SHA256 over company, seq and hash of the row';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_append_only();

CREATE TABLE audit_verification (
    tenant_id text NOT NULL,
    verified_at timestamptz NOT NULL,
    rows bigint NOT NULL,
    sealed_to bigint NOT NULL,
    faults integer NOT NULL,
    CONSTRAINT audit_verification_pkey PRIMARY KEY (tenant_id, verified_at),
    CONSTRAINT audit_verification_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id),
    CONSTRAINT audit_verification_finite_check CHECK (isfinite(verified_at))
);
COMMENT ON TABLE audit_verification IS 'A proof of the audit log and what it found. One row per proof. Written by it.';
COMMENT ON COLUMN audit_verification.rows IS 'entries of the log';
COMMENT ON COLUMN audit_verification.sealed_to IS '0: nothing is sealed';
COMMENT ON COLUMN audit_verification.faults IS '0: the log is what was written';

ALTER TABLE audit_seal ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON audit_seal USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
ALTER TABLE audit_verification ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON audit_verification USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
