ALTER TABLE sync_schedule
    ADD COLUMN requested_trigger text,
    ADD COLUMN claimed_run_id uuid,
    ADD COLUMN claimed_by text,
    ADD COLUMN claimed_until timestamptz;
ALTER TABLE sync_schedule ADD CONSTRAINT sync_schedule_requested_trigger_check CHECK (requested_trigger in ('initial', 'scheduled', 'bulk', 'manual'));
ALTER TABLE sync_schedule ADD CONSTRAINT sync_schedule_claim_check CHECK ((claimed_run_id is null) = (claimed_by is null) and (claimed_run_id is null) = (claimed_until is null));
ALTER TABLE sync_schedule DROP CONSTRAINT sync_schedule_finite_check;
ALTER TABLE sync_schedule ADD CONSTRAINT sync_schedule_finite_check CHECK (isfinite(next_due_at) and isfinite(last_attempt_at) and isfinite(last_success_at) and isfinite(claimed_until));
CREATE INDEX sync_schedule_claimed_idx ON sync_schedule (tenant_id, claimed_until) WHERE claimed_run_id is not null;
COMMENT ON COLUMN sync_schedule.requested_trigger IS 'why it is due when somebody asked for it; null: by its frequency';
COMMENT ON COLUMN sync_schedule.claimed_run_id IS 'the run that is under way; null: none';
COMMENT ON COLUMN sync_schedule.claimed_by IS 'the process that runs it';
COMMENT ON COLUMN sync_schedule.claimed_until IS 'when the claim ends unless the process says that it is alive';

CREATE TABLE workflow (
    tenant_id text NOT NULL,
    customer_id uuid NOT NULL,
    workflow_id text NOT NULL,
    name text NOT NULL,
    state text NOT NULL,
    description text,
    version text,
    triggers text NOT NULL,
    run_interval text,
    outside_created_at text,
    outside_updated_at text,
    first_seen_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    gone_at timestamptz,
    CONSTRAINT workflow_pkey PRIMARY KEY (tenant_id, customer_id, workflow_id),
    CONSTRAINT workflow_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id)
        REFERENCES customer (tenant_id, customer_id),
    CONSTRAINT workflow_order_check CHECK (changed_at >= first_seen_at and gone_at >= first_seen_at),
    CONSTRAINT workflow_finite_check CHECK (isfinite(first_seen_at) and isfinite(changed_at) and isfinite(gone_at))
);
CREATE INDEX workflow_seen_idx ON workflow (tenant_id, customer_id, first_seen_at, workflow_id);
COMMENT ON TABLE workflow IS 'A workflow definition in the outside system of a customer, as the last successful synchronisation met it. One row per customer and workflow. Written by synchronisation.';
COMMENT ON COLUMN workflow.workflow_id IS 'the identifier that the outside system gave';
COMMENT ON COLUMN workflow.state IS 'the word of the outside system, as Active';
COMMENT ON COLUMN workflow.triggers IS 'what starts it, words with blanks between them';
COMMENT ON COLUMN workflow.run_interval IS 'when it runs, as the outside system writes it';
COMMENT ON COLUMN workflow.outside_created_at IS 'as the outside system writes it';
COMMENT ON COLUMN workflow.outside_updated_at IS 'as the outside system writes it';
COMMENT ON COLUMN workflow.first_seen_at IS 'when a synchronisation met it first';
COMMENT ON COLUMN workflow.changed_at IS 'when a synchronisation last met it changed';
COMMENT ON COLUMN workflow.gone_at IS 'when a synchronisation no longer met it; null: it is there';
ALTER TABLE workflow ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON workflow USING (tenant_id = (SELECT current_setting('ledgerscope.tenant_id', true)));
COMMENT ON COLUMN sync_schedule.next_due_at IS 'when it is synchronised next';
COMMENT ON COLUMN sync_schedule.last_attempt_at IS 'start of the last run';
