"""Every kind of question in forms that staff fill in: the built-in scheme with them added."""

from states.scheme import builtin_scheme_text

QUESTIONS = """    questions:
      - {kind: yes_no, code: trained, title: {zh: 培训过, en: Trained}, required: true}
      - kind: number
        code: days
        title: {zh: 天数, en: Days}
        unit: {zh: 天, en: days}
        highest: 40
        required: true
        when: {question: trained, is: [yes]}
      - {kind: rating, code: mood, title: {zh: 心情, en: Mood}, scale: satisfaction, scored: false}
      - kind: matrix
        code: lessons
        title: {zh: 课程, en: Lessons}
        scale: satisfaction
        scored: false
        rows:
          - {code: useful, title: {zh: 有用, en: Useful}, help: {zh: 对日常工作, en: For the daily work}}
          - {code: clear, title: {zh: 讲得清楚, en: Clearly taught}, not_applicable: true}
          - {code: again, title: {zh: 愿意再来, en: Would come again}, when: {question: trained, is: [yes]}}
      - {kind: recommendation, code: nps, title: {zh: 愿意推荐, en: Would recommend}}
      - kind: single_choice
        code: room
        title: {zh: 地点, en: Room}
        options: [{code: here, title: {zh: 总部, en: Head office}}, {code: there, title: {zh: 分公司, en: Branch}}]
      - kind: multiple_choice
        code: topics
        title: {zh: 内容, en: Topics}
        options: [{code: phone, title: {zh: 电话接待, en: Telephone}}, {code: mail, title: {zh: 邮件回复, en: Mail}}]
      - {kind: date, code: latest, title: {zh: 最近一次, en: Last time}}
      - {kind: short_text, code: place, title: {zh: 老师, en: Teacher}}
      - {kind: long_text, code: story, title: {zh: 经过, en: Story}}
"""
FILES = "      - {kind: file, code: papers, title: {zh: 证明, en: Papers}, most: 2}\n"
CUSTOMERS = "customer_questionnaire"


def with_questions(*forms: str) -> str:
    """The text of the built-in scheme, with these questions in these forms; customers hand in no files."""
    text = builtin_scheme_text()
    for form in forms:
        head = f"\n  {form}:\n    kind: "
        assert text.count(head) == 1, form
        at = text.index("\n", text.index(head) + len(head)) + 1
        text = text[:at] + QUESTIONS + (FILES if form != CUSTOMERS else "") + text[at:]
    return text
