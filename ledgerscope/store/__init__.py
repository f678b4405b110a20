"""The store: tables, migrations, engine, roles and the read contract. The only home of table definitions."""
