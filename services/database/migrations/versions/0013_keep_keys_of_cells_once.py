"""keep the keys of cells once"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

_IS_DAY = "length(span) = 10 AND dimension <> 'post'"
_IS_HOUR = "length(span) > 10"


def upgrade() -> None:
    op.drop_index('ix_click_cells_hours', 'click_cells')
    _make_again(with_rowid=False)


def downgrade() -> None:
    _make_again(with_rowid=True)
    op.create_index('ix_click_cells_hours', 'click_cells', ['span'], unique=False,
        sqlite_where=sa.text(_IS_HOUR), postgresql_where=sa.text(_IS_HOUR))


def _make_again(*, with_rowid: bool) -> None:
    if op.get_bind().dialect.name != 'sqlite':
        return
    for table, when, a, b, amount in (
        ('click_cells', 'span', 'click_class', 'reason', 'clicks'),
        ('reach_cells', 'day', 'metric', 'tag', 'amount'),
    ):
        keys = ['dimension', 'value', when, a, b]
        op.drop_index(f'ix_{table}_days', table)
        op.rename_table(table, 'cells_before')
        op.create_table(table,
        *(sa.Column(name, sa.Text(), nullable=False) for name in keys),
        sa.Column(amount, sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f'pk_{table}')),
        sqlite_with_rowid=with_rowid
        )
        op.execute(f"INSERT INTO {table} SELECT * FROM cells_before ORDER BY {', '.join(keys)}")
        op.drop_table('cells_before')
    op.create_index('ix_click_cells_days', 'click_cells', ['dimension', 'span', 'value'], unique=False,
        sqlite_where=sa.text(_IS_DAY))
    op.create_index('ix_reach_cells_days', 'reach_cells', ['dimension', 'day'], unique=False)
