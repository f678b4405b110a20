ALTER TABLE statement
    ADD COLUMN currency char(3),
    ADD COLUMN as_of date;
ALTER TABLE statement ADD CONSTRAINT statement_currency_fkey FOREIGN KEY (currency) REFERENCES currency (code);
ALTER TABLE statement DROP CONSTRAINT statement_finite_check;
ALTER TABLE statement ADD CONSTRAINT statement_finite_check CHECK (isfinite(period_start) and isfinite(period_end) and isfinite(at) and isfinite(delivered_at) and isfinite(as_of));
ALTER TABLE statement DROP CONSTRAINT statement_delivery_method_check;
ALTER TABLE statement ADD CONSTRAINT statement_delivery_method_check CHECK (delivery_method in ('email', 'download', 'post', 'api', 'file'));
COMMENT ON COLUMN statement.as_of IS 'day of its aging; null where it is not known';
