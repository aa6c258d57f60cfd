"""The words of the questions of forms, for the tables in `wording`: titles, meanings, kinds in front of titles."""

from __future__ import annotations

TITLES: dict[str, tuple[str, str]] = {
    "questions": ("问题", "questions"), "help": ("填写提示", "help"), "question": ("所依据的问题", "the earlier question"),
    "is": ("答案为", "answer is"), "options": ("选项", "options"), "reversed": ("反向计分", "reversed"),
    "scored": ("计分", "scored"), "earliest": ("最早日期", "earliest day"), "latest": ("最晚日期", "latest day"),
    "longest": ("最多字数", "most characters"), "layout": ("题目排列", "layout"), "changes": ("修改答案", "changing answers"),
    "least_answered": ("计分所需答题比例", "share to be answered"), "MatrixSpec.rows": ("各行", "rows"),
    "at_most": ("不高于", "at most"), "FileSpec.most": ("最多文件数", "most files"),
    "NumberSpec.places": ("小数位数", "decimal places"),
    **{
        f"{owner}.when": ("提问条件", "asked when")
        for owner in ("RatedItem", "RatingSpec", "MatrixSpec", "RecommendationSpec", "SingleChoiceSpec",
                      "MultipleChoiceSpec", "YesNoSpec", "NumberSpec", "DateSpec", "ShortTextSpec", "LongTextSpec", "FileSpec")
    },
}  # fmt: skip

MEANINGS: dict[str, tuple[str, str]] = {
    "questions": (
        "量表项目之外的问题：评分、表格、选择、是非、数字、日期、文字、文件。",
        "Questions besides the rated items: ratings, tables, choices, yes or no, figures, days, texts, files.",
    ),
    "help": ("题目下方的一句提示。", "A sentence below the question that helps to answer it."),
    "question": ("前面某个问题的代码。", "The code of a question that stands before this one."),
    "is": ("答案为其中之一时才提问。", "The question is asked where the answer is one of these."),
    "When.at_least": ("答案不低于此数时才提问。", "The question is asked where the answer is at least this."),
    "When.at_most": ("答案不高于此数时才提问。", "The question is asked where the answer is at most this."),
    "reversed": (
        "同意表示较差的题目：计分时以最低加最高减去所选分值。",
        "For items where agreeing is the worse answer: lowest plus highest minus the answer counts.",
    ),
    "RatedItem.weight": ("平均时的权重。", "How much it weighs in the mean."),
    "scored": ("只有采用表单量表的题目才计分。", "Only questions on the form’s own scale count towards the score."),
    "RatingSpec.scale": ("不写则用表单的量表。", "Its own scale; else the form’s."),
    "MatrixSpec.scale": ("不写则用表单的量表。", "Its own scale; else the form’s."),
    "MatrixSpec.rows": ("每行单独作答，代码在整个表单中不重复。", "Each row is answered by itself; its code is its own in the whole form."),
    "layout": ("全部在一页，或每页一题。", "All questions on one page, or one after the other."),
    "changes": ("提交后在截止前仍可修改，或提交后不能再改。", "Whether answers that were sent may be changed until the survey closes."),
    "least_answered": (
        "对本人适用的计分题至少回答百分之几，该份答卷才计分。",
        "Per cent of the scored questions put to somebody that must be answered for the answer to count.",
    ),
    "NumberSpec.places": ("最多几位小数。", "At most so many decimal places."),
    "RatedItem.required": ("评分卡的计分题总是必答。", "On a rating card every scored question is required anyway."),
}  # fmt: skip

NOUNS: dict[str, tuple[str, str]] = {
    "RatingSpec": ("评分题“%s”", "Rating “%s”"), "MatrixSpec": ("表格题“%s”", "Table “%s”"),
    "RecommendationSpec": ("推荐意愿题“%s”", "Recommendation “%s”"), "SingleChoiceSpec": ("单选题“%s”", "Choice “%s”"),
    "MultipleChoiceSpec": ("多选题“%s”", "Choice “%s”"), "YesNoSpec": ("是非题“%s”", "Yes-or-no question “%s”"),
    "NumberSpec": ("数字题“%s”", "Figure “%s”"), "DateSpec": ("日期题“%s”", "Day “%s”"),
    "ShortTextSpec": ("短文字题“%s”", "Short text “%s”"), "LongTextSpec": ("长文字题“%s”", "Long text “%s”"),
    "FileSpec": ("文件题“%s”", "File “%s”"), "Option": ("选项“%s”", "Option “%s”"),
}  # fmt: skip

CHOICES: dict[str, tuple[str, str]] = {
    "kind=rating": ("评分", "rating"), "kind=matrix": ("评分表格", "table of ratings"),
    "kind=recommendation": ("推荐意愿", "recommendation"), "kind=single_choice": ("单选", "one of several"),
    "kind=multiple_choice": ("多选", "any of several"), "kind=yes_no": ("是非", "yes or no"), "kind=number": ("数字", "figure"),
    "kind=date": ("日期", "day"), "kind=short_text": ("短文字", "short text"), "kind=long_text": ("长文字", "long text"),
    "kind=file": ("文件", "file"), "one_page": ("全部在一页", "all on one page"), "one_by_one": ("每页一题", "one by one"),
    "until_closed": ("截止前可改", "until the survey closes"), "until_sent": ("提交后不能改", "only until they are sent"),
}  # fmt: skip
