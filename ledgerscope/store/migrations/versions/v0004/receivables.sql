-- Lists of invoices go back in time, page by page.
CREATE INDEX invoice_finalised_idx ON invoice (tenant_id, finalised_at, invoice_id);
