-- Whoever adds to the audit log of a company holds the company's row, which another company's login does not see. The
-- advisory lock of before could be taken by anybody.
CREATE OR REPLACE FUNCTION ledgerscope_audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One writer per tenant at a time; the next statement then sees the row committed last.
    PERFORM FROM tenant WHERE tenant.tenant_id = NEW.tenant_id FOR NO KEY UPDATE;
    SELECT log.seq + 1, log.hash INTO NEW.seq, NEW.prev_hash
    FROM audit_log AS log WHERE log.tenant_id = NEW.tenant_id ORDER BY log.seq DESC LIMIT 1;
    NEW.seq := coalesce(NEW.seq, 1);
    NEW.prev_hash := coalesce(NEW.prev_hash, ''::bytea);
    NEW.hash := ledgerscope_audit_hash(
        NEW.prev_hash, NEW.tenant_id, NEW.seq, NEW.actor, NEW.action, NEW.subject, NEW.details, NEW.at);
    RETURN NEW;
END
$$;

-- What a request said cannot be tried out by whoever reads its hash: that takes the company's secret as well.
CREATE TABLE request_secret (
    tenant_id text NOT NULL,
    secret bytea NOT NULL,
    CONSTRAINT request_secret_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT request_secret_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE CASCADE,
    CONSTRAINT request_secret_secret_check CHECK (length(secret) = 32)
);
COMMENT ON TABLE request_secret IS 'Keys the hashes of requests. One row per company, written with it; read by the operations only.';
ALTER TABLE request_secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON request_secret USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
CREATE FUNCTION ledgerscope_request_secret() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO request_secret (tenant_id, secret)
    VALUES (NEW.tenant_id, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
    RETURN NULL;
END
$$;
CREATE TRIGGER give_secret AFTER INSERT ON tenant FOR EACH ROW EXECUTE FUNCTION ledgerscope_request_secret();
INSERT INTO request_secret (tenant_id, secret)
SELECT tenant_id, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) FROM tenant;
UPDATE operation_request AS request SET content_hash = sha256(own.secret || request.content_hash)
FROM request_secret AS own WHERE own.tenant_id = request.tenant_id;
COMMENT ON COLUMN operation_request.content_hash IS 'sha256 of the company''s secret and the sha256 of the action and its content';

-- Reasons and comments can be erased with the customer that they are about; the audit log keeps what commits to them.
CREATE TABLE audit_remark (
    tenant_id text NOT NULL,
    digest text NOT NULL,
    salt text,
    reason text,
    comment text,
    subject text,
    at timestamptz NOT NULL,
    erased_at timestamptz,
    CONSTRAINT audit_remark_pkey PRIMARY KEY (tenant_id, digest),
    CONSTRAINT audit_remark_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id),
    CONSTRAINT audit_remark_erased_check CHECK (case when erased_at is null then salt is not null else coalesce(salt, reason, comment) is null end),
    CONSTRAINT audit_remark_finite_check CHECK (isfinite(at) and isfinite(erased_at))
);
CREATE INDEX audit_remark_subject_idx ON audit_remark (tenant_id, subject);
COMMENT ON TABLE audit_remark IS 'Why something was done, as the audit log names it by a digest. One row per request and customer. Written with the entry; erased with the customer.';
COMMENT ON COLUMN audit_remark.digest IS 'sha256 of salt, reason and comment; the entries have it as remark';
COMMENT ON COLUMN audit_remark.subject IS 'the customer, or what else it is about; null: several';
ALTER TABLE audit_remark ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON audit_remark USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));

-- A search finds what is written with letters and marks apart (NFD) as well. Pages keep room, so that a change stays on
-- its page and touches no index.
ALTER TABLE customer DROP COLUMN search_text;
ALTER TABLE customer SET (fillfactor = 85);
ALTER TABLE customer ADD COLUMN search_text text GENERATED ALWAYS AS (
    lower(normalize(name || ' ' || coalesce(email, '') || ' ' || external_id || ' ' || coalesce(customer_number, '')))
) STORED;
COMMENT ON COLUMN customer.search_text IS 'what a search looks in';

COMMENT ON COLUMN import_batch.rows_rejected IS 'rows that failed';
COMMENT ON COLUMN import_batch.rows_created IS 'rows that became new customers';
COMMENT ON COLUMN import_batch.rows_updated IS 'rows that changed a customer';
COMMENT ON COLUMN import_batch.rows_unchanged IS 'rows that say what was there already';
COMMENT ON COLUMN import_batch.rows_skipped IS 'rows that were empty or not asked for';
COMMENT ON COLUMN export_run.size_bytes IS 'size of the file';
