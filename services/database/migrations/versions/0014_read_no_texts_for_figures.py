"""read no texts for figures"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_COLUMNS = ['published_at', 'campaign_id', 'ambassador_id', 'network', 'language', 'team', 'own_words', 'charged', 'id']


def upgrade() -> None:
    op.drop_index('ix_posts_published', 'posts')
    op.create_index('ix_posts_published', 'posts', _COLUMNS, unique=False,
        sqlite_where=sa.text("state = 'published'"), postgresql_where=sa.text("state = 'published'"))


def downgrade() -> None:
    op.drop_index('ix_posts_published', 'posts')
    op.create_index('ix_posts_published', 'posts', ['published_at'], unique=False)
