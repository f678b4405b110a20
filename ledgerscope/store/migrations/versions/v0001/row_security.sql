-- Whoever is not the owner sees and writes only the rows of the tenant it names. Not FORCEd: the owner migrates, dumps and
-- repairs across tenants, and is no login of the application. The sub-select lets the setting be read once per query.
DO $$
DECLARE
    tenant_table regclass;
BEGIN
    FOR tenant_table IN
        SELECT attrelid FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE attname = 'tenant_id' AND relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY of_tenant ON %s USING (tenant_id = (SELECT current_setting(''ledgerscope.tenant_id'', true)))',
            tenant_table);
    END LOOP;
END
$$;
