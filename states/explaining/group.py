"""What many answers made, told: the method in words, how many were asked, answered and counted, and why others were not.

No single answer is told. The split by item is told only where enough answers count and every one of them rated every
item: then each figure is about the very people whom the score is about, and nothing can be told from a difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from states.explain import Node, line_title
from states.explaining.rules import figure, words
from states.questionnaires import NOTHING_ANSWERED, NOTHING_APPLIED, TOO_LITTLE
from states.scheme.base import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from states.questionnaires import ItemScore, QuestionnaireScore
    from states.scheme.forms import Rated, ScoreMethod
    from states.year_end import StageScore

LEFT_OUT = {
    NOTHING_APPLIED: Text(zh="全部选“不适用”，不计：{count} 份", en="Not counted, nothing applied: {count}"),
    NOTHING_ANSWERED: Text(zh="没有评分题的答案，不计：{count} 份", en="Not counted, no rating given: {count}"),
    TOO_LITTLE: Text(
        zh="适用题目答得不足 {share}%，不计：{count} 份",
        en="Not counted, fewer than {share} % of what applied was answered: {count}",
    ),
}


def group_nodes(stage: StageScore, form: Rated, *, least_to_show: int) -> tuple[Node, ...]:
    """The lines below a group's figure; without a value those that say what there was."""
    score = stage.survey
    if score is None:
        return ()
    told = [method_words(form.method), _counts(stage, score, least_to_show)]
    told += [_left_out(form, reason, count) for reason, count in _left_out_told(score, least_to_show).items()]
    told += _spread(score, least_to_show)
    return (*(Node(one, None) for one in told), *_items(score, form, least_to_show))


def group_detail(stage: StageScore, form: Rated, *, least_to_show: int) -> dict[str, Any]:
    """The same as data (docs/explanation.md, `stages[].group`)."""
    score = stage.survey
    if score is None:
        return {}
    answered = score.answered if _answered_told(score, least_to_show) else None
    held: dict[str, Any] = {"answered": answered, "left_out": _left_out_told(score, least_to_show)}
    if stage.asked is not None:
        held["asked"] = stage.asked
    if score.interval is not None and score.count >= least_to_show:
        held["interval"] = [f"{end:.2f}" for end in score.interval]
    titles = {item.code: item.title for item in form.scored}
    items = [
        {"code": one.code, "title": words(titles[one.code]), "value": figure(one.value)}
        for one in shown_items(score, least_to_show)
    ]
    return held | ({"items": items} if items else {})


def method_words(method: ScoreMethod) -> Text:
    """The method in words, as the tree tells it."""
    prior, weight = (f"{number:f}" if number is not None else "" for number in (method.prior, method.weight))
    return {
        "mean_x20": Text(zh="计分方法：各份答卷均值 ÷ 最高分 × 100", en="Method: mean of the answers ÷ best level × 100"),
        "mean_minus_1_over_4": Text(
            zh="计分方法：（各份答卷均值 − 最低分）÷（最高分 − 最低分）× 100",
            en="Method: (mean of the answers − lowest level) ÷ (best − lowest) × 100",
        ),
        "top_two_box": Text(
            zh="计分方法：均值达到最高两级的答卷所占百分比", en="Method: share of answers that reach the two best levels",
        ),
        "shrunk": Text(
            zh=f"计分方法：均值向 {prior} 收缩（相当于 {weight} 份答卷）÷ 最高分 × 100",
            en=f"Method: mean drawn towards {prior} with the weight of {weight} answers ÷ best level × 100",
        ),
    }[method.name]  # fmt: skip


def shown_items(score: QuestionnaireScore, least_to_show: int) -> tuple[ItemScore, ...]:
    """The split by item where it may be told: see the top of this page."""
    alike = all(one.of == score.counted for one in score.items) and score.count == score.answered
    return score.items if score.enough and alike and score.count >= least_to_show else ()


def _answered_told(score: QuestionnaireScore, least_to_show: int) -> bool:
    """How many answered is told where enough count, and where those that do not count are none or enough."""
    return score.enough and not 0 < score.answered - score.count < least_to_show


def _left_out_told(score: QuestionnaireScore, least_to_show: int) -> dict[str, int]:
    """How many answers do not count, by reason: those of a few people are not told of."""
    told = _answered_told(score, least_to_show) and all(count >= least_to_show for count in score.left_out.values())
    return dict(score.left_out) if told else {}


def _counts(stage: StageScore, score: QuestionnaireScore, least_to_show: int) -> Text:
    asked = (f"邀请 {stage.asked} 位，", f"{stage.asked} asked, ") if stage.asked is not None else ("", "")
    if not score.enough:
        return Text(
            zh=f"{asked[0]}计分答卷不足 {score.least} 份", en=f"{asked[1]}fewer than the {score.least} needed were counted"
        )
    if not _answered_told(score, least_to_show):
        return Text(
            zh=f"{asked[0]}计分 {score.count} 份，至少需 {score.least} 份",
            en=f"{asked[1]}{score.count} counted, {score.least} needed",
        )
    return Text(
        zh=f"{asked[0]}收到 {score.answered} 份，计分 {score.count} 份，至少需 {score.least} 份",
        en=f"{asked[1]}{score.answered} answered, {score.count} counted, {score.least} needed",
    )


def _spread(score: QuestionnaireScore, least_to_show: int) -> list[Text]:
    """The interval, where enough answers count: of very few it would tell how far they are apart."""
    if score.interval is None or score.count < least_to_show:
        return []
    low, high = score.interval
    return [Text(zh=f"95% 区间：{low:.2f}–{high:.2f}（仅供参考）", en=f"95 % interval: {low:.2f}–{high:.2f} (for orientation)")]


def _left_out(form: Rated, reason: str, count: int) -> Text:
    told, share = LEFT_OUT[reason], f"{form.method.least_answered.normalize():f}"
    return Text(zh=told.zh.format(count=count, share=share), en=told.en.format(count=count, share=share))


def _items(score: QuestionnaireScore, form: Rated, least_to_show: int) -> Iterator[Node]:
    items = {item.code: item for item in form.scored}
    for one in shown_items(score, least_to_show):
        yield Node(line_title(items[one.code]), one.value, code=one.code)
