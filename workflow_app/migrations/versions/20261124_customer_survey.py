"""customer_survey"""

import re

import sqlalchemy as sa
from alembic import op

revision = '5b7e2c94a1d0'
down_revision = '8c1f0a7d52e4'
branch_labels = None
depends_on = None


LINK = re.compile(r'https?://[^\s<>"\']*/s/[a-z2-7]{32}[0-9]{1,10}', re.IGNORECASE)
ASKED = re.compile(r'(?:invitation|reminder)-([0-9]+)-')


def _name_domains() -> None:
    """Mails written before know where they went; the column's default was for them only.

    A customer's link in one that was not sent gives way to the words that stand for it; it is put in again on sending.
    """
    mail = sa.table(
        'mail_message', sa.column('id', sa.Integer), sa.column('to_address', sa.String), sa.column('domain', sa.String),
        sa.column('key', sa.String), sa.column('invitation_id', sa.Integer), sa.column('text', sa.Text),
        sa.column('html', sa.Text), sa.column('headers', sa.JSON),
    )
    connection = op.get_bind()
    known = set(connection.scalars(sa.select(sa.table('invitation', sa.column('id', sa.Integer)).c.id)))
    for row in connection.execute(sa.select(mail)).all():
        values = {'domain': row.to_address.rpartition('@')[2].strip('> ').lower()[:190]}
        asked = ASKED.match(row.key)
        if asked and int(asked[1]) in known:
            values |= {
                'invitation_id': int(asked[1]), 'text': LINK.sub('{survey-link}', row.text),
                'html': LINK.sub('{survey-link}', row.html),
                'headers': {name: LINK.sub('{survey-link}', value) for name, value in row.headers.items()},
            }
        connection.execute(mail.update().where(mail.c.id == row.id).values(**values))
    with op.batch_alter_table('mail_message', schema=None) as batch_op:
        batch_op.alter_column('domain', server_default=None, existing_type=sa.String(length=190), existing_nullable=False)


def upgrade() -> None:
    op.create_table('campaign',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cycle_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('rule', sa.JSON(), nullable=False),
    sa.Column('shared_links', sa.Boolean(), nullable=False),
    sa.Column('reminder_days', sa.JSON(), nullable=False),
    sa.Column('grace_hours', sa.Integer(), nullable=False),
    sa.Column('note_zh', sa.String(length=1000), nullable=False),
    sa.Column('note_en', sa.String(length=1000), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_campaign_cycle_id_cycle')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign')),
    sa.UniqueConstraint('cycle_id', name=op.f('uq_campaign_cycle_id'))
    )
    op.create_table('survey_publication',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('form', sa.String(length=60), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_survey_publication_review_id_review')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_publication')),
    sa.UniqueConstraint('review_id', 'number', name=op.f('uq_survey_publication_review_id_number'))
    )
    with op.batch_alter_table('survey_publication', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_publication_review_id'), ['review_id'], unique=False)

    op.create_table('answer_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=60), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=True),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_answer_file_assignment_id_assignment')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['account.id'], name=op.f('fk_answer_file_uploaded_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_file'))
    )
    with op.batch_alter_table('answer_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_file_assignment_id'), ['assignment_id'], unique=False)

    op.create_table('redaction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=60), nullable=False),
    sa.Column('shown', sa.Text(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('taken_back', sa.Boolean(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name=op.f('fk_redaction_made_by_id_account')),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_redaction_submission_id_submission')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redaction'))
    )
    with op.batch_alter_table('redaction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_redaction_submission_id'), ['submission_id'], unique=False)

    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('opted_out_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('bounced_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('leader_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('bounced_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('bounce_reason', sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column('draft', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('draft_saved_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_invitation_leader_id'), ['leader_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_invitation_leader_id_invitation'), 'invitation', ['leader_id'], ['id'])

    with op.batch_alter_table('mail_message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('invitation_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('domain', sa.String(length=190), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('attempted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('bounced_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('bounce_reason', sa.String(length=300), nullable=True))
        batch_op.drop_constraint(batch_op.f('ck_mail_message_state'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_mail_message_state'), "state IN ('queued', 'sent', 'kept', 'failed', 'withdrawn')")
        batch_op.create_index(batch_op.f('ix_mail_message_domain'), ['domain'], unique=False)
        batch_op.create_index(batch_op.f('ix_mail_message_invitation_id'), ['invitation_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_mail_message_invitation_id_invitation'), 'invitation', ['invitation_id'], ['id'])
    _name_domains()


def downgrade() -> None:
    op.execute("UPDATE mail_message SET state = 'failed' WHERE state = 'withdrawn'")
    with op.batch_alter_table('mail_message', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_mail_message_state'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_mail_message_state'), "state IN ('queued', 'sent', 'kept', 'failed')")
        batch_op.drop_constraint(batch_op.f('fk_mail_message_invitation_id_invitation'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_mail_message_invitation_id'))
        batch_op.drop_index(batch_op.f('ix_mail_message_domain'))
        batch_op.drop_column('bounce_reason')
        batch_op.drop_column('bounced_at')
        batch_op.drop_column('attempted_at')
        batch_op.drop_column('domain')
        batch_op.drop_column('invitation_id')

    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_invitation_leader_id_invitation'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_invitation_leader_id'))
        batch_op.drop_column('draft_saved_at')
        batch_op.drop_column('draft')
        batch_op.drop_column('bounce_reason')
        batch_op.drop_column('bounced_at')
        batch_op.drop_column('seen_at')
        batch_op.drop_column('delivered_at')
        batch_op.drop_column('leader_id')

    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.drop_column('bounced_at')
        batch_op.drop_column('opted_out_at')

    with op.batch_alter_table('redaction', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_redaction_submission_id'))

    op.drop_table('redaction')
    with op.batch_alter_table('answer_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answer_file_assignment_id'))

    op.drop_table('answer_file')
    with op.batch_alter_table('survey_publication', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_survey_publication_review_id'))

    op.drop_table('survey_publication')
    op.drop_table('campaign')
