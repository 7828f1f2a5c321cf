"""roll clicks up by what they are of and when, and remember them by record"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

import services.database.schema

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

_MICROSECONDS = {
    'postgresql': "round(extract(epoch FROM clicked_at) * 1000000)::bigint",
    'sqlite': "CAST(strftime('%s', clicked_at) AS INTEGER) * 1000000"
    " + CAST(substr(clicked_at || '000000', 21, 6) AS INTEGER)",
}
# Of hours there is nothing before this.
_ROLL_UP = """
WITH counted AS (
    SELECT s.code, s.day, s.click_class, s.reason, coalesce(p.campaign_id, '') AS campaign,
        coalesce(p.network, '') AS network, coalesce(p.language, '') AS language,
        coalesce(p.team, '') AS team, coalesce(c.kind, '') AS kind, s.clicks
    FROM click_counts s
    LEFT JOIN posts p ON p.link_code = s.code
    LEFT JOIN campaigns c ON c.id = p.campaign_id
), cells AS (
    SELECT 'post' AS dimension, code AS value, day AS span, click_class, '' AS reason, clicks
    FROM counted
    UNION ALL SELECT 'campaign', campaign, day, click_class, reason, clicks FROM counted
    UNION ALL SELECT 'campaign', campaign, '', click_class, reason, clicks FROM counted
    UNION ALL SELECT 'network', network, day, click_class, reason, clicks FROM counted
    UNION ALL SELECT 'language', language, day, click_class, reason, clicks FROM counted
    UNION ALL SELECT 'team', team, day, click_class, reason, clicks FROM counted
    UNION ALL SELECT 'kind', kind, day, click_class, reason, clicks FROM counted
    UNION ALL SELECT 'all', '', day, click_class, reason, clicks FROM counted
    UNION ALL SELECT 'all', '', '', click_class, reason, clicks FROM counted
)
INSERT INTO click_cells (dimension, value, span, click_class, reason, clicks)
SELECT dimension, value, span, click_class, reason, sum(clicks) FROM cells GROUP BY 1, 2, 3, 4, 5
"""


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.add_column('posts', sa.Column('team', sa.Text(), server_default='', nullable=False))
    op.execute(
        "UPDATE posts SET team = coalesce("
        "(SELECT a.team FROM ambassadors a WHERE a.id = posts.ambassador_id), '')"
    )
    op.create_table('counted_records',
    sa.Column('partition', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('first', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('last', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('partition', 'first', name=op.f('pk_counted_records'))
    )
    forgotten = op.create_table('forgotten_clicks',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('before', services.database.schema.UtcTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forgotten_clicks'))
    )
    counted = "SELECT 1 FROM inbox WHERE processor = 'count-clicks' LIMIT 1"
    if op.get_bind().execute(sa.text(counted)).first():
        # What was counted until now is in the inbox, which is asked about what is this old.
        op.bulk_insert(forgotten, [{'id': 1, 'before': datetime.now(UTC)}])
    op.create_table('click_cells',
    sa.Column('dimension', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('span', sa.Text(), nullable=False),
    sa.Column('click_class', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('clicks', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('dimension', 'value', 'span', 'click_class', 'reason', name=op.f('pk_click_cells'))
    )
    op.create_index('ix_click_cells_hours', 'click_cells', ['span'], unique=False,
        sqlite_where=sa.text('length(span) > 10'), postgresql_where=sa.text('length(span) > 10'))
    op.execute(_ROLL_UP)
    op.drop_table('click_counts')
    op.drop_index('ix_clicks_code_visitor', 'clicks')
    op.add_column('clicks', sa.Column('at', sa.BigInteger(), nullable=True))
    op.execute(f"UPDATE clicks SET at = {_MICROSECONDS[dialect]}")
    with op.batch_alter_table('clicks', schema=None) as batch_op:
        batch_op.alter_column('at', existing_type=sa.BigInteger(), nullable=False)
        batch_op.drop_column('clicked_at')
    op.create_index('ix_clicks_at', 'clicks', ['at'], unique=False)
    op.create_index('ix_clicks_people', 'clicks', ['code', 'visitor', 'at'], unique=False,
        sqlite_where=sa.text("click_class = 'human'"), postgresql_where=sa.text("click_class = 'human'"))


def downgrade() -> None:
    op.create_table('click_counts',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('day', sa.Text(), nullable=False),
    sa.Column('click_class', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('clicks', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('code', 'day', 'click_class', 'reason', name=op.f('pk_click_counts'))
    )
    op.execute(
        "INSERT INTO click_counts (code, day, click_class, reason, clicks) "
        "SELECT value, span, click_class, reason, clicks FROM click_cells WHERE dimension = 'post'"
    )
    op.drop_table('click_cells')
    op.drop_table('clicks')
    op.create_table('clicks',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('visitor', sa.Text(), nullable=False),
    sa.Column('click_class', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('clicked_at', services.database.schema.UtcTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clicks'))
    )
    op.create_index('ix_clicks_code_visitor', 'clicks', ['code', 'visitor', 'clicked_at'], unique=False)
    op.drop_table('forgotten_clicks')
    op.drop_table('counted_records')
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.drop_column('team')
