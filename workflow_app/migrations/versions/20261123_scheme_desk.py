"""scheme_desk"""

from decimal import Decimal

import sqlalchemy as sa
from alembic import op

revision = '8c1f0a7d52e4'
down_revision = '3068fd4a48d2'
branch_labels = None
depends_on = None


PARTS = ('inspections', 'monthly', 'year_end')


def _keep_parts() -> None:
    """What stood in three columns stands in one, by the codes of the scheme; hundredths become text."""
    columns = [sa.Column(part, sa.BigInteger()) for part in PARTS]
    review = sa.Table('review', sa.MetaData(), sa.Column('id', sa.Integer()), sa.Column('parts', sa.JSON()), *columns)
    connection = op.get_bind()
    for row in connection.execute(sa.select(review)).mappings().all():
        parts = {part: str(Decimal(row[part]).scaleb(-2)) for part in PARTS if row[part] is not None}
        if parts:
            connection.execute(review.update().where(review.c.id == row['id']).values(parts=parts))


def _post_everybody() -> None:
    """Everybody's way begins with where they are now, since they joined: earlier moves are not on record."""
    op.get_bind().execute(sa.text(
        'INSERT INTO posting (employee_id, since, department, post, population, superior_id, vp_id, recorded_at) '
        'SELECT id, joined, department, post, population, superior_id, vp_id, CURRENT_TIMESTAMP FROM employee'
    ))


FROZEN = ('code', 'version', 'text', 'digest', 'title_zh', 'title_en', 'published_at')
STAYS = 'a published version of a scheme never changes'


def _freeze_published() -> None:
    """Whatever writes to the database: a published version keeps its text, and stays."""
    if op.get_bind().dialect.name == 'sqlite':
        differs = ' OR '.join(f'OLD.{name} IS NOT NEW.{name}' for name in FROZEN)
        refuse = f"BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"
        op.execute(
            "CREATE TRIGGER scheme_version_frozen BEFORE UPDATE ON scheme_version "
            f"WHEN OLD.state <> 'draft' AND (NEW.state = 'draft' OR {differs}) {refuse}"
        )
        op.execute(f"CREATE TRIGGER scheme_version_kept BEFORE DELETE ON scheme_version WHEN OLD.state <> 'draft' {refuse}")
        return
    differs = ' OR '.join(f'OLD.{name} IS DISTINCT FROM NEW.{name}' for name in FROZEN)
    op.execute(
        "CREATE FUNCTION keep_published_scheme() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{STAYS}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER scheme_version_frozen BEFORE UPDATE ON scheme_version FOR EACH ROW "
        f"WHEN (OLD.state <> 'draft' AND (NEW.state = 'draft' OR {differs})) EXECUTE FUNCTION keep_published_scheme()"
    )
    op.execute(
        "CREATE TRIGGER scheme_version_kept BEFORE DELETE ON scheme_version FOR EACH ROW "
        "WHEN (OLD.state <> 'draft') EXECUTE FUNCTION keep_published_scheme()"
    )


def _thaw_published() -> None:
    on = '' if op.get_bind().dialect.name == 'sqlite' else ' ON scheme_version'
    op.execute(f'DROP TRIGGER scheme_version_frozen{on}')
    op.execute(f'DROP TRIGGER scheme_version_kept{on}')
    if on:
        op.execute('DROP FUNCTION keep_published_scheme')


