"""All analyses of one self-check, one after the other, and what they found."""

from __future__ import annotations

from dataclasses import dataclass

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.problem import Problem
from ebbtide.selfcheck.plan import Json, Plan
from ebbtide.selfcheck.proofs import blanks, conditions, disagree, flags, lengths, monotone, scores, tables
from ebbtide.selfcheck.proofs.automaton import without_collection
from ebbtide.selfcheck.proofs.study import Analysis, Study


@dataclass(frozen=True)
class Proof:
    """What is proved of a self-check. `problems` are its failures, sorted by place; none where all holds."""

    id: str
    version: str
    problems: list[Problem]
    analyses: dict[int, Analysis]

    @property
    def proved(self) -> bool:
        """Whether everything that can fail was proved, exactly."""
        return not self.problems

    def report(self) -> Json:
        """All analyses as JSON values. Counts are exact integers; witnesses are answers that `score` takes."""
        return {
            "id": self.id,
            "version": self.version,
            "proved": self.proved,
            "analyses": [
                {
                    "number": number,
                    "title": analysis.title,
                    "status": analysis.status,
                    "not_proved": analysis.open,
                    **analysis.data,
                }
                for number, analysis in self.analyses.items()
            ],
        }

    def text(self) -> str:
        """The report for a terminal."""
        from ebbtide.selfcheck.proofs.report import as_text

        return as_text(self)


def prove(questionnaire: Questionnaire, plan: Plan) -> Proof:
    """Prove what can be proved of a self-check that has compiled. Never raises for what its file says."""
    with without_collection():
        return _prove(questionnaire, plan)


def _prove(questionnaire: Questionnaire, plan: Plan) -> Proof:
    study = Study(questionnaire, plan)
    study.wanted = {*conditions.nodes(study), *scores.starts(study).values()}
    looked = tables.analyse(study)
    scores.analyse(study)
    conditions.analyse(study)
    flags.analyse(study, looked)
    blanks.analyse(study)
    monotone.analyse(study)
    lengths.analyse(study, looked)
    disagree.analyse(study)
    return Proof(plan.id, str(plan.data["version"]), sorted(study.problems), study.analyses)
