"""keep what is typed, and find links by when they are from"""

import sqlalchemy as sa
from alembic import op

import services.database.schema

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('typed_texts',
    sa.Column('post_id', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('window', sa.Text(), nullable=False),
    sa.Column('typed_at', services.database.schema.UtcTime(timezone=True), nullable=False),
    sa.Column('other', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_typed_texts_post_id'), onupdate='CASCADE', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('post_id', name=op.f('pk_typed_texts'))
    )
    op.create_index('ix_posts_created', 'posts', ['created_at'], unique=False)
    op.create_index('ix_campaigns_finished', 'campaigns', ['finished_at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_campaigns_finished', 'campaigns')
    op.drop_index('ix_posts_created', 'posts')
    op.drop_table('typed_texts')
