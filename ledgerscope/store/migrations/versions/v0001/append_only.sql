-- Rows of these tables are never changed or removed: by nobody, whatever their rights. Statement-level, so that even a
-- statement that would touch no row is refused.
CREATE FUNCTION ledgerscope_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'LS001', HINT = 'Write a new row that corrects the old one.';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON allocation
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION ledgerscope_append_only();
