-- One rewrite of the table for all of its new columns.
ALTER TABLE customer
    ADD COLUMN customer_number text,
    ADD COLUMN phone text,
    ADD COLUMN address text;
UPDATE customer SET customer_number = numbered.customer_number
FROM (
    SELECT tenant_id, customer_id,
           'C-' || lpad(place::text, greatest(6, length(place::text)), '0') AS customer_number
    FROM (
        SELECT tenant_id, customer_id,
               row_number() OVER (PARTITION BY tenant_id ORDER BY created_at, customer_id) AS place
        FROM customer
    ) AS placed
) AS numbered
WHERE customer.tenant_id = numbered.tenant_id AND customer.customer_id = numbered.customer_id;
ALTER TABLE customer ADD COLUMN search_text text GENERATED ALWAYS AS (
    lower(name || ' ' || coalesce(email, '') || ' ' || external_id || ' ' || coalesce(customer_number, ''))
) STORED;
CREATE UNIQUE INDEX customer_number_key ON customer (tenant_id, customer_number);
CREATE INDEX customer_created_idx ON customer (tenant_id, created_at, customer_id);
COMMENT ON COLUMN customer.customer_number IS 'given by the create operation, in order: C-000001';
COMMENT ON COLUMN customer.search_text IS 'what a search looks in';

ALTER TABLE contact ADD COLUMN removed_at timestamptz;
ALTER TABLE contact DROP CONSTRAINT contact_finite_check;
ALTER TABLE contact ADD CONSTRAINT contact_finite_check CHECK (isfinite(created_at) and isfinite(removed_at));
ALTER TABLE contact ADD CONSTRAINT contact_removed_at_check CHECK (removed_at is null or removed_at >= created_at and not is_primary);
COMMENT ON COLUMN contact.removed_at IS 'no longer a contact from this instant on';
