"""Arbitrary ladders and stories of borrowers, for properties that hold for all of them."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, get_args
from zlib import crc32

from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.dunning import LoanFlag
from services.dunning.aging.holds import AreaHold, HoldScope, HoldStop
from services.dunning.cases.case_actions import NoticeAsked
from services.dunning.cases.case_file import Areas, CaseFacts, CaseFile, Risk
from services.dunning.cases.exposure import Finances
from services.dunning.cases.loan_memory import StepStatus
from services.dunning.cases.relief import RegionalRelief
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.ladder.rules import Method
from services.dunning.ladder.steps import Action, LadderStep
from tests.dunning.cases import (
    Change,
    Story,
    adds,
    case,
    day,
    disputes,
    ends,
    hold,
    ladder,
    lifts,
    payment,
    pays,
    promise,
    relief,
    standing,
    step,
    takes_back,
    talks,
    tells,
    withdraws,
)

FIRST: Final = -15
LAST: Final = 110
NOTICE: Final = {"template": "overdue_soft", "channels": ("email",)}
DAYS: Final = st.integers(-10, 80)
STOPS: Final[st.SearchStrategy[HoldStop]] = st.sampled_from(get_args(HoldStop))
METHODS: Final[tuple[Method, ...]] = ("oldest-unpaid", "oldest-unpaid", "since-arrears", "above-tolerance")
AREAS: Final[tuple[tuple[HoldScope, str], ...]] = (("region", "north"), ("product", "loan@1"))


@dataclass(frozen=True)
class Plot:
    """A story that was not lived yet: it can be lived in several ways."""

    policy: LadderPolicy
    start: CaseFile
    areas: Areas
    told: dict[int, list[Change]]
    seed: int
    is_held_out: bool

    def story(self) -> Story:
        return Story(
            self.policy, deepcopy(self.start), self.areas, self.notifier, self.is_held_out, self.told
        )  # fmt: skip

    def notifier(self, notice: NoticeAsked) -> StepStatus | None:
        """Most notices are sent, some are not, of a few nothing is heard."""
        facts = f"{self.seed}|{notice.loan_id}|{notice.step_id}|{notice.attempt}"
        outcomes: tuple[StepStatus | None, ...] = (
            "done",
            "done",
            "done",
            "failed",
            "failed",
            "suppressed",
            "unknown",
            None,
        )
        return outcomes[crc32(facts.encode()) % len(outcomes)]


@st.composite
def conditions(draw: st.DrawFn, buckets: int) -> dict[str, Any]:
    kind = draw(
        st.sampled_from(["all", "all", "all", "buckets", "amount", "risk", "segment", "with", "without", "debt"])
    )
    match kind:
        case "buckets":
            return {"buckets": draw(st.lists(st.sampled_from([f"b{one}" for one in range(buckets)]), min_size=1))}
        case "amount":
            low = draw(st.sampled_from([None, 50, 150]))
            return {"overdue_from_minor": low, "overdue_to_minor": draw(st.sampled_from([None, 150, 250]))}
        case "risk":
            return {"risk_bands": draw(st.sampled_from([["low"], ["high", "very-high"]]))}
        case "segment":
            return {"segments": [draw(st.sampled_from(["a", "b"]))]}
        case "with":
            return {"with_flags": [draw(st.sampled_from(get_args(LoanFlag)))]}
        case "without":
            return {"without_flags": [draw(st.sampled_from(get_args(LoanFlag)))]}
        case "debt":
            return {"over_borrowed": draw(st.booleans())}
    return {}


@st.composite
def drafts(draw: st.DrawFn, number: int, earlier: list[LadderStep], buckets: int) -> dict[str, Any]:
    """A step as a document has it; not every one fits with those before."""
    action: Action = draw(
        st.sampled_from(["remind", "remind", "remind", "offer", "call", "credit-notice", "refer-legal", "stop"])
    )
    draft: dict[str, Any] = {
        "at_days": draw(st.integers(-10, 70)),
        "only_if": draw(conditions(buckets)),
        "required": draw(st.booleans()),
        "during_relief": draw(st.sampled_from([False, False, True])),
    }
    ids = [one.id for one in earlier]
    if ids and draw(st.integers(0, 3)) == 0:
        draft["after"] = {"step": draw(st.sampled_from(ids)), "days": draw(st.integers(0, 20))}
    if draw(st.integers(0, 4)) == 0:
        draft["until_days"] = draft["at_days"] + draw(st.integers(0, 20))
    if draw(st.booleans()):
        draft["when_not_done"] = {
            "attempts": draw(st.integers(1, 3)),
            "retry_after_days": draw(st.integers(1, 5)),
            "fallback": draw(st.sampled_from([None, *ids])),
        }
    return {"step_id": f"s{number}", "action": action, **draft}


@st.composite
def ladders(draw: st.DrawFn, methods: tuple[Method, ...]) -> LadderPolicy:
    ends = sorted(draw(st.sets(st.integers(0, 70), max_size=4)))
    steps: list[LadderStep] = []
    for number in range(draw(st.integers(1, 8))):
        draft = draw(drafts(number, steps, len(ends) + 1))
        try:
            steps = list(ladder(*steps, step(**draft), ends=ends).steps)
        except ValidationError:
            continue
    if draw(st.booleans()):
        notice_day = draw(st.integers(1, 40))
        steps += _reporting(notice_day, notice_day + draw(st.integers(0, 30)), draw(st.integers(7, 14)))
    return _valid(steps, ends, draw(rules(methods)))


def _reporting(notice_day: int, report_day: int, waiting: int) -> list[LadderStep]:
    notice = step("credit-notice", notice_day, "credit-notice", when_not_done={"attempts": 5, "retry_after_days": 3})
    after = {"step": "credit-notice", "days": waiting}
    return [notice, step("credit-report", report_day, "credit-report", after=after)]


def _valid(steps: list[LadderStep], ends: list[int], others: dict[str, Any]) -> LadderPolicy:
    """The ladder of as many of the steps, from the last on, as fit together."""
    for first in range(len(steps)):
        try:
            return ladder(*steps[first:], ends=ends, **others)
        except ValidationError:
            continue
    return ladder(step("s0", 1), ends=ends, **others)


@st.composite
def rules(draw: st.DrawFn, methods: tuple[Method, ...]) -> dict[str, Any]:
    budget = draw(st.none() | st.fixed_dictionaries({"contacts": st.integers(1, 3), "days": st.integers(1, 12)}))
    notices = st.sampled_from([None, NOTICE])
    return {
        "method": draw(st.sampled_from(methods)),
        "small_balance_tolerance_minor": draw(st.sampled_from([0, 0, 10])),
        "working_days": draw(st.sampled_from([None, None, None, {"country": "CN"}])),
        "contact_budget": budget,
        "limitation_years": draw(st.sampled_from([None, 1])),
        "promises": {
            "grace_days": draw(st.integers(0, 2)), "reminder": draw(notices), "broken": draw(notices),
            "reminder_days_before": draw(st.integers(0, 4)),
        },
        "relief": {
            "review_after_days": draw(st.integers(1, 15)), "lapses_after_review_days": draw(st.integers(0, 10)),
            "answer": draw(notices), "regional": draw(notices),
        },
        "plans": {
            "watch_days": draw(st.integers(0, 40)), "broken_after_days": draw(st.integers(1, 10)),
            "on_broken": draw(st.sampled_from(["undo", "keep", "offer-again"])),
        },
        "disputes": {"hold_days": draw(st.sampled_from([None, 1, 20]))},
        "cures": {"flag_days": draw(st.integers(0, 20)), "thanks": draw(notices)},
    }  # fmt: skip


@st.composite
def loans_told(draw: st.DrawFn, loan: str, told: dict[int, list[Change]]) -> Any:
    """A loan of up to four instalments, some paid or unpaid again on some days; its first facts."""
    dues = draw(st.lists(st.integers(-12, 90), min_size=1, max_size=4, unique=True))
    if draw(st.integers(0, 6)) == 0:
        dues.append(-350)
    others = {
        "product": draw(st.sampled_from([None, "loan@1"])),
        "written_off": draw(st.integers(0, 15)) == 7,
        "restructuring_id": draw(st.sampled_from([None, None, "plan-1"])),
        "restructured_on": day(draw(st.integers(-30, 30))),
    }
    if others["restructuring_id"] is None:
        others["restructured_on"] = None
    amounts = st.fixed_dictionaries({due: st.sampled_from([0, 5, 100, 100]) for due in dues})
    for number in sorted(draw(st.sets(st.integers(FIRST + 1, 100), max_size=4))):
        paid_on = day(draw(st.integers(min(number, 0) - 2, number)))
        paid = {"last_paid_on": paid_on, "last_payment_id": f"pay-{number}"}
        change = tells(standing(draw(amounts), number, loan, **paid, **others))
        told.setdefault(number, []).append(change)
    return standing(draw(amounts), FIRST, loan, **others)


@st.composite
def borrower_told(draw: st.DrawFn, loans: list[str], told: dict[int, list[Change]]) -> None:
    """Holds, disputes, talks, promises, payments and hardships, each told on some day."""
    some_loan = st.sampled_from([None, *loans])
    for count, number in enumerate(draw(st.lists(DAYS, max_size=2))):
        told.setdefault(number, []).append(talks(number, f"talk-{count}"))
    for count, number in enumerate(draw(st.lists(DAYS, max_size=1))):
        told.setdefault(number, []).append(disputes(draw(st.sampled_from(loans)), number, f"dispute-{count}"))
        if draw(st.booleans()):
            lifted_on = number + draw(st.integers(0, 20))
            told.setdefault(lifted_on, []).append(lifts(f"dispute-{count}", lifted_on))
    for count, number in enumerate(draw(st.lists(DAYS, max_size=2))):
        since = number + draw(st.integers(-5, 10))
        until = draw(st.none() | st.integers(since, since + 15))
        stops = draw(st.sets(STOPS, min_size=1, max_size=2))
        placed = hold(*stops, since=since, until=until, loan=draw(some_loan), hold_id=f"hold-{number}-{count}")
        told.setdefault(number, []).append(adds(holds=(placed,)))
        if draw(st.booleans()):
            lifted_on = number + draw(st.integers(0, 20))
            told.setdefault(lifted_on, []).append(lifts(placed.hold_id, lifted_on))
    for number in draw(st.lists(DAYS, max_size=2, unique=True)):
        due = number + draw(st.integers(0, 15))
        made = promise(draw(st.integers(1, 200)), due=due, made=number, loan=draw(some_loan), promise_id=f"p{number}")
        told.setdefault(number, []).append(adds(promises=(made,)))
        for paid_on in draw(st.lists(st.integers(number, due + 3), max_size=2, unique=True)):
            amount = draw(st.sampled_from([made.amount_minor, made.amount_minor // 2 + 1]))
            loan = made.loan_id or draw(st.sampled_from(loans))
            value_on = draw(st.integers(max(number, paid_on - 2), paid_on))
            paid = payment(amount, value_on, loan=loan, payment_id=f"pay{number}-{paid_on}")
            told.setdefault(paid_on, []).append(pays(paid))
            if draw(st.booleans()):
                told.setdefault(paid_on + draw(st.integers(1, 10)), []).append(takes_back(paid.payment_id))
    for number in draw(st.lists(DAYS, max_size=2, unique=True)):
        told.setdefault(number, []).append(adds(reliefs=(relief(number, relief_id=f"r{number}"),)))
        if draw(st.booleans()):
            ended_on = number + draw(st.integers(0, 20))
            told.setdefault(ended_on, []).append(ends(f"r{number}", ended_on))
    for number in draw(st.lists(DAYS, max_size=1)):
        told.setdefault(number, []).append(withdraws(draw(st.sampled_from(loans))))


@st.composite
def areas(draw: st.DrawFn) -> Areas:
    holds, reliefs = [], []
    if draw(st.integers(0, 2)) == 0:
        scope, value = draw(st.sampled_from(AREAS))
        since = draw(DAYS)
        until = day(since + draw(st.integers(0, 20)))
        stops = frozenset(draw(st.sets(STOPS, min_size=1)))
        holds.append(AreaHold("area-1", scope, value, "disaster-region", stops, day(since), until))
    if draw(st.integers(0, 3)) == 0:
        reliefs.append(RegionalRelief("flood-1", "north", day(draw(DAYS)), None))
    return Areas(tuple(holds), tuple(reliefs))


@st.composite
def plots(draw: st.DrawFn, methods: tuple[Method, ...] = METHODS) -> Plot:
    policy = draw(ladders(methods))
    told: dict[int, list[Change]] = {}
    names = [f"loan-{number}" for number in range(1, 1 + draw(st.sampled_from([1, 1, 2, 3])))]
    loans = [draw(loans_told(name, told)) for name in names]
    draw(borrower_told(names, told))
    known = CaseFacts(
        region=draw(st.sampled_from([None, "north"])),
        segment=draw(st.sampled_from([None, "a"])),
        finances=draw(st.sampled_from([None, Finances("CNY", day(FIRST), 300, 100, 2)])),
        risk=draw(st.sampled_from([None, Risk(draw(st.decimals("0.01", "0.99", places=2)), "m1", day(FIRST))])),
    )
    return Plot(
        policy, case(policy, *loans, told=known), draw(areas()), told, draw(st.integers(0, 50)),
        draw(st.integers(0, 12)) == 7,
    )  # fmt: skip
