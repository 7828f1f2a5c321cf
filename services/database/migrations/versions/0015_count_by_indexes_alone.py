"""count by indexes alone"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

_ARE_DAYS = "length(span) = 10 AND dimension <> 'post'"
_ARE_PEOPLE = "length(span) = 10 AND click_class = 'human' AND dimension"


def upgrade() -> None:
    op.drop_index('ix_posts_campaign', 'posts')
    op.create_index('ix_posts_campaign', 'posts', ['campaign_id', 'state', 'ambassador_id'], unique=False)
    op.drop_index('ix_click_cells_days', 'click_cells')
    _partial('ix_click_cells_days', 'click_cells', ['dimension', 'span', 'value'], f"{_ARE_PEOPLE} <> 'post'")
    _partial('ix_click_cells_campaigns', 'click_cells', ['value', 'span'], f"{_ARE_PEOPLE} = 'campaign'")
    _partial('ix_reach_known', 'reach', ['post_id', 'metric'], 'counts AND value IS NOT NULL')


def downgrade() -> None:
    op.drop_index('ix_reach_known', 'reach')
    op.drop_index('ix_click_cells_campaigns', 'click_cells')
    op.drop_index('ix_click_cells_days', 'click_cells')
    _partial('ix_click_cells_days', 'click_cells', ['dimension', 'span', 'value'], _ARE_DAYS)
    op.drop_index('ix_posts_campaign', 'posts')
    op.create_index('ix_posts_campaign', 'posts', ['campaign_id'], unique=False)


def _partial(name: str, table: str, columns: list[str], which: str) -> None:
    op.create_index(name, table, columns, unique=False, sqlite_where=sa.text(which), postgresql_where=sa.text(which))
