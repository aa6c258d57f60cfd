"""What every key of a scheme file is called, and what it means, in both languages.

One table for the JSON Schema of editors, the reference in the documents and the words in which two
schemes are compared. A key stands by itself, or as `Class.key` where a class means something of its own.
"""

from __future__ import annotations

from states.scheme import wording_of_questions as of_questions
from states.scheme.base import Text
from states.scheme.wording_of_choices import CHOICES

TITLES: dict[str, tuple[str, str]] = {
    "above": ("高于", "above"), "actions": ("结果应用", "actions"), "actor": ("执行人", "who acts"),
    "again_after_transfer": ("调岗后重新考核", "again after a transfer"), "alongside": ("与其他环节同时进行", "runs alongside"),
    "also_called": ("其他名称", "also called"), "answer_days": ("答复申诉期限", "days to answer an appeal"),
    "appeal_days": ("申诉期限", "days to appeal"), "areas": ("方面", "areas"), "at_least": ("不低于", "at least"),
    "bands": ("等级", "bands"), "barred_by_sanction": ("受处分者不得进入", "barred by a sanction"),
    "bars_band": ("不得评为最高等级", "bars the top band"), "before": ("须在此之前合格", "before"), "below": ("低于", "below"),
    "bonus": ("加分", "bonus"), "calendar": ("日历与期限", "calendar"), "clauses": ("条款", "clauses"), "code": ("代码", "code"),
    "coefficient": ("绩效系数", "pay coefficient"), "combine": ("记录组的合并", "how pools meet"), "comment": ("评语", "comment"),
    "composition": ("年度总分", "total of the year"), "coverage": ("考核记录数要求", "records needed"),
    "crowded_times": ("超员提示倍数", "crowded when so many times full"), "cycle_kinds": ("考核种类", "kinds of cycle"),
    "days": ("期限（工作日）", "working days"), "days_after": ("之后天数", "days after"), "distribution": ("等级分布", "distribution"),
    "drafts": ("草稿", "drafts"), "each": ("每次扣分", "for every occurrence"), "en": ("英文", "English"),
    "entries_shown": ("扣分记录何时可见", "when entries are shown"), "event_details": ("历史明细", "details of the history"),
    "evidence": ("证据", "evidence"), "extra_holidays": ("另定休息日", "further days off"),
    "extra_workdays": ("另定工作日", "further working days"), "fines": ("罚款", "fines"),
    "flagged": ("缺少时标注", "flagged when missing"), "form": ("表单", "form"), "forms": ("表单", "forms"),
    "gates": ("上岗门槛", "gates"), "highest": ("最高", "highest"), "holidays": ("节假日", "holidays"),
    "instructions": ("填写说明", "instructions"), "item": ("项目", "item"), "items": ("项目", "items"),
    "items_of": ("沿用项目的表单", "items of"), "job_descriptions": ("职位说明书", "job descriptions"), "kind": ("种类", "kind"),
    "kinds": ("记录种类", "kinds of records"), "last_percent": ("名次在最后的百分比", "last per cent"),
    "leads_to": ("奖惩级别", "leads to"), "least": ("最少", "at least"), "least_to_count": ("计分所需人数", "answers to count"),
    "least_to_show": ("显示所需人数", "answers to show"), "leavers": ("离职人员", "leavers"),
    "less_is_better": ("越少越好", "less is better"), "levels": ("级", "levels"), "lines": ("各行", "lines"),
    "lowest": ("最低", "lowest"), "mail": ("邮件", "mail"), "method": ("计分方法", "score method"),
    "minimum_answers": ("最少答卷数", "answers needed"), "missing": ("缺少部分时", "where a part is missing"), "mode": ("方式", "mode"),
    "most": ("最多", "at most"), "most_a_period": ("每期最多", "at most in a period"), "name": ("名称", "name"),
    "needs": ("所需材料", "needs"), "not_applicable": ("可选“不适用”", "not applicable may be chosen"), "note": ("说明", "note"),
    "on_list": ("列入名单", "on the list"), "training_wishes": ("培训愿望", "wishes for training"),
    "of_a_kind": ("同级累计升级次数", "so many make one of the next"), "open": ("启动时间", "opens"),
    "otherwise": ("其余得分", "otherwise"), "otherwise_title": ("其余的名称", "otherwise, title"),
    "outstanding_over": ("优秀员工分数线", "outstanding over"), "over_total": ("总分超过优秀线", "over the outstanding total"),
    "overdue": ("逾期处理", "when overdue"), "owner": ("负责人", "owner"), "parts": ("构成部分", "parts"),
    "parts_by_form": ("按表单另定的构成", "parts by form"), "pass_mark": ("合格分", "pass mark"), "period": ("周期", "period"),
    "places": ("小数位数", "places"), "points": ("分值", "points"), "points_to_100": ("折算百分制的倍数", "points to 100"),
    "pools": ("记录组", "pools"), "populations": ("人员类别", "populations"), "posts": ("岗位", "posts"),
    "principles": ("原则", "principles"), "prior": ("先验值", "prior"), "purpose": ("目的", "purpose"),
    "ranked": ("参与排名", "ranked"), "recommendation": ("推荐意愿", "recommendation"), "record_kind": ("形成的记录", "kind of record"),
    "recurring": ("自动启动", "recurring"), "required": ("必需", "required"), "retention": ("保存期限（月）", "retention, in months"),
    "rewards": ("奖励", "rewards"), "roles": ("角色", "roles"), "round_down": ("名额舍去尾数", "seats rounded down"),
    "rounding": ("舍入", "rounding"), "rows": ("指标", "rows"), "rulebook": ("奖惩制度", "rulebook"), "rules": ("条款", "rules"),
    "sanctions": ("处分", "sanctions"), "scale": ("量表", "scale"), "scales": ("量表", "scales"), "sections": ("部分", "sections"),
    "share": ("比例", "share"), "small_under": ("少于此人数仅供参考", "small under"), "source": ("实际值来源", "actual comes from"),
    "stage": ("环节", "stage"), "stages": ("环节", "stages"), "survey_answers": ("问卷答案", "answers of surveys"),
    "target": ("目标", "target"), "test": ("考试", "test"), "tests": ("考试", "tests"), "texts": ("文字题", "texts"),
    "thresholds": ("分档标准", "thresholds"), "ties": ("同分处理", "ties"), "time_zone": ("时区", "time zone"),
    "title": ("名称", "title"), "title_presets": ("等级名称方案", "other titles of the bands"),
    "titles": ("采用的等级名称", "titles in use"), "to_count": ("计分所需答卷数", "to count"), "to_show": ("显示所需答卷数", "to show"),
    "top_percent": ("名次在前的百分比", "top per cent"), "unit": ("单位", "unit"), "upwards": ("可并入", "may be merged into"),
    "value": ("分值", "value"), "version": ("版本", "version"), "views": ("维度", "views"), "weigh": ("加权方式", "how records weigh"),
    "weight": ("权重", "weight"), "when": ("适用条件", "when"), "zh": ("中文", "Chinese"),
    "BonusRule.least": ("单次最少加分", "least bonus"), "BonusRule.most": ("单次最多加分", "most bonus"),
    "ActionSpec.days": ("完成期限（天）", "days until due"), "Retention.evidence": ("证据文件", "evidence files"),
    "ScoreMethod.weight": ("先验权重", "weight of the prior"), **of_questions.TITLES,
}  # fmt: skip

