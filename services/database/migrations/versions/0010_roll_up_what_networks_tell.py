"""roll up what networks tell"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

_DAYS = {
    'sqlite': "substr({}, 1, 10)",
    'postgresql': "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
}

_CELLS = """
INSERT INTO reach_cells (dimension, value, day, metric, tag, amount)
WITH told AS (
    SELECT r.post_id, r.metric, r.tag, {day} AS day, r.value, row_number() OVER (
        PARTITION BY r.post_id, r.metric, {day} ORDER BY r.measured_at DESC
    ) AS place
    FROM reach r
    JOIN reach best ON best.post_id = r.post_id AND best.metric = r.metric AND best.tag = r.tag
    WHERE best.counts AND r.value IS NOT NULL
), added AS (
    SELECT post_id, metric, tag, day, value - lag(value, 1, 0) OVER (
        PARTITION BY post_id, metric ORDER BY day
    ) AS amount
    FROM told WHERE place = 1
), counted AS (
    SELECT a.day, a.metric, a.tag, a.amount, p.link_code, p.campaign_id, p.network, p.language,
        p.team, c.kind
    FROM added a JOIN posts p ON p.id = a.post_id JOIN campaigns c ON c.id = p.campaign_id
    WHERE a.amount <> 0
), dimensions (dimension) AS (
    VALUES ('all'), ('campaign'), ('network'), ('language'), ('team'), ('kind'), ('post')
)
SELECT dimension, CASE dimension WHEN 'campaign' THEN campaign_id WHEN 'network' THEN network
    WHEN 'language' THEN language WHEN 'team' THEN team WHEN 'kind' THEN kind
    WHEN 'post' THEN link_code ELSE '' END AS value,
    day, metric, tag, CAST(sum(amount) AS BIGINT) AS amount
FROM counted CROSS JOIN dimensions GROUP BY 1, 2, 3, 4, 5
"""

_GROUPS = """
WITH behind AS (
    SELECT campaign_id, '' AS metric, '' AS tag, ambassador_id,
        min(coalesce({published}, '')) AS day
    FROM posts WHERE state = 'published' GROUP BY campaign_id, ambassador_id
    UNION ALL
    SELECT p.campaign_id, r.metric, r.tag, p.ambassador_id, min({day})
    FROM posts p
    JOIN reach r ON r.post_id = p.id
    JOIN reach best ON best.post_id = r.post_id AND best.metric = r.metric AND best.tag = r.tag
    WHERE best.counts AND r.value IS NOT NULL
    GROUP BY p.campaign_id, r.metric, r.tag, p.ambassador_id
), placed AS (
    SELECT campaign_id, metric, tag, day, row_number() OVER (
        PARTITION BY campaign_id, metric, tag ORDER BY day
    ) AS place
    FROM behind
)
INSERT INTO figure_groups (campaign_id, metric, tag, people, since)
SELECT campaign_id, metric, tag, count(*), max(CASE WHEN place = 5 THEN day END)
FROM placed GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def upgrade() -> None:
    op.create_table('reach_cells',
    sa.Column('dimension', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('day', sa.Text(), nullable=False),
    sa.Column('metric', sa.Text(), nullable=False),
    sa.Column('tag', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('dimension', 'value', 'day', 'metric', 'tag', name=op.f('pk_reach_cells'))
    )
    with op.batch_alter_table('reach_cells', schema=None) as batch_op:
        batch_op.create_index('ix_reach_cells_days', ['dimension', 'day'], unique=False)

    op.create_table('figure_groups',
    sa.Column('campaign_id', sa.Text(), nullable=False),
    sa.Column('metric', sa.Text(), nullable=False),
    sa.Column('tag', sa.Text(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('since', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_figure_groups_campaign_id'), onupdate='CASCADE', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('campaign_id', 'metric', 'tag', name=op.f('pk_figure_groups'))
    )
    with op.batch_alter_table('applications', schema=None) as batch_op:
        batch_op.create_index('ix_applications_at', ['at'], unique=False)

    with op.batch_alter_table('click_cells', schema=None) as batch_op:
        batch_op.create_index('ix_click_cells_days', ['dimension', 'span', 'value'], unique=False, sqlite_where=sa.text("length(span) = 10 AND dimension <> 'post'"), postgresql_where=sa.text("length(span) = 10 AND dimension <> 'post'"))

    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.create_index('ix_posts_published', ['published_at'], unique=False)
    day = _DAYS[op.get_bind().dialect.name]
    for statement in (_CELLS, _GROUPS):
        op.execute(
            statement.format(
                day=day.format('r.measured_at'), published=day.format('published_at')
            )
        )


def downgrade() -> None:
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.drop_index('ix_posts_published')

    with op.batch_alter_table('click_cells', schema=None) as batch_op:
        batch_op.drop_index('ix_click_cells_days', sqlite_where=sa.text("length(span) = 10 AND dimension <> 'post'"), postgresql_where=sa.text("length(span) = 10 AND dimension <> 'post'"))

    with op.batch_alter_table('applications', schema=None) as batch_op:
        batch_op.drop_index('ix_applications_at')

    op.drop_table('figure_groups')
    with op.batch_alter_table('reach_cells', schema=None) as batch_op:
        batch_op.drop_index('ix_reach_cells_days')

    op.drop_table('reach_cells')