def upgrade() -> None:
    op.create_table('posting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('department', sa.String(length=120), nullable=False),
    sa.Column('post', sa.String(length=120), nullable=False),
    sa.Column('population', sa.String(length=40), nullable=False),
    sa.Column('superior_id', sa.Integer(), nullable=True),
    sa.Column('vp_id', sa.Integer(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_posting_employee_id_employee')),
    sa.ForeignKeyConstraint(['superior_id'], ['employee.id'], name=op.f('fk_posting_superior_id_employee')),
    sa.ForeignKeyConstraint(['vp_id'], ['employee.id'], name=op.f('fk_posting_vp_id_employee')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posting')),
    sa.UniqueConstraint('employee_id', 'since', name=op.f('uq_posting_employee_id_since'))
    )
    op.create_table('clearance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('gate', sa.String(length=40), nullable=False),
    sa.Column('step', sa.String(length=12), nullable=False),
    sa.Column('post', sa.String(length=120), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('given_by_id', sa.Integer(), nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("step IN ('appointment', 'duty')", name=op.f('ck_clearance_step')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_clearance_employee_id_employee')),
    sa.ForeignKeyConstraint(['given_by_id'], ['account.id'], name=op.f('fk_clearance_given_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clearance'))
    )
    with op.batch_alter_table('clearance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clearance_employee_id'), ['employee_id'], unique=False)

    op.create_table('job_description',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post', sa.String(length=120), nullable=False),
    sa.Column('title_zh', sa.String(length=200), nullable=False),
    sa.Column('title_en', sa.String(length=200), nullable=False),
    sa.Column('sections', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['updated_by_id'], ['account.id'], name=op.f('fk_job_description_updated_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_description')),
    sa.UniqueConstraint('post', name=op.f('uq_job_description_post'))
    )
    op.create_table('leave',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('statutory', 'sick', 'other')", name=op.f('ck_leave_kind')),
    sa.CheckConstraint('last >= first', name=op.f('ck_leave_order')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_leave_employee_id_employee')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name=op.f('fk_leave_recorded_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leave'))
    )
    with op.batch_alter_table('leave', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_leave_employee_id'), ['employee_id'], unique=False)

    op.create_table('legal_hold',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('placed_by_id', sa.Integer(), nullable=True),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_legal_hold_employee_id_employee')),
    sa.ForeignKeyConstraint(['placed_by_id'], ['account.id'], name=op.f('fk_legal_hold_placed_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_legal_hold'))
    )
    with op.batch_alter_table('legal_hold', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_legal_hold_employee_id'), ['employee_id'], unique=False)

    op.create_table('recurring_cycle',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('scheme_code', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('first_period', sa.String(length=10), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('switched_by_id', sa.Integer(), nullable=True),
    sa.Column('switched_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['switched_by_id'], ['account.id'], name=op.f('fk_recurring_cycle_switched_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recurring_cycle')),
    sa.UniqueConstraint('scheme_code', 'kind', name=op.f('uq_recurring_cycle_scheme_code_kind'))
    )
    op.create_table('scheme_notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('scheme_version_id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_scheme_notice_employee_id_employee')),
    sa.ForeignKeyConstraint(['scheme_version_id'], ['scheme_version.id'], name=op.f('fk_scheme_notice_scheme_version_id_scheme_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scheme_notice')),
    sa.UniqueConstraint('scheme_version_id', 'employee_id', name=op.f('uq_scheme_notice_scheme_version_id_employee_id'))
    )
    with op.batch_alter_table('scheme_notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scheme_notice_employee_id'), ['employee_id'], unique=False)

    op.create_table('test_result',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('scheme_version_id', sa.Integer(), nullable=False),
    sa.Column('form', sa.String(length=60), nullable=False),
    sa.Column('taken_on', sa.Date(), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('score', sa.BigInteger(), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('corrects_id', sa.Integer(), nullable=True),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['corrects_id'], ['test_result.id'], name=op.f('fk_test_result_corrects_id_test_result')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_test_result_employee_id_employee')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name=op.f('fk_test_result_recorded_by_id_account')),
    sa.ForeignKeyConstraint(['scheme_version_id'], ['scheme_version.id'], name=op.f('fk_test_result_scheme_version_id_scheme_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_test_result')),
    sa.UniqueConstraint('corrects_id', name=op.f('uq_test_result_corrects_id'))
    )
    with op.batch_alter_table('test_result', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_test_result_employee_id'), ['employee_id'], unique=False)

    op.create_table('population_merge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('population', sa.String(length=40), nullable=False),
    sa.Column('into', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('merged_by_id', sa.Integer(), nullable=True),
    sa.Column('merged_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_population_merge_cycle_id_cycle')),
    sa.ForeignKeyConstraint(['merged_by_id'], ['account.id'], name=op.f('fk_population_merge_merged_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_population_merge')),
    sa.UniqueConstraint('cycle_id', 'population', name=op.f('uq_population_merge_cycle_id_population'))
    )
    op.create_table('appeal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('grounds', sa.Text(), nullable=False),
    sa.Column('wish', sa.String(length=1000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handler_id', sa.Integer(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('band_before', sa.String(length=8), nullable=True),
    sa.Column('band_after', sa.String(length=8), nullable=True),
    sa.CheckConstraint("state IN ('draft', 'filed', 'answering', 'upheld', 'dismissed', 'withdrawn')", name=op.f('ck_appeal_state')),
    sa.CheckConstraint("state NOT IN ('upheld', 'dismissed') OR answer IS NOT NULL", name=op.f('ck_appeal_decision_has_answer')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['account.id'], name=op.f('fk_appeal_answered_by_id_account')),
    sa.ForeignKeyConstraint(['handler_id'], ['account.id'], name=op.f('fk_appeal_handler_id_account')),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_appeal_review_id_review')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeal'))
    )
    with op.batch_alter_table('appeal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appeal_due_at'), ['due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_appeal_review_id'), ['review_id'], unique=False)

    op.create_table('ledger_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('review_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('form', sa.String(length=60), nullable=False),
    sa.Column('item', sa.String(length=60), nullable=False),
    sa.Column('clause', sa.String(length=60), nullable=False),
    sa.Column('rule', sa.String(length=60), nullable=False),
    sa.Column('rung', sa.String(length=60), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('points', sa.BigInteger(), nullable=True),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('standing_until', sa.Date(), nullable=True),
    sa.Column('note', sa.String(length=1000), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('corrects_id', sa.Integer(), nullable=True),
    sa.Column('follows_id', sa.Integer(), nullable=True),
    sa.Column('reply', sa.String(length=1000), nullable=True),
    sa.Column('replied_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(kind = 'counter') = (corrects_id IS NOT NULL)", name=op.f('ck_ledger_entry_counter_corrects')),
    sa.CheckConstraint("kind IN ('deduction', 'bonus', 'offence', 'reward', 'sanction', 'counter')", name=op.f('ck_ledger_entry_kind')),
    sa.CheckConstraint('points IS NULL OR points >= 0', name=op.f('ck_ledger_entry_points')),
    sa.CheckConstraint('reply IS NULL OR replied_at IS NOT NULL', name=op.f('ck_ledger_entry_reply_has_time')),
    sa.ForeignKeyConstraint(['author_id'], ['employee.id'], name=op.f('fk_ledger_entry_author_id_employee')),
    sa.ForeignKeyConstraint(['corrects_id'], ['ledger_entry.id'], name=op.f('fk_ledger_entry_corrects_id_ledger_entry')),
    sa.ForeignKeyConstraint(['follows_id'], ['ledger_entry.id'], name=op.f('fk_ledger_entry_follows_id_ledger_entry')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_ledger_entry_employee_id_employee')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['account.id'], name=op.f('fk_ledger_entry_recorded_by_id_account')),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_ledger_entry_review_id_review')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_entry')),
    sa.UniqueConstraint('corrects_id', name=op.f('uq_ledger_entry_corrects_id'))
    )
    with op.batch_alter_table('ledger_entry', schema=None) as batch_op:
        batch_op.create_index('ix_ledger_entry_employee_happened', ['employee_id', 'happened_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_follows_id'), ['follows_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_review_id'), ['review_id'], unique=False)

    op.create_table('evidence_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ledger_entry_id', sa.Integer(), nullable=True),
    sa.Column('appeal_id', sa.Integer(), nullable=True),
    sa.Column('action_id', sa.Integer(), nullable=True),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=True),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ledger_entry_id IS NOT NULL OR appeal_id IS NOT NULL OR action_id IS NOT NULL', name=op.f('ck_evidence_file_subject')),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_evidence_file_action_id_action')),
    sa.ForeignKeyConstraint(['appeal_id'], ['appeal.id'], name=op.f('fk_evidence_file_appeal_id_appeal')),
    sa.ForeignKeyConstraint(['ledger_entry_id'], ['ledger_entry.id'], name=op.f('fk_evidence_file_ledger_entry_id_ledger_entry')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['account.id'], name=op.f('fk_evidence_file_uploaded_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_file'))
    )
    with op.batch_alter_table('evidence_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_file_action_id'), ['action_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_evidence_file_appeal_id'), ['appeal_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_evidence_file_ledger_entry_id'), ['ledger_entry_id'], unique=False)

    with op.batch_alter_table('action', schema=None) as batch_op:
        batch_op.add_column(sa.Column('evidence', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('plan', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('consented_on', sa.Date(), nullable=True))

    with op.batch_alter_table('cycle', schema=None) as batch_op:
        batch_op.add_column(sa.Column('recurring_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('role_holders', sa.JSON(), server_default='{}', nullable=False))
        batch_op.create_unique_constraint(batch_op.f('uq_cycle_recurring_id_period'), ['recurring_id', 'period'])
        batch_op.create_foreign_key(batch_op.f('fk_cycle_recurring_id_recurring_cycle'), 'recurring_cycle', ['recurring_id'], ['id'])

    with op.batch_alter_table('record', schema=None) as batch_op:
        batch_op.add_column(sa.Column('exact', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('review_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('displaced', sa.JSON(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_record_review_id'), ['review_id'])
        batch_op.create_foreign_key(batch_op.f('fk_record_review_id_review'), 'review', ['review_id'], ['id'])

    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.add_column(sa.Column('parts', sa.JSON(), server_default='{}', nullable=False))
        batch_op.add_column(sa.Column('form_population', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('excluded_code', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('ranked_in', sa.String(length=40), nullable=True))
    _keep_parts()
    op.execute('UPDATE review SET ranked_in = population WHERE rank IS NOT NULL')
    _post_everybody()
    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.drop_column('inspections')
        batch_op.drop_column('monthly')
        batch_op.drop_column('year_end')

    with op.batch_alter_table('scheme_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('note', sa.String(length=1000), server_default='', nullable=False))
        batch_op.add_column(sa.Column('revision', sa.Integer(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('based_on_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('created_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column('version',
               existing_type=sa.INTEGER(),
               nullable=True)
        batch_op.create_check_constraint(batch_op.f('ck_scheme_version_state'), "state IN ('draft', 'published', 'retired')")
        batch_op.create_check_constraint(batch_op.f('ck_scheme_version_published_has_number'), "state = 'draft' OR version IS NOT NULL")
        batch_op.create_foreign_key(batch_op.f('fk_scheme_version_based_on_id_scheme_version'), 'scheme_version', ['based_on_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_scheme_version_created_by_id_account'), 'account', ['created_by_id'], ['id'])

    _freeze_published()


def downgrade() -> None:
    _thaw_published()
    with op.batch_alter_table('scheme_version', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_scheme_version_state'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_scheme_version_published_has_number'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_scheme_version_created_by_id_account'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_scheme_version_based_on_id_scheme_version'), type_='foreignkey')
        batch_op.alter_column('version',
               existing_type=sa.INTEGER(),
               nullable=False)
        batch_op.drop_column('retired_at')
        batch_op.drop_column('updated_at')
        batch_op.drop_column('created_by_id')
        batch_op.drop_column('based_on_id')
        batch_op.drop_column('revision')
        batch_op.drop_column('note')

    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.add_column(sa.Column('year_end', sa.BIGINT(), nullable=True))
        batch_op.add_column(sa.Column('monthly', sa.BIGINT(), nullable=True))
        batch_op.add_column(sa.Column('inspections', sa.BIGINT(), nullable=True))
        batch_op.drop_column('parts')
        batch_op.drop_column('ranked_in')
        batch_op.drop_column('form_population')
        batch_op.drop_column('excluded_code')

    with op.batch_alter_table('record', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_record_review_id_review'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_record_review_id'), type_='unique')
        batch_op.drop_column('displaced')
        batch_op.drop_column('review_id')
        batch_op.drop_column('exact')

    with op.batch_alter_table('cycle', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_cycle_recurring_id_recurring_cycle'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_cycle_recurring_id_period'), type_='unique')
        batch_op.drop_column('recurring_id')
        batch_op.drop_column('role_holders')

    with op.batch_alter_table('action', schema=None) as batch_op:
        batch_op.drop_column('consented_on')
        batch_op.drop_column('plan')
        batch_op.drop_column('evidence')

    with op.batch_alter_table('evidence_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evidence_file_ledger_entry_id'))
        batch_op.drop_index(batch_op.f('ix_evidence_file_appeal_id'))
        batch_op.drop_index(batch_op.f('ix_evidence_file_action_id'))

    op.drop_table('evidence_file')
    with op.batch_alter_table('ledger_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ledger_entry_review_id'))
        batch_op.drop_index('ix_ledger_entry_employee_happened')

    op.drop_table('ledger_entry')
    with op.batch_alter_table('appeal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_appeal_review_id'))
        batch_op.drop_index(batch_op.f('ix_appeal_due_at'))

    op.drop_table('appeal')
    op.drop_table('population_merge')
    with op.batch_alter_table('test_result', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_test_result_employee_id'))

    op.drop_table('test_result')
    with op.batch_alter_table('scheme_notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scheme_notice_employee_id'))

    op.drop_table('scheme_notice')
    op.drop_table('recurring_cycle')
    with op.batch_alter_table('legal_hold', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_legal_hold_employee_id'))

    op.drop_table('legal_hold')
    with op.batch_alter_table('leave', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_leave_employee_id'))

    op.drop_table('leave')
    op.drop_table('job_description')
    with op.batch_alter_table('clearance', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_clearance_employee_id'))

    op.drop_table('clearance')
    op.drop_table('posting')
