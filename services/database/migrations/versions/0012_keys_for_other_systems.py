"""keys for other systems"""

import sqlalchemy as sa
from alembic import op

import services.database.schema

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('api_keys',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('scopes', services.database.schema.Json(), nullable=False),
    sa.Column('made_at', services.database.schema.UtcTime(timezone=True), nullable=False),
    sa.Column('revoked_at', services.database.schema.UtcTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_keys')),
    sa.UniqueConstraint('sha256', name=op.f('uq_api_keys_sha256'))
    )


def downgrade() -> None:
    op.drop_table('api_keys')
