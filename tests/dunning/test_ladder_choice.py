"""Who goes by which ladder: champion and challenger, hold-out group, and what a change means for cases under way."""

from collections import Counter
from pathlib import Path

import pytest

from services.dunning.cases.case_file import CaseFile
from services.dunning.ladder.choice import HOLD_OUT, Chosen, LadderChoice, Ladders, UnknownLadder, parse_choice
from services.dunning.ladder.files import load_ladders
from services.dunning.ladder.policy import LadderPolicy
from services.yaml_documents import DocumentError
from tests.dunning.cases import Story, case, ladder, overdue, step, upcoming

CHOICE = """\
experiment: spring
arms:
  - {name: champion, ladder: old, percent: 70}
  - {name: challenger, ladder: new, percent: 20}
hold_out_percent: 10
"""
BORROWERS = [f"borrower-{number}" for number in range(10_000)]
OLD, NEW = (ladder(step("soft", 1), version=version) for version in ("old", "new"))


def choice(text: str = CHOICE) -> LadderChoice:
    return parse_choice(text, "choice.yaml")


def arms(chosen: LadderChoice) -> dict[str, str]:
    return {borrower: chosen.arm_of(borrower)[0] for borrower in BORROWERS}


def ladders(under_way: str = "keep") -> Ladders:
    """Everybody is to go by the new ladder."""
    text = f"experiment: change\narms: [{{name: a, ladder: new, percent: 100}}]\nunder_way: {under_way}\n"
    return Ladders({"old": OLD, "new": NEW}, choice(text))


def under_the_old(*, late: bool) -> CaseFile:
    """A case that was evaluated by the old ladder."""
    story = Story(OLD, case(OLD, overdue() if late else upcoming(due=300)))
    story.on(5)
    story.case.arm = "before"
    return story.case


def test_every_borrower_stays_in_their_arm() -> None:
    assert arms(choice()) == arms(choice())
    assert choice().arm_of("borrower-1") == (HOLD_OUT, "old")


def test_the_split_follows_the_shares() -> None:
    counts = Counter(arms(choice()).values())
    assert {arm: round(count / len(BORROWERS), 2) for arm, count in counts.items()} == {
        "champion": pytest.approx(0.70, abs=0.02),
        "challenger": pytest.approx(0.20, abs=0.02),
        HOLD_OUT: pytest.approx(0.10, abs=0.02),
    }


def test_another_experiment_splits_anew() -> None:
    before, after = arms(choice()), arms(choice(CHOICE.replace("spring", "summer")))
    moved = sum(before[one] != after[one] for one in BORROWERS) / len(BORROWERS)
    assert moved == pytest.approx(1 - (0.7**2 + 0.2**2 + 0.1**2), abs=0.02)


def test_more_for_the_first_arm_takes_nobody_out_of_it() -> None:
    before = arms(choice())
    after = arms(choice(CHOICE.replace("70", "80").replace("20}", "10}")))
    assert all(after[one] == "champion" for one in BORROWERS if before[one] == "champion")


def test_the_hold_out_group_goes_by_the_first_ladder() -> None:
    held_out = next(one for one in BORROWERS if choice().arm_of(one)[0] == HOLD_OUT)
    assert choice().arm_of(held_out) == (HOLD_OUT, "old")
    chosen = Ladders({"old": OLD, "new": NEW}, choice()).choose(CaseFile(held_out))
    assert (chosen.policy, chosen.is_held_out) == (OLD, True)


def test_of_the_hold_out_groups_ladder_only_required_steps_are_taken() -> None:
    policy = ladder(step("soft", 1), step("firm", 10, required=True), step("final", 30))
    story = Story(policy, case(policy, overdue()), is_held_out=True).by_looks(1, 60)
    assert story.notices == [(10, "firm")]


def test_a_case_that_is_new_goes_by_the_chosen_ladder() -> None:
    assert ladders().choose(CaseFile("borrower-1")) == Chosen(NEW, "a")


