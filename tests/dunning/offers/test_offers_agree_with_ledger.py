"""The schedule that an offer shows is the one the ledger books when the offer is accepted."""

from hypothesis import assume, given
from hypothesis import strategies as st

from services.dunning.kept_schedule import KeptSchedule
from services.dunning.offer_position import position_of
from services.dunning.offers.candidates import candidates_of
from services.dunning.offers.drafts import Drafts
from services.dunning.offers.engine import make_offers
from services.dunning.offers.plan import owed_of, plan_for
from services.dunning.offers.plan_grids import KINDS
from services.dunning.offers.position import LoanPosition
from services.dunning.offers.rules import Rejection
from services.dunning.offers.situation import Situation
from services.ledger import restructuring
from services.ledger.agreement import Agreement
from services.ledger.facts import Charged, Fact, Paid
from services.ledger.life import Life, live
from services.ledger.refusal import check
from services.schedules.schedule import build_schedule
from services.schedules.told_terms import told_terms
from tests.dunning.offers.loans import any_position, means, policy, position
from tests.dunning.offers.test_current_instalments import lives
from tests.dunning.offers.told_lives import accepted, booked, shown, told


def life_of(loan: LoanPosition, *more: Fact) -> Life:
    """The ledger's life of a loan whose oldest instalments were paid on their due dates."""
    schedule = build_schedule(loan.terms)
    facts: list[Fact] = []
    for line in schedule:
        overdue_from = loan.oldest_unpaid_due_on
        if line.due_on < loan.as_of and (overdue_from is None or line.due_on < overdue_from):
            amount_minor = line.principal_minor + line.interest_minor
            if amount_minor:
                facts.append(Paid(fact_id=f"P-{line.number}", on=line.due_on, amount_minor=amount_minor))
    charges = {"fee": loan.overdue.fee_minor, "penalty": loan.overdue.penalty_minor}
    facts += [
        Charged(fact_id=f"C-{kind}", on=loan.as_of, kind=kind, amount_minor=amount_minor, due_on=loan.as_of)  # type: ignore[arg-type]
        for kind, amount_minor in charges.items()
        if amount_minor
    ]
    return live(Agreement(loan.terms), schedule, [*facts, *more], loan.as_of)


def test_an_offer_of_each_kind_is_booked_as_it_is_shown() -> None:
    loan = position(penalty_minor=5_000, fee_minor=1_200)
    found = Situation(loan, means(), "none", policy())
    for kind in KINDS:
        candidates = candidates_of(kind, Drafts(found))
        assert not isinstance(candidates, Rejection)
        for candidate in candidates:
            check(life_of(loan), accepted(candidate.agreement))
            assert booked(life_of(loan, accepted(candidate.agreement))) == shown(
                plan_for(candidate, found).instalments
            ), candidate


@given(any_position(), st.sampled_from(["none", "job-loss", "illness", "disaster", "family"]))
def test_any_offer_is_booked_as_it_is_shown(loan: LoanPosition, relief: str) -> None:
    for offer in make_offers(loan, means(None), relief, policy()).offers:  # type: ignore[arg-type]
        check(life_of(loan), accepted(offer.agreement))
        assert booked(life_of(loan, accepted(offer.agreement))) == shown(offer.instalments)


@given(lives())
def test_what_a_plan_schedules_anew_is_what_the_ledger_would(lived: tuple[Agreement, Life]) -> None:
    agreement, life = lived
    assume(life.principal_outstanding_minor)
    kept = KeptSchedule(told_terms(agreement.terms).model_dump_json())
    found = Situation(position_of(told(life), kept, life.on), means(), "none", policy())
    assert owed_of(found) == restructuring.owed_of(life)
