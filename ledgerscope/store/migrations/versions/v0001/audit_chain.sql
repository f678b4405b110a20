-- Each audit row carries the hash of the one before it in its tenant, so that a changed or missing row shows.

CREATE FUNCTION ledgerscope_audit_hash(
    prev_hash bytea, tenant_id text, seq bigint, actor text, action text, subject text, details jsonb, at timestamptz
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(prev_hash || convert_to(jsonb_build_array(
        tenant_id, seq, actor, action, subject, details, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
    )::text, 'UTF8'))
$$;

CREATE FUNCTION ledgerscope_audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One writer per tenant at a time; the next statement then sees the row committed last.
    PERFORM pg_advisory_xact_lock(hashtext('ledgerscope.audit_log'), hashtext(NEW.tenant_id));
    SELECT log.seq + 1, log.hash INTO NEW.seq, NEW.prev_hash
    FROM audit_log AS log WHERE log.tenant_id = NEW.tenant_id ORDER BY log.seq DESC LIMIT 1;
    NEW.seq := coalesce(NEW.seq, 1);
    NEW.prev_hash := coalesce(NEW.prev_hash, ''::bytea);
    NEW.hash := ledgerscope_audit_hash(
        NEW.prev_hash, NEW.tenant_id, NEW.seq, NEW.actor, NEW.action, NEW.subject, NEW.details, NEW.at);
    RETURN NEW;
END
$$;

CREATE TRIGGER audit_link BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION ledgerscope_audit_link();
