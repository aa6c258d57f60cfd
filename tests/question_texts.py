"""A small scheme with a form of every kind of question, and what may be changed in it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from states.scheme import load_scheme
from tests.states.mutations import SMALL

if TYPE_CHECKING:
    from states.scheme import Scheme

EVERY_KIND = """  every_kind:
    kind: questionnaire
    title: {zh: 各种问题, en: Every kind}
    scale: three
    items:
      - {code: overall, title: {zh: 总体, en: Overall}, help: {zh: 最近一年, en: The last year}}
      - {code: waited, title: {zh: 等待过久, en: Waited too long}, reversed: true, weight: 2, not_applicable: false}
    recommendation: {title: {zh: 推荐, en: Recommend}}
    comment: {zh: 评语, en: Comment}
    layout: one_by_one
    questions:
      - {kind: rating, code: again, title: {zh: 再次购买, en: Would buy again}, scored: false}
      - kind: matrix
        code: phone
        title: {zh: 通话, en: Telephone}
        required: true
        rows:
          - {code: polite, title: {zh: 礼貌, en: Polite}}
          - {code: clear, title: {zh: 清楚, en: Clear}, when: {question: overall, at_most: 1}}
      - {kind: recommendation, code: nps, title: {zh: 推荐产品, en: Product}, lowest: 1, highest: 5}
      - kind: single_choice
        code: channel
        title: {zh: 渠道, en: Channel}
        required: true
        not_applicable: true
        options: [{code: phone_call, title: {zh: 电话, en: Telephone}}, {code: visit, title: {zh: 上门, en: Visit}}]
      - kind: multiple_choice
        code: reasons
        title: {zh: 原因, en: Reasons}
        options: [{code: price, title: {zh: 价格, en: Price}}, {code: speed, title: {zh: 速度, en: Speed}}]
        not_applicable: true
        when: {question: channel, is: [visit, na]}
      - {kind: yes_no, code: complained, title: {zh: 投诉过, en: Complained}}
      - kind: number
        code: calls
        title: {zh: 次数, en: Calls}
        unit: {zh: 次, en: times}
        lowest: 0
        highest: 40
        places: 1
        required: true
        when: {question: complained, is: [yes]}
      - kind: date
        code: lately
        title: {zh: 最近一次, en: The latest}
        earliest: 2025-01-01
        latest: 2025-12-31
        when: {question: calls, at_least: 2}
      - {kind: short_text, code: product, title: {zh: 产品, en: Product}, longest: 20}
      - {kind: long_text, code: story, title: {zh: 经过, en: Story}, when: {question: reasons, is: [speed]}}
"""
STAFF_FILES = """  with_files:
    kind: text
    title: {zh: 材料, en: Papers}
    questions:
      - {kind: file, code: papers, title: {zh: 附件, en: Papers}, most: 2, required: true}
      - {kind: rating, code: mood, title: {zh: 心情, en: Mood}, scale: three}
"""
TEXT = SMALL.replace("cycle_kinds:\n", f"{EVERY_KIND}{STAFF_FILES}cycle_kinds:\n")


@lru_cache(maxsize=1)
def question_scheme() -> Scheme:
    """The scheme, read."""
    return load_scheme(TEXT)
