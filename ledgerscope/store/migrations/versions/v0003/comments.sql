-- What changed columns mean, as of revision 0003.
COMMENT ON COLUMN invoice_due.customer_id IS 'that of its invoice; kept by trigger';
COMMENT ON COLUMN invoice_due.currency IS 'that of its invoice; kept by trigger';
COMMENT ON COLUMN invoice_due.owed_from IS 'issued_on of its invoice; null while that is a draft; kept by trigger';
COMMENT ON COLUMN invoice_due.owed_until IS 'voided_on of its invoice; kept by trigger';
