"""Every event type of the contract, by its CloudEvents type."""

from schemas import borrower_answers, calendar, cases, dunning, hardship, ledger, lending, notifier, offers, payments
from schemas.values import EventData

EVENTS: tuple[type[EventData], ...] = (
    lending.BorrowerRegistered,
    lending.LoanDisbursed,
    hardship.HardshipReported,
    hardship.HardshipEnded,
    hardship.RegionAffected,
    hardship.BorrowerFinancesReported,
    hardship.RiskAssessed,
    hardship.HoldPlaced,
    hardship.HoldLifted,
    hardship.AreaHoldPlaced,
    hardship.AreaHoldLifted,
    hardship.PromiseReported,
    payments.PaymentCaptured,
    payments.PaymentReversed,
    payments.PaymentChargedBack,
    payments.RefundPaid,
    calendar.BusinessDateOpened,
    ledger.LoanOpened,
    ledger.RepaymentDue,
    ledger.PaymentReceived,
    ledger.PaymentReversed,
    ledger.PaymentChargedBack,
    ledger.ChargePosted,
    ledger.ChargeWaived,
    ledger.LoanRestructured,
    ledger.LoanWrittenOff,
    ledger.StandingChanged,
    ledger.InstalmentOverdue,
    ledger.LoanSettled,
    ledger.BusinessDateCompleted,
    dunning.RestructureAgreed,
    dunning.RestructureUndone,
    dunning.InterestStopped,
    dunning.InterestResumed,
    dunning.ReminderRequested,
    dunning.BucketChanged,
    dunning.CaseCured,
    dunning.LoanStateChanged,
    dunning.CreditReportRequested,
    dunning.LegalReferralRequested,
    cases.HoldBegan,
    cases.HoldEnded,
    cases.ReliefGranted,
    cases.ReliefEnded,
    cases.PromiseRecorded,
    cases.PromiseJudged,
    cases.TaskRequested,
    cases.OverBorrowingFlagged,
    offers.OfferMade,
    offers.OfferAccepted,
    offers.OfferClosed,
    notifier.NotificationSent,
    notifier.NotificationFailed,
    notifier.NotificationSuppressed,
    notifier.NotificationDeferred,
    notifier.NotificationUnknown,
    notifier.NotificationDelivered,
    notifier.NotificationUndelivered,
    notifier.AgentCallRequested,
    notifier.ContactRecorded,
    offers.OfferAcceptedByBorrower,
    offers.OfferDeclinedByBorrower,
    offers.OfferCounteredByBorrower,
    borrower_answers.PromiseMadeByBorrower,
    borrower_answers.HardshipReportedByBorrower,
    borrower_answers.DebtDisputed,
    borrower_answers.OptedOut,
    borrower_answers.OptedIn,
    borrower_answers.OfferViewed,
)

BY_TYPE: dict[str, type[EventData]] = {event.event_type: event for event in EVENTS}

INBOUND_TOPICS = (lending.TOPIC, payments.TOPIC)
OUTBOUND_TOPICS = (calendar.TOPIC, ledger.TOPIC, dunning.TOPIC, notifier.TOPIC)
TOPICS = INBOUND_TOPICS + OUTBOUND_TOPICS


class UnknownEventType(ValueError):
    """No event of this type is in the contract."""

    def __init__(self, event_type: str) -> None:
        super().__init__(f"type: {event_type!r} is not an event type of the contract")
        self.event_type = event_type


def event_class(event_type: str) -> type[EventData]:
    """The model for a CloudEvents type; the short form without `amends.` and `.vN` means version 1.

    Raises UnknownEventType.
    """
    found = BY_TYPE.get(event_type) or BY_TYPE.get(f"amends.{event_type}.v1")
    if found is None:
        raise UnknownEventType(event_type)
    return found
