"""What the fixed choices of a scheme file are called, in both languages: by value, or as `key=value`."""

from __future__ import annotations

from states.scheme.wording_of_questions import CHOICES as OF_QUESTIONS

CHOICES: dict[str, tuple[str, str]] = {
    "self": ("本人", "the person rated"), "manager": ("直接上级", "the direct superior"),
    "department_head": ("部门负责人", "the head of department"), "vp": ("主管副总", "the vice president"),
    "customers": ("客户", "customers"), "departments": ("被服务部门", "the departments served"), "peers": ("同级同事", "peers"),
    "reports": ("直接下级", "direct reports"), "hr": ("人力资源部", "human resources"),
    "general_manager": ("总经理", "the general manager"), "system": ("系统", "the system"), "wait": ("等待并提醒", "wait and remind"),
    "remind": ("提醒", "remind"), "escalate": ("告知上级", "tell the superior"), "omit": ("略过并标注", "go on without, flagged"),
    "finish": ("不答即止", "end without an answer"), "day": ("日", "day"), "week": ("周", "week"), "month": ("月", "month"),
    "quarter": ("季度", "quarter"), "half_year": ("半年", "half-year"), "year": ("年", "year"), "always": ("总是", "always"),
    "has_superior": ("有直接上级时", "where there is a superior"), "has_vp": ("有主管副总时", "where there is a VP"),
    "has_customers": ("有客户时", "where there are customers"), "scored_by_supervisor": ("由主管评分时", "where a supervisor scored"),
    "equally": ("同等", "equally"), "by_days": ("按在职天数", "by days employed"), "by_whole_months": ("按在职月数", "by months begun"),
    "mean_of_means": ("各组平均值的平均", "the mean of the pools’ means"), "by_count": ("全部记录的平均", "all records together"),
    "renormalise": ("其余权重放大", "the rest is scaled up"), "no_total": ("没有总分", "there is no total"),
    "half_up": ("四舍五入", "half up"), "half_even": ("四舍六入五成双", "half to even"), "down": ("舍去尾数", "down"),
    "off": ("不分布", "off"), "guided": ("指导", "guided"), "hard": ("强制", "hard"), "rest": ("其余", "the rest"),
    "better_band": ("较高等级", "the better band"), "worse_band": ("较低等级", "the worse band"),
    "china": ("中国法定节假日", "China’s public holidays"), "weekends_only": ("只休周末", "weekends only"),
    "first_day": ("期初第一天", "the first day of the period"), "last_day": ("期末最后一天", "the last day of the period"),
    "after_end": ("期满之后", "after the period"), "appointment": ("正式任用", "appointment"), "duty": ("上岗", "duty"),
    "reason": ("理由", "a reason"), "evidence": ("证据", "evidence"), "improvement_plan": ("改进计划", "an improvement plan"),
    "consent": ("本人同意书", "consent"), "entered": ("人工填写", "entered"), "source=records": ("记录", "records"),
    "training": ("培训需求", "training needs"), "talent_pool": ("人才储备库", "talent pool"),
    "at_once": ("立即", "at once"), "handed_in": ("提交后", "once the form is handed in"),
    "feedback": ("结果反馈时", "with the feedback"), "close_out": ("了结其考核单", "their reviews are closed out"),
    "keep": ("继续考核", "their reviews go on"), "mean_x20": ("平均分×20", "mean × 20"),
    "mean_minus_1_over_4": ("（平均分−1）÷4", "(mean − 1) ÷ 4"), "top_two_box": ("最高两档占比", "share of the two best answers"),
    "shrunk": ("向先验值收缩的平均", "mean, drawn to a known value"), "kind=deduction": ("扣分表", "deduction sheet"),
    "kind=kpi_table": ("指标表", "KPI table"), "kind=rating_card": ("评分卡", "rating card"),
    "kind=questionnaire": ("问卷", "questionnaire"), "kind=test": ("考试", "test"), "kind=text": ("文字", "texts only"),
    **OF_QUESTIONS,
}  # fmt: skip
