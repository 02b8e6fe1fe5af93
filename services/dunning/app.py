"""Composition of dunning."""

from schemas import ledger, lending, notifier
from services.dunning.api.routers import dunning_routers
from services.dunning.cases.case_work import CaseWork
from services.dunning.handlers import CaseHandler
from services.dunning.ladder.files import load_ladders
from services.dunning.ladder.store import LadderKeeper
from services.dunning.looks import Looks
from services.dunning.offer_desk import OfferDesk
from services.dunning.settings import DunningSettings, load_offer_policy
from services.eventing.service import ServiceParts
from services.eventing.settings import Settings
from services.eventing.work_loop import WorkLoop


def dunning(settings: Settings) -> ServiceParts:
    """The parts of dunning: borrowers are read before loans. Raises DocumentError when a policy is wrong."""
    own = DunningSettings()
    ladders = load_ladders(own.ladder_file, own.ladders_dir)
    work = CaseWork(
        LadderKeeper(ladders), OfferDesk(load_offer_policy(own.offer_policy_file)), settings.calendar_id,
        settings.topic_partitions,
    )  # fmt: skip
    return ServiceParts(
        name="dunning",
        topics=[lending.TOPIC, ledger.TOPIC, notifier.TOPIC],
        handler=CaseHandler(work),
        work=lambda pool: [WorkLoop("dunning-looks", pool, Looks(work))],
        api=lambda connections: dunning_routers(connections, work),
    )
