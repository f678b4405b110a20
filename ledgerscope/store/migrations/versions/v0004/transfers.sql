ALTER TABLE import_batch
    ADD COLUMN rows_created integer NOT NULL DEFAULT 0,
    ADD COLUMN rows_updated integer NOT NULL DEFAULT 0,
    ADD COLUMN rows_unchanged integer NOT NULL DEFAULT 0,
    ADD COLUMN rows_skipped integer NOT NULL DEFAULT 0,
    ADD COLUMN problems integer NOT NULL DEFAULT 0,
    ADD COLUMN settings_hash bytea,
    ADD COLUMN rows_hash bytea,
    ADD COLUMN undone_at timestamptz;
ALTER TABLE import_batch DROP CONSTRAINT import_batch_format_check;
ALTER TABLE import_batch ADD CONSTRAINT import_batch_format_check CHECK (format in ('csv', 'json', 'xlsx'));
ALTER TABLE import_batch ADD CONSTRAINT import_batch_undone_check CHECK (undone_at is null or finished_at is not null);
ALTER TABLE import_batch DROP CONSTRAINT import_batch_finite_check;
ALTER TABLE import_batch ADD CONSTRAINT import_batch_finite_check CHECK (isfinite(started_at) and isfinite(finished_at) and isfinite(undone_at));
COMMENT ON COLUMN import_batch.rows_total IS 'rows done: where an interrupted import goes on';
COMMENT ON COLUMN import_batch.problems IS 'found, kept or not';
COMMENT ON COLUMN import_batch.settings_hash IS 'sha256 of how the file is read: a resumption must match';
COMMENT ON COLUMN import_batch.rows_hash IS 'sha256 over the rows done: a resumption must match';

ALTER TABLE import_row_error ADD COLUMN severity text NOT NULL DEFAULT 'error';
ALTER TABLE import_row_error ADD CONSTRAINT import_row_error_severity_check CHECK (severity in ('error', 'warning'));
COMMENT ON TABLE import_row_error IS 'What is wrong with a row of an import, the first ten thousand. One row per batch, row and field. Written by the import operation.';
COMMENT ON COLUMN import_row_error.row_no IS 'from 1; 0: the file';
COMMENT ON COLUMN import_row_error.problem IS 'without the value itself, which may be personal';
COMMENT ON COLUMN import_row_error.severity IS 'error: not taken in';

CREATE TABLE import_change (
    tenant_id text NOT NULL,
    import_batch_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    row_no integer NOT NULL,
    kind text NOT NULL,
    old_values jsonb,
    at timestamptz NOT NULL,
    CONSTRAINT import_change_pkey PRIMARY KEY (tenant_id, import_batch_id, customer_id),
    CONSTRAINT import_change_tenant_id_import_batch_id_fkey FOREIGN KEY (tenant_id, import_batch_id) REFERENCES import_batch (tenant_id, import_batch_id),
    CONSTRAINT import_change_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, customer_id),
    CONSTRAINT import_change_kind_check CHECK (kind in ('created', 'updated')),
    CONSTRAINT import_change_finite_check CHECK (isfinite(at))
);
CREATE INDEX import_change_customer_idx ON import_change (tenant_id, customer_id);
COMMENT ON TABLE import_change IS 'What an import did to a customer, to undo it. One row per batch and customer. Written by the import operation.';
COMMENT ON COLUMN import_change.old_values IS 'of the fields that changed; null on creation and after erasure';
COMMENT ON COLUMN import_change.at IS 'what the import left as the customer''s updated_at';

ALTER TABLE import_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON import_change USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