def test_a_case_under_way_keeps_its_ladder_and_arm() -> None:
    assert ladders().choose(under_the_old(late=True)) == Chosen(OLD, "before")


def test_a_case_under_way_moves_where_the_choice_says_so_and_tells_from_where() -> None:
    assert ladders("move").choose(under_the_old(late=True)) == Chosen(NEW, "a", moved_from="old")


@pytest.mark.parametrize("under_way", ["keep", "move"])
def test_a_case_that_is_not_past_due_goes_by_the_new_ladder_without_more_ado(under_way: str) -> None:
    assert ladders(under_way).choose(under_the_old(late=False)) == Chosen(NEW, "a")


def test_a_case_whose_ladder_is_the_chosen_one_did_not_move() -> None:
    one = under_the_old(late=True)
    one.policy_version = "new"
    assert ladders("move").choose(one) == Chosen(NEW, "a")


def test_a_case_under_way_on_a_ladder_that_is_gone_is_an_error() -> None:
    one = under_the_old(late=True)
    one.policy_version = "lost"
    with pytest.raises(UnknownLadder, match="ladder 'lost', wanted by borrower 'borrower-1': no document has this"):
        ladders().choose(one)


def test_older_ladders_are_kept_for_cases_under_way() -> None:
    only_new = Ladders({"new": NEW}, ladders().choice)
    assert only_new.with_older({"old": OLD}).choose(under_the_old(late=True)).policy is OLD


def test_an_arm_without_a_ladder_is_an_error() -> None:
    with pytest.raises(UnknownLadder, match="ladder 'new', wanted by arm 'challenger'"):
        Ladders({"old": OLD}, choice())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("percent: 70", "percent: 60", "choice.yaml:2 arms: the shares of arms and hold-out group make 90, not 100"),
        ("challenger", "champion", "choice.yaml:4 arms[1].name: 'champion' is taken"),
        ("challenger", "hold-out", "choice.yaml:4 arms[1].name: 'hold-out' is taken"),
        ("percent: 20", "percent: 0", "choice.yaml:4 arms[1].percent: Input should be greater than or equal to 1"),
        ("hold_out_percent: 10", "hold_out_percent: 60", "choice.yaml:5 hold_out_percent: Input should be less than"),
        ("hold_out_percent: 10", "hold_out: 10", "choice.yaml:5 hold_out: unknown key"),
        ("experiment: spring\n", "", "choice.yaml:1 experiment: missing"),
    ],
)
def test_faults_of_a_choice_name_line_and_path(old: str, new: str, expected: str) -> None:
    assert old in CHOICE
    with pytest.raises(DocumentError) as caught:
        choice(CHOICE.replace(old, new))
    assert str(caught.value.problems[0]).startswith(expected)


def folder_with(folder: Path, **documents: str) -> Path:
    for name, text in documents.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def document(policy: LadderPolicy, version: str) -> str:
    (only,) = policy.steps
    return (
        f"version: {version}\nsteps:\n"
        f"  - {{id: {only.id}, at_days: {only.at_days}, template: {only.template}, channels: [email]}}\n"
    )


def test_a_folder_of_ladders_is_read_with_its_choice(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, old=document(OLD, "old"), new=document(NEW, "new"), choice=CHOICE)
    loaded = load_ladders(folder=folder)
    assert set(loaded.ladders.policies) == set(loaded.documents) == {"old", "new"}
    assert loaded.ladders.choice == choice()


def test_two_documents_of_one_version_are_refused(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, a=document(OLD, "old"), b=document(OLD, "old"), choice=CHOICE)
    with pytest.raises(DocumentError, match=r"b\.yaml:1 version: 'old' is the version of another document"):
        load_ladders(folder=folder)


def test_without_files_everybody_goes_by_the_default_ladder() -> None:
    loaded = load_ladders()
    assert loaded.ladders.choose(CaseFile("borrower-1")) == Chosen(loaded.ladders.first, "champion")
    assert loaded.ladders.first.version == "default-2"
