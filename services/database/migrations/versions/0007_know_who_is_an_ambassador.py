"""know who is an ambassador, and how many are"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

# Stored on PostgreSQL, which has statistics then; SQLite adds none that is.
_IS_AMBASSADOR = "CAST(roles AS TEXT) LIKE '%\"ambassador\"%'"


def upgrade() -> None:
    stored = True if op.get_bind().dialect.name == 'postgresql' else None
    computed = sa.Computed(_IS_AMBASSADOR, persisted=stored)
    op.add_column('people', sa.Column('is_ambassador', sa.Boolean(), computed, nullable=False))


def downgrade() -> None:
    op.drop_column('people', 'is_ambassador')
