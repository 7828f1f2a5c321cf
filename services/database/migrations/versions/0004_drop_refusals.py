"""drop refusals: who has no text has a question"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table('refusals')


def downgrade() -> None:
    op.create_table('refusals',
    sa.Column('campaign_id', sa.Text(), nullable=False),
    sa.Column('ambassador_id', sa.Text(), nullable=False),
    sa.Column('network', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['ambassador_id'], ['ambassadors.id'], name=op.f('fk_refusals_ambassador_id'), onupdate='CASCADE', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_refusals_campaign_id'), onupdate='CASCADE', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('campaign_id', 'ambassador_id', 'network', name=op.f('pk_refusals'))
    )
