-- A page of the events of a company, and those after one that was seen, without looking at other companies.
CREATE INDEX event_of_tenant_idx ON event (tenant_id, event_id);
