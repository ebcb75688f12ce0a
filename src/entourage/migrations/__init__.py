"""The database's shape over time, the same for SQLite and PostgreSQL."""
