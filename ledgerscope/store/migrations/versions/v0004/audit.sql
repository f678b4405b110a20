CREATE TABLE audit_seal (
    tenant_id text NOT NULL,
    seq bigint NOT NULL,
    prev_seq bigint NOT NULL,
    key_id text NOT NULL,
    mac bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT audit_seal_pkey PRIMARY KEY (tenant_id, seq),
    CONSTRAINT audit_seal_prev_seq_check CHECK (prev_seq >= 0 and prev_seq < seq),
    CONSTRAINT audit_seal_mac_check CHECK (length(mac) = 32),
    CONSTRAINT audit_seal_finite_check CHECK (isfinite(sealed_at))
);
COMMENT ON TABLE audit_seal IS 'Vouches for rows of the audit log and for the seal before it, with a key that the database does not have. Append-only, and without a foreign key to the log, so that a missing row shows. One row per operation. Written with it.';
COMMENT ON COLUMN audit_seal.seq IS 'the last row it vouches for';
COMMENT ON COLUMN audit_seal.prev_seq IS 'the row before the first it vouches for';
COMMENT ON COLUMN audit_seal.key_id IS 'which key; the key itself is not in the database';
COMMENT ON COLUMN audit_seal.mac IS 'HMAC-SHA256 over company, rows, sealed_at, seal before and content of the rows';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_append_only();

CREATE FUNCTION ledgerscope_audit_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A seal on a row to come would stand in the way of the operation that writes it.
    IF NOT EXISTS (SELECT FROM audit_log AS log WHERE log.tenant_id = NEW.tenant_id AND log.seq = NEW.seq) THEN
        RAISE EXCEPTION 'audit_seal: there is no row % to seal', NEW.seq
            USING ERRCODE = 'check_violation', HINT = 'Seal rows that are written.';
    END IF;
    IF EXISTS (SELECT FROM audit_seal AS seal WHERE seal.tenant_id = NEW.tenant_id AND seal.seq >= NEW.seq) THEN
        RAISE EXCEPTION 'audit_seal: row % is before the last seal', NEW.seq
            USING ERRCODE = 'check_violation', HINT = 'Seal the end of the log.';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER of_row BEFORE INSERT ON audit_seal FOR EACH ROW EXECUTE FUNCTION ledgerscope_audit_seal();

CREATE TABLE audit_verification (
    tenant_id text NOT NULL,
    verified_at timestamptz NOT NULL,
    rows bigint NOT NULL,
    checked text NOT NULL,
    sealed_to bigint,
    faults integer NOT NULL,
    CONSTRAINT audit_verification_pkey PRIMARY KEY (tenant_id, verified_at),
    CONSTRAINT audit_verification_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id),
    CONSTRAINT audit_verification_checked_check
        CHECK (checked in ('chain', 'seals') and (checked = 'seals') = (sealed_to is not null)),
    CONSTRAINT audit_verification_finite_check CHECK (isfinite(verified_at))
);
COMMENT ON TABLE audit_verification IS 'A proof of the audit log and what it found. One row per proof. Written by it.';
COMMENT ON COLUMN audit_verification.rows IS 'entries of the log';
COMMENT ON COLUMN audit_verification.checked IS 'chain: without keys, which shows less; seals: every row against them';
COMMENT ON COLUMN audit_verification.sealed_to IS 'up to here every row has a valid seal; null: not checked';
COMMENT ON COLUMN audit_verification.faults IS '0: nothing was found';

ALTER TABLE audit_seal ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON audit_seal USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
ALTER TABLE audit_verification ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON audit_verification USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
