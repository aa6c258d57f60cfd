"""A page with every component, for tests and eyes: the design layer alone, without database and desks."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Flask, flash, render_template
from flask_login import AnonymousUserMixin, LoginManager, UserMixin
from flask_wtf.csrf import CSRFProtect
from wtforms import (
    BooleanField,
    DecimalField,
    FileField,
    Form,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, ValidationError

from states.errors import Message
from workflow_app import headers, i18n

STEPS = {
    "zh": ("不满意", "不太满意", "尚可", "基本满意", "非常满意"),
    "en": ("Dissatisfied", "Rather dissatisfied", "Acceptable", "Satisfied", "Very satisfied"),
}
blueprint = Blueprint("gallery", __name__, template_folder="templates")


class Person(UserMixin):
    """Somebody signed in, without a database."""

    id = "1"
    username = "lujing"
    locale = None
    employee = SimpleNamespace(name="卢静", employee_no="K1001", post="客户服务经理")


def refuse(_form: Form, _field: Any) -> None:
    raise ValidationError(Message("Please enter a number between %(low)s and %(high)s.", low=0, high=12))


def words(zh: str, en: str) -> str:
    return zh if i18n.locale_code() == "zh" else en


def example_form(*, bad: bool = False) -> Form:
    """One field of every kind; `bad` makes some of them refuse."""
    scale = [SelectChoice(str(n), step) for n, step in enumerate(STEPS[i18n.locale_code()], 1)]

    class Example(Form):
        name = StringField(words("姓名", "Name"), [InputRequired()])
        weight = DecimalField(words("权重", "Weight"), description=words("百分比", "In per cent"))
        department = SelectField(
            words("部门", "Department"), choices=[SelectChoice(one) for one in ("前台服务部", "客户服务部", "会员中心")]
        )
        note = TextAreaField(words("理由", "Reason"))
        kind = RadioField(words("类型", "Kind"), choices=scale[:3])
        overall = RadioField(words("总体满意度", "Overall satisfaction"), choices=scale, default="4")
        speed = RadioField(
            words("问题解决的速度", "Speed of solving problems"),
            choices=[*scale, SelectChoice("na", words("不适用", "Not applicable"))],
        )
        recommend = RadioField(
            words("您会推荐我们吗?", "Would you recommend us?"), choices=[SelectChoice(str(n)) for n in range(11)]
        )
        agree = BooleanField(words("我已核对", "I have checked it"))
        file = FileField(words("工作簿", "Workbook"))
        deducted = DecimalField(words("扣分", "Points off"), default=4)
        untouched = DecimalField(words("扣分", "Points off"), default=0)
        clause = SelectField(
            words("条款", "Clause"),
            choices=[SelectChoice("", "—"), SelectChoice("late", words("每少一次回访 −2", "Each missed visit −2"))],
        )

    form = Example()
    if bad:
        form.name.errors = [Message("Please enter a name.")]
        form.weight.errors = [Message("Please enter a number between %(low)s and %(high)s.", low=0, high=12)]
        form.overall.errors = [Message("Please choose an answer.")]
    return form


def tree() -> SimpleNamespace:
    """The trace of a total, as states.explain makes it."""

    def node(title: str, value: Any = None, weight: Any = None, adds: Any = None, *children: Any) -> Any:
        return SimpleNamespace(title=title, value=value, weight=weight, contribution=adds, children=list(children))

    week = node("2025-W37 · −2 未佩工牌 · −5 归档", "91.0")
    daily = node("周检与抽检, 52 次均值", "92.50", "½", None, week)
    parts = (
        node(words("平时检查", "Inspections"), "90.25", Decimal("0.2"), "18.05", daily, node("月检", "88.00", "½")),
        node(words("月考核, 12 个月均值", "Monthly reviews, mean of 12"), "86.40", Decimal("0.3"), "25.92"),
        node(
            words("年终考核", "Year-end review"),
            "84.00",
            Decimal("0.5"),
            "42.00",
            node("德勤能绩", None, Decimal("0.7")),
        ),
    )
    return node("", "85.97", None, None, *parts)


@blueprint.get("/gallery")
def page() -> str:
    flash(words("已保存。", "Saved."), "success")
    return render_template("gallery.html", form=example_form(), tree=tree(), L=words)


@blueprint.get("/gallery/refused")
def refused() -> tuple[str, int]:
    return render_template("gallery_refused.html", form=example_form(bad=True), L=words), 422


@blueprint.get("/gallery/survey")
def survey() -> str:
    return render_template("gallery_survey.html", form=example_form(), L=words)


@blueprint.get("/gallery/error/<int:status>")
def error(status: int) -> tuple[str, int]:
    messages = [Message("There is no such page. The address may be incomplete.")]
    return render_template("errors/error.html", status=status, messages=messages), status


def create_gallery(*, signed_in: bool = True) -> Flask:
    """The layout, the languages and the headers around the gallery."""
    app = Flask("workflow_app")
    app.config.update(SECRET_KEY="gallery", TESTING=True)
    CSRFProtect(app)
    LoginManager(app).request_loader(lambda _request: Person() if signed_in else AnonymousUserMixin())
    i18n.init_app(app)
    headers.init_app(app)
    from workflow_app.views.locale import blueprint as locale

    app.register_blueprint(blueprint)
    app.register_blueprint(locale)
    app.add_url_rule("/sign-out", "auth.sign_out", lambda: "", methods=["POST"])
    app.context_processor(
        lambda: {
            "nav_items": lambda: [
                ("gallery.page", words("待办", "To do"), True),
                ("gallery.refused", words("我的考核", "My reviews"), False),
                ("gallery.survey", words("团队", "Team"), False),
                ("gallery.page", words("考核活动", "Cycles"), False),
                ("gallery.page", words("校准", "Calibration"), False),
                ("gallery.page", words("方案", "Scheme"), False),
            ],
            "notices_endpoint": "gallery.page",
            "notices_count": 3,
        }
    )
    return app
