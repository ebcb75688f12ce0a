"""How Alembic runs our migrations: on the connection that `entourage.migrations.upgrade` hands over."""

import importlib
import pkgutil

from alembic import context

import entourage
from entourage.kernel.tables import Base

for module in pkgutil.walk_packages(entourage.__path__, "entourage."):
    if module.name.endswith(".tables"):
        importlib.import_module(module.name)

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite changes a table by copying it.
    render_as_batch=connection.dialect.name == "sqlite",
    # SQLite does not tell the types of our ids.
    compare_type=connection.dialect.name != "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
