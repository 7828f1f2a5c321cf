"""remember how many ambassadors there are"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('headcounts',
    sa.Column('day', sa.Text(), nullable=False),
    sa.Column('team', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('ambassadors', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'team', 'language', name=op.f('pk_headcounts'))
    )


def downgrade() -> None:
    op.drop_table('headcounts')
