"""Decisions as they are kept: what was decided of a message, by which rule, for which facts."""

import json
from datetime import datetime

from services.notifier.contact_rules.decision import Decision
from services.notifier.sending.gate import GateFacts, Rule


def record_of(decision: Decision, at: datetime) -> str:
    """The contact rules' decision, as JSON."""
    citation = decision.citation
    record: dict[str, object] = {"outcome": decision.outcome, "rules_version": decision.rules_version}
    if citation is not None:
        record |= {"rule": citation.rule_id, "clause": citation.clause}
        record["seen"] = {fact.name: fact.value for fact in decision.seen}
    if decision.until is not None:
        record["until"] = decision.until.isoformat()
    record["decided_at"] = at.isoformat()
    return json.dumps(record, ensure_ascii=False)


def gate_record(rule: Rule, facts: GateFacts, at: datetime) -> str:
    """What the gate saw, as JSON."""
    unpaid = facts.oldest_unpaid_due_on
    seen = {"settled": facts.settled, "oldest unpaid instalment": None if unpaid is None else unpaid.isoformat()}
    return json.dumps({"outcome": "suppress", "rule": rule, "seen": seen, "decided_at": at.isoformat()})
