"""The built-in scheme with another customers' questionnaire: one question a page, every kind of question."""

from states.scheme import builtin_scheme_text

HEAD = "    method: {name: mean_x20}\n    not_applicable: true\n    recommendation:\n"
EVERY_KIND = """    questions:
      - {kind: yes_no, code: complained, title: {zh: 您投诉过吗？, en: Did you complain?}}
      - kind: single_choice
        code: outcome
        title: {zh: 投诉的结果, en: How the complaint ended}
        required: true
        when: {question: complained, is: ["yes"]}
        options:
          - {code: solved, title: {zh: 已解决, en: Solved}}
          - {code: pending, title: {zh: 处理中, en: Pending}}
      - kind: multiple_choice
        code: channels
        title: {zh: 您通过哪些渠道联系我们？, en: How do you reach us?}
        help: {zh: 可多选, en: Choose all that apply}
        options:
          - {code: phone, title: {zh: 电话, en: Phone}}
          - {code: chat, title: {zh: 微信, en: Chat}}
          - {code: mail, title: {zh: 邮件, en: Mail}}
      - kind: matrix
        code: places
        title: {zh: 各项服务, en: Services}
        rows:
          - {code: hotline, title: {zh: 热线, en: Hotline}}
          - {code: counter, title: {zh: 柜台, en: Counter}}
      - {kind: number, code: visits, title: {zh: 每年来访次数, en: Visits a year}, lowest: 0, highest: 99, places: 0}
      - {kind: date, code: last_visit, title: {zh: 最近一次来访, en: Last visit}}
      - {kind: short_text, code: city, title: {zh: 所在城市, en: City}}
"""
RETENTION = "retention: {survey_answers: 24}\n"


def scheme_with(
    *, layout: str = "one_page", questions: str = "", required: str = "", retention: str = "",
    changes: str = "until_closed",
) -> str:
    """The text of the built-in scheme with these questions; `required` names an item that must be answered."""
    text = builtin_scheme_text()
    text = _changed(text, HEAD, f"    layout: {layout}\n    changes: {changes}\n{HEAD}")
    if questions:
        text = _changed(text, "  internal_questionnaire:\n", f"{questions}  internal_questionnaire:\n")
    if required:
        at = text.index(f"      - {{code: {required},", text.index("  customer_questionnaire:\n    kind:"))
        text = text[:at] + text[at:].replace("}}\n", "}, required: true}\n", 1)
    return text + retention


def _changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)
