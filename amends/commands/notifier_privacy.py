"""`amends notifier`: keys, retention, and one borrower's data: exported, erased."""

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from amends.service_connection import ended, with_service
from services.eventing.clock import SystemClock
from services.eventing.database import Connection
from services.notifier.archive.audit import Audited, AuditedAction
from services.notifier.archive.audit_store import note
from services.notifier.archive.borrower_records import ErasureRecord
from services.notifier.archive.erasure import ErasureOrder, ErasureRefused, erase_borrower
from services.notifier.archive.export import BorrowerExport, BorrowerNotKnown, export_borrower
from services.notifier.archive.retention_work import Retention, RetentionPlan
from services.notifier.contact_rules.rule_sets import RuleSets, UnknownRuleSet, rule_sets_with
from services.notifier.sealing import key_ring
from services.notifier.sealing.key_ring import KeyRing, SealBroken, WrongKeys
from services.notifier.sealing.key_usage import KeyUsage, key_usage
from services.notifier.settings import NotifierSettings
from services.yaml_documents import DocumentError

_CALLER = "command-line"
BorrowerArgument = Annotated[str, typer.Argument(help="The borrower's id.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept in the audit. No names or contact data.")]
ActorOption = Annotated[str, typer.Option("--actor", help="In whose name; the system user without it.")]


def new_key(
    key_id: Annotated[str, typer.Option("--id", help="The key's id; today's date without it.")] = "",
    is_bare: Annotated[bool, typer.Option("--bare", help="Without an id, as the index key is given.")] = False,
) -> None:
    """Make a key for AMENDS_NOTIFIER_CONTACT_KEYS, as `id:base64`; put it in front of the keys there.

    With --bare, for AMENDS_NOTIFIER_CONTACT_INDEX_KEY. It is kept nowhere.
    """
    key = key_ring.new_key()
    named = f"{key_id or SystemClock().now().strftime('%Y%m%d')}:{key}"
    try:
        KeyRing.parse(named, key)
    except WrongKeys as error:
        raise typer.BadParameter(f"{key_id!r}: {error.reason}", param_hint="--id") from None
    typer.echo(key if is_bare else named)


def keys(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Tell how many values each key sealed, and which keys may be dropped. Reads all tables with sealed values."""
    ring = _keys()

    async def ask(connection: Connection) -> KeyUsage:
        return await key_usage(connection, ring)

    usage = with_service("notifier", ask)
    if as_json:
        typer.echo(json.dumps(usage.as_document(), indent=1))
        return
    table = Table("key", "state", "values", *usage.tables)
    for row in usage.rows:
        table.add_row(row.key_id, row.state, str(row.values), *(str(row.by_table.get(one, 0)) for one in usage.tables))
    Console().print(table)


def retention(
    is_dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what the service would erase; it erases by itself.")
    ] = False,
) -> None:
    """Tell of how many loans and borrowers the time to keep records is over. The service erases them day by day."""
    if not is_dry_run:
        raise ended("the notifier erases by itself, day by day: ask with --dry-run what it would")
    own = NotifierSettings()
    step = Retention(_rule_sets(own), own.contact_rules, SystemClock())

    async def ask(connection: Connection) -> RetentionPlan:
        return await step.planned(connection)

    plan = with_service("notifier", ask, UnknownRuleSet)
    if plan.latest is None:
        typer.echo(f"the rules {own.contact_rules} say nothing of records: nothing is erased")
        return
    typer.echo(f"last activity before {plan.latest.isoformat(timespec='minutes')}")
    typer.echo(f"loans to erase: {plan.loans}\nborrowers to erase whole: {plan.borrowers}")


def export(
    borrower_id: BorrowerArgument,
    reason: ReasonOption,
    output: Annotated[Path | None, typer.Option(help="A new file for it; standard output without it.")] = None,
    actor: ActorOption = "",
) -> None:
    """Give out all that the notifier holds of a borrower, as JSON."""
    ring = _keys()

    async def read(connection: Connection) -> BorrowerExport:
        at = SystemClock().now()
        async with connection.transaction():
            found = await export_borrower(connection, ring, borrower_id, at)
            await note(connection, [_by("exported", borrower_id, actor, reason)])
        return found

    document = with_service("notifier", read, BorrowerNotKnown, SealBroken).model_dump_json(indent=1)
    if output is None:
        typer.echo(document)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            output.chmod(0o600)
            file.write(document + "\n")
    except OSError as error:
        raise ended(f"{output}: {error.strerror}") from None


def erase(
    borrower_id: BorrowerArgument,
    reason: ReasonOption,
    is_forced: Annotated[
        bool, typer.Option("--force", help="In spite of open loans and of records that must be kept.")
    ] = False,
    actor: ActorOption = "",
) -> None:
    """Erase contact data and texts of a borrower; ids, times, rules and hashes stay as proof.

    Refused with exit code 1 while loans are open or the contact rules demand that records are kept.
    """
    own = NotifierSettings()
    rule_sets = _rule_sets(own)

    async def do(connection: Connection) -> ErasureRecord:
        at = SystemClock().now()
        kept = rule_sets.in_force(own.contact_rules, at).records_kept
        order = ErasureOrder(reason, _by("erased", borrower_id, actor, reason), is_forced)
        async with connection.transaction():
            return await erase_borrower(connection, borrower_id, order, kept, at)

    erasure = with_service("notifier", do, BorrowerNotKnown, ErasureRefused, UnknownRuleSet)
    counts = ", ".join(f"{rows} {kind.replace('_', ' ')}" for kind, rows in erasure.counts.items())
    typer.echo(f"{borrower_id} is erased ({erasure.kind}): {counts or 'nothing was left'}")


def _by(action: AuditedAction, borrower_id: str, actor: str, reason: str) -> Audited:
    who = actor or getpass.getuser()
    return Audited(borrower_id, SystemClock().now(), action, _CALLER, operator=who, what={"reason": reason})


def _keys() -> KeyRing:
    own = NotifierSettings()
    try:
        return KeyRing.parse(own.contact_keys.get_secret_value(), own.contact_index_key.get_secret_value())
    except WrongKeys as error:
        raise ended(f"AMENDS_NOTIFIER_CONTACT_KEYS or AMENDS_NOTIFIER_CONTACT_INDEX_KEY: {error}") from None


def _rule_sets(own: NotifierSettings) -> RuleSets:
    try:
        return rule_sets_with(own.contact_rules_files)
    except (DocumentError, OSError) as error:
        raise ended(str(error)) from None