MEANINGS: dict[str, tuple[str, str]] = {
    "Band.code": ("一个大写字母；最好的等级写在最前。", "One capital letter; the best band stands first."),
    "code": (
        "小写字母、数字和下划线；程序只认代码，不认名称。",
        "Small letters, digits and underscores: what the program goes by, never the title.",
    ),
    "version": (
        "发布前只是作者自己的记号，写 1 即可；发布时系统另行编号，此后一律以该编号为准。",
        "The author's own mark until it is published; write 1. Publishing numbers the versions, and its number is the one that counts.",
    ),
    "scales": ("评分卡和问卷使用的量表。", "The scales that rating cards and questionnaires use."),
    "forms": ("考核人、本人、客户填写的表单。", "What raters, the person rated and customers fill in."),
    "cycle_kinds": ("考核活动的种类：周期、环节、分值构成。", "The kinds of appraisal: period, stages, weights."),
    "roles": (
        "方案自定的角色；环节中写 actor: role:代码，由人力资源部指定人员。",
        "Roles that stages name as “actor: role:code”; HR says who holds them.",
    ),
    "populations": ("分别排名的人员类别。", "People who are ranked together, each population apart."),
    "upwards": ("人数过少时可并入的类别。", "The population that a small one may be ranked with."),
    "kind": ("决定还有哪些内容可写。", "Decides what else may be written here."),
    "items_of": ("沿用另一张扣分表的项目，自评表常用。", "Takes the items of another deduction sheet; for self reviews."),
    "clauses": ("违反时扣分的条款。", "Rules whose breach costs points."),
    "each": ("每发生一次扣一次分。", "Takes the points for every occurrence."),
    "source": (
        "entered 人工填写；records 记录；或表单代码、表单:项目。",
        "“entered” by a person, “records”, a form’s code, or “form:item”.",
    ),
    "less_is_better": ("实际值越小越好，例如费用。", "A smaller actual is better, such as a cost."),
    "points_to_100": ("得分乘以此数为百分制。", "Points times this make a score of 100."),
    "method": ("评分如何折算为百分制。", "How ratings become a score of 100."),
    "minimum_answers": ("少于此数的问卷不计分，视为缺少，不计零分。", "With fewer answers the part is missing, never zero."),
    "record_kind": ("结果以何种记录计入总分。", "The kind of record as which its result counts in the total."),
    "also_called": ("工作簿中此类记录的其他叫法。", "What workbooks may call such records as well."),
    "actor": (
        "本人、直接上级、部门负责人、主管副总、客户、被服务部门、同级、下级、人力资源部、总经理，或 role:代码。",
        "Who acts: one of the fixed actors, or “role:code” for a role of the scheme.",
    ),
    "days": ("环节开始后的工作日数。", "Working days once the stage is open."),
    "alongside": ("启动时即开始，轮到时才等待。", "Opens at the launch and blocks only where the order reaches it."),
    "overdue": (
        "逾期后：等待并提醒、告知上级、略过（标注）、或不答即止。",
        "Past the deadline: wait and remind, tell the superior, go on without it (flagged), or end.",
    ),
    "least_to_count": ("一组评价人至少几人作答才计分。", "How many of a group must answer before it counts."),
    "least_to_show": ("至少几人作答才向本人显示。", "How many must answer before the person rated sees it."),
    "parts_by_form": ("用此表单评分的人员采用的构成。", "The weights for people who are rated on this form."),
    "ranked": ("此种考核得出总分、等级和名次。", "This kind ends in totals, places and bands."),
    "recurring": ("由人力资源部启用后，系统按期自动启动。", "Once HR switches it on, the clock opens it for every period."),
    "composition": ("一年的记录如何合成总分。", "How a year’s records make the total."),
    "pools": ("放在一起求平均的记录。", "Records that are averaged together."),
    "weigh": ("每条记录同等，或按在职天数、在职月数加权。", "Every record alike, by days employed, or by months begun."),
    "combine": ("各组平均值再平均，或全部记录一起平均。", "The mean of the pools’ means, or all records together."),
    "CompositionPart.required": ("缺少此部分则没有总分。", "Without this part there is no total."),
    "flagged": ("缺少时在结果中标注 no_代码。", "A person without it gets the flag “no_code”."),
    "missing": (
        "缺少的部分：其余权重放大，或没有总分；从不计零分。",
        "A missing part drops out, or there is no total; it is never zero.",
    ),
    "coverage": ("少于此数的人不定等次。", "With fewer records there is a total but no band."),
    "rounding": ("最后一次性舍入；名次和分界按舍入后的总分。", "Once, at the end; ranks and cuts compare the rounded total."),
    "outstanding_over": ("总分高于此数的为优秀员工。", "A total above this earns the honour."), "mode": ("方式。", "The mode."),
    "Distribution.mode": ("不分布、指导（可说明理由后调整）、强制。", "Off, guided (departures with a reason) or hard."),
    "share": ("百分比，或 rest（其余）；合计须为 100。", "Per cent, or “rest” for one band; together they make 100."),
    "round_down": ("此等级的名额从不进位。", "This band never gets an odd seat."),
    "Band.at_least": ("总分不低于此数才能进入。", "Only totals of at least this stay in the band."),
    "Band.below": ("总分低于此数才会落入。", "Only totals below this fall into the band."),
    "ties": ("分界线上总分相同的人进入较高或较低等级。", "Who is level across a cut gets the better band, or the worse."),
    "small_under": ("排名人数少于此数时，等级仅供参考。", "In smaller populations the bands are advice."),
    "coefficient": ("用于绩效工资名单。", "For the performance-pay list."),
    "top_percent": ("名次在前百分之几。", "The first so many per cent by rank."),
    "last_percent": ("名次在最后百分之几。", "The last so many per cent by rank."),
    "on_list": ("同时列入培训需求表或人才储备库。", "It also stands on the list of training needs, or in the talent pool."),
    "training_wishes": ("填写的内容列入培训需求表。", "What is written here goes to the list of training needs."),
    "needs": ("决定之前须备齐的材料。", "What must be there before it is decided."),
    "holidays": ("按中国法定节假日，或只休周末。", "China’s public holidays, or weekends only."),
    "time_zone": ("公司所在时区，例如 Asia/Shanghai。", "Where the company counts its days, such as Asia/Shanghai."),
    "extra_holidays": ("公司另定的休息日，写作 2026-05-01。", "Days off beyond the calendar, written 2026-05-01."),
    "extra_workdays": ("公司另定的工作日。", "Days worked although the calendar says otherwise."),
    "retention": ("各类记录保存的月数；不写则一直保存。", "After how many months records may be erased; unwritten means kept."),
    "of_a_kind": ("同级奖惩累计几次升一级。", "So many of one rung count as one of the next."),
    "leads_to": ("奖励或处分的代码。", "The code of a reward or of a sanction."),
    "Rule.item": ("此违规使该项目得零分。", "An offence takes all points of this item."),
    "Gate.forms": ("须通过的考试。", "The tests that must be passed."),
    "gates": ("须先通过的考试。", "Tests that must be passed before something may happen."),
    "entries_shown": ("本人何时看到扣分记录。", "When the person rated sees the deductions."), **of_questions.MEANINGS,
}  # fmt: skip

