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
