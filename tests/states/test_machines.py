"""The tables: nothing unreachable, no dead ends, guards that speak."""

import pytest

from states.errors import Refusal
from states.machines.drawing import machine_page
from states.machines.machine import TABLES, fire, mermaid, sources_of, table_of, triggers_from
from states.machines.review import review_table
from states.scheme import builtin_scheme
from states.stages import Step, state_of

STAGES = {kind.code: tuple(stage.code for stage in kind.stages) for kind in builtin_scheme().cycle_kinds.values()}
ALL = [*TABLES.values(), *(review_table(stages) for stages in STAGES.values())]
NAMES = [*TABLES, *STAGES]


def reachable(table, start):
    seen, todo = set(), [start]
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            todo += [move.dest for move in table.moves_from(state)]
    return seen


@pytest.mark.parametrize("table", ALL, ids=NAMES)
def test_every_state_is_reached_and_none_is_a_dead_end(table):
    appealable = "appealed" if any(move.dest == "appealed" for move in table.moves) else ""
    states = {state for state in table.states if state != "appealed"} | ({appealable} - {""})

    assert reachable(table, table.initial) == states
    for state in states:
        assert reachable(table, state) & table.finals


@pytest.mark.parametrize("table", ALL, ids=NAMES)
def test_moves_name_states_that_exist(table):
    for move in table.moves:
        assert {*move.sources, move.dest} <= set(table.states)
        assert move.sources


def test_a_cycle_runs_its_course():
    state = "draft"
    for trigger, expected in [
        ("launch", "open"), ("calibrate", "calibrating"), ("submit", "approving"),
        ("return_to_calibration", "calibrating"), ("submit", "approving"), ("release", "released"), ("close", "closed"),
    ]:  # fmt: skip
        facts = dict.fromkeys(("all_ready", "all_placed", "all_approved", "all_closed"), True)
        state = fire("cycle", trigger, state, facts)
        assert state == expected


def test_an_unmet_guard_is_refused_with_its_reason():
    with pytest.raises(Refusal) as refused:
        fire("cycle", "calibrate", "open", {"all_ready": False})

    assert refused.value.kind == "conflict"
    assert "not ready" in str(refused.value)


@pytest.mark.parametrize(("trigger", "state"), [("release", "open"), ("nonsense", "open"), ("launch", "closed")])
def test_an_impossible_trigger_is_a_conflict(trigger, state):
    with pytest.raises(Refusal) as refused:
        fire("cycle", trigger, state)

    assert refused.value.kind == "conflict"


def test_facts_may_be_an_object():
    class Facts:
        window_over = True

    assert fire("action", "start", "approved", Facts()) == "in_progress"
    with pytest.raises(Refusal, match="appeal window"):
        fire("action", "start", "approved", object())


@pytest.mark.parametrize("kind", STAGES)
def test_a_review_moves_as_its_stages_finish(kind):
    stages = STAGES[kind]
    steps = [Step(code, "waiting") for code in stages]
    state = table_of("review", stages).initial
    assert state == state_of(steps)

    for place in range(len(steps)):
        steps[place] = Step(stages[place], "done")
        after = state_of(steps)
        state = fire("review", "advance", state, {"next": after}, stages=stages)
        assert state == after

    assert state == "closed"


def test_a_review_returns_to_an_earlier_stage_only():
    stages = STAGES["year_end"]

    assert fire("review", "return", "calibration", {"next": "manager_scoring"}, stages=stages) == "manager_scoring"
    with pytest.raises(Refusal):
        fire("review", "return", "self_review", {"next": "calibration"}, stages=stages)
    with pytest.raises(Refusal):
        fire("review", "return", "acknowledgement", {"next": "self_review"}, stages=stages)


def test_exclusion_asks_for_a_reason():
    with pytest.raises(Refusal, match="reason"):
        fire("review", "exclude", "self_review", {"reason": ""})
    assert fire("review", "exclude", "self_review", {"reason": "long leave"}) == "excluded"


def test_a_sent_answer_can_be_amended_while_the_survey_runs():
    assert fire("invitation", "amend", "submitted", {"still_open": True}) == "submitted"
    with pytest.raises(Refusal, match="closed"):
        fire("invitation", "submit", "sent", {"still_open": False})


def test_sources_for_bulk_moves():
    assert sources_of("cycle", "cancel") == dict.fromkeys(("draft", "open", "calibrating", "approving"), "cancelled")
    assert triggers_from("action", "approved") == ("start", "decline")


def test_drawings_come_from_the_tables():
    page = machine_page()

    assert page.count("```mermaid") == len(TABLES) + 1
    assert "draft --> open: launch" in mermaid("cycle")
    assert "appealed --> closed: answer_appeal" in mermaid("review")