NOUNS: dict[str, tuple[str, str]] = {
    "Scale": ("量表“%s”", "Scale “%s”"), "DeductionForm": ("表单“%s”", "Form “%s”"), "KpiForm": ("表单“%s”", "Form “%s”"),
    "RatingCard": ("表单“%s”", "Form “%s”"), "Questionnaire": ("表单“%s”", "Form “%s”"), "ScoredTest": ("表单“%s”", "Form “%s”"),
    "TextForm": ("表单“%s”", "Form “%s”"), "CycleKind": ("考核种类“%s”", "Kind of cycle “%s”"), "StageSpec": ("环节“%s”", "Stage “%s”"),
    "Role": ("角色“%s”", "Role “%s”"), "Population": ("人员类别“%s”", "Population “%s”"), "CompositionPart": ("部分“%s”", "Part “%s”"),
    "Pool": ("记录组“%s”", "Pool “%s”"), "ActionSpec": ("结果应用“%s”", "Action “%s”"), "Gate": ("门槛“%s”", "Gate “%s”"),
    "JobDescription": ("职位说明书“%s”", "Job description “%s”"), "JobSection": ("部分“%s”", "Section “%s”"),
    "Area": ("方面“%s”", "Area “%s”"), "DeductionItem": ("项目“%s”", "Item “%s”"), "RatedItem": ("项目“%s”", "Item “%s”"),
    "Clause": ("条款“%s”", "Clause “%s”"), "KpiView": ("维度“%s”", "View “%s”"), "KpiRow": ("指标“%s”", "Key figure “%s”"),
    "TestSection": ("部分“%s”", "Section “%s”"), "TextSpec": ("文字题“%s”", "Text “%s”"), "Rung": ("级别“%s”", "Rung “%s”"),
    "Rule": ("条款“%s”", "Rule “%s”"), "Level": ("级“%s”", "Level “%s”"), "Band": ("等级 %s", "Band %s"),
    "FormUse": ("表单“%s”", "Form “%s”"), "ScorePart": ("“%s”的权重", "Weight of “%s”"), "Threshold": ("分档 %s", "Threshold %s"),
    **of_questions.NOUNS,
}  # fmt: skip


def title_of_key(owner: str, key: str) -> Text:
    """What a key of this class is called; the key itself where the table has no words for it."""
    zh, en = TITLES.get(f"{owner}.{key}") or TITLES.get(key) or (key, key)
    return Text(zh=zh, en=en)


def meaning_of_key(owner: str, key: str) -> Text | None:
    """What a key of this class means, or None where its name says it."""
    found = MEANINGS.get(f"{owner}.{key}") or MEANINGS.get(key)
    return Text(zh=found[0], en=found[1]) if found else None


def title_of_choice(key: str, value: str) -> Text | None:
    """What a fixed choice is called, such as `by_days` of `weigh`; None for a value that is none."""
    found = CHOICES.get(f"{key}={value}") or CHOICES.get(value)
    return Text(zh=found[0], en=found[1]) if found else None


def piece(owner: str, title: Text) -> Text:
    """A piece of a scheme with its kind in front: Form “Scorecard for staff”."""
    zh, en = NOUNS.get(owner, ("“%s”", "“%s”"))
    return Text(zh=zh % title.zh, en=en % title.en)
