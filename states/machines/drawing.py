"""The drawings of every machine, for the documents: generated, never drawn by hand."""

from states.machines.machine import TABLES, mermaid

TITLES = {
    "cycle": "Cycle 考核活动",
    "review": "Review 考核单 (a year-end; the stages come from the scheme)",
    "action": "Action 结果应用",
    "invitation": "Invitation 邀请",
    "appeal": "Appeal 申诉",
}


def machine_page() -> str:
    """A Markdown page with a Mermaid drawing of each machine."""
    parts = ["# The machines", "Generated from the transition tables in `states/machines`."]
    for name in ("cycle", "review", *(name for name in TABLES if name != "cycle")):
        parts += [f"## {TITLES[name]}", f"```mermaid\n{mermaid(name).strip()}\n```"]
    return "\n\n".join(parts) + "\n"
