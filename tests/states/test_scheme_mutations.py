"""Two thousand schemes with mistakes in them: each is refused with its lines, or grades rightly. Never anything else."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from states.grading import PersonYear, RecordValue, grade
from states.scheme import SchemeErrors, builtin_scheme, load_scheme
from states.scheme.difference import difference
from states.scheme.loader import read_values
from states.scoring import score_form
from tests.states.mutations import DOCUMENTS, SMALL, mutated_text, mutated_values

PERIODS = {
    "year": "2025", "half_year": "2025-H1", "quarter": "2025-Q2", "month": "2025-05", "week": "2025-W20", "day": "2025-05-06",
}  # fmt: skip
PEOPLE = 23
MUTATED = settings(max_examples=1400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
seeds = st.integers(0, 2**32)


def grades_rightly(scheme):
    """Who has the same score in every record has it as the total, and places and bands go by the totals."""
    people = []
    for number in range(PEOPLE):
        score = Fraction(60 + number)
        kinds = [kind for part in scheme.composition.parts for kind in part.kinds]
        records = [RecordValue(kind, PERIODS[scheme.record_kinds[kind].period], score) for kind in kinds]
        records += [r for r in records if r.kind in scheme.composition.coverage.kinds] * scheme.composition.coverage.least
        people.append(PersonYear(f"K{number}", "anybody", None, None, tuple(records)))

    graded = grade(people, year=2025, scheme=scheme)

    worth = any(part.weight for part in scheme.composition.parts)
    assert [one.total for one in graded] == [Fraction(60 + n) if worth else None for n in range(PEOPLE)]
    if worth:
        assert [one.rank for one in graded] == [PEOPLE - n for n in range(PEOPLE)]
    codes = [band.code for band in scheme.distribution.bands]
    places = [codes.index(one.band) for one in reversed(graded) if one.band]
    assert places == sorted(places)


def read(load):
    """The scheme, or None where it was refused with at least one fault that has a line."""
    try:
        return load()
    except SchemeErrors as errors:
        refused = errors
    assert refused.faults
    for line, _, message in refused.faults:
        assert line >= 1
        assert "%(" not in str(message)
    return None


@MUTATED
@given(seeds)
def test_changed_values_are_refused_or_grade_rightly(seed):
    code, values = mutated_values(Random(seed))

    scheme = read(lambda: read_values(values, DOCUMENTS[code]))

    if scheme is not None:
        grades_rightly(scheme)
        assert difference(builtin_scheme(code), scheme) is not None
        assert all(score_form(form, {}) for form in scheme.forms.values())


@settings(MUTATED, max_examples=600)
@given(seeds)
def test_changed_texts_are_refused_or_grade_rightly(seed):
    scheme = read(lambda: load_scheme(mutated_text(Random(seed))))

    if scheme is not None:
        grades_rightly(scheme)


def test_the_mutations_hit_both_ways():
    """Were every mutation refused, or none, the two tests above would say nothing."""
    values = [mutated_values(Random(seed)) for seed in range(60)]
    sound = [read(lambda one=one: read_values(one[1], DOCUMENTS[one[0]])) for one in values]
    assert 5 < sum(scheme is not None for scheme in sound) < 55

    texts = [read(lambda seed=seed: load_scheme(mutated_text(Random(seed)))) for seed in range(60)]
    assert 0 < sum(scheme is not None for scheme in texts) < 55


def test_the_small_scheme_is_sound():
    grades_rightly(load_scheme(SMALL))


@pytest.mark.parametrize(
    "source",
    [
        "a: " + "[" * 5000, "{" * 5000, "- " * 5000, "a:\n" + "".join(" " * n + "b:\n" for n in range(1, 300)),
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "<<: {a: 1}\n", "x" * 2_000_000, SMALL.encode("utf-16"), SMALL.encode("gb18030"),
        b"\x89PNG\r\n\x1a\n\x00", b"PK\x03\x04" + bytes(200), "? {a: b}\n: c\n", "a: !!binary aGk=\n", "%YAML 9.9\n---\na: b\n",
        "a: |\n" + " b\n" * 1000, "\ufeff", "\x00", "a: \ud800" .encode("utf-8", "surrogatepass"),
    ],
)  # fmt: skip
def test_what_is_deep_huge_or_no_text_at_all_is_refused(source):
    assert read(lambda: load_scheme(source)) is None
