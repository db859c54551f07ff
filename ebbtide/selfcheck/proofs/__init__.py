"""What is proved of a self-check before it is published: fifteen analyses, exact, with a witness in words for each failure.

How it works: a plan becomes a graph of small functions (`graph`, `reader`, `folds`), a part of the graph becomes an automaton
that reads the answers one by one and keeps only what later ones can still need (`schedule`, `automaton`), and the analyses
(`tables`, `scores`, `conditions`, `flags`, `blanks`, `monotone`, `lengths`, `disagree`, `versions`) read its last states.
Whatever would need too many states is said to be unproved. docs/proofs.md says for publishers what each analysis means.
"""

from __future__ import annotations

from collections.abc import Mapping

from ebbtide.model.questionnaire import Questionnaire
from ebbtide.selfcheck.plan import Plan
from ebbtide.selfcheck.proofs import conditions, flags, monotone, scores, tables
from ebbtide.selfcheck.proofs import versions as _versions
from ebbtide.selfcheck.proofs.page import report_html
from ebbtide.selfcheck.proofs.proof import Proof, prove
from ebbtide.selfcheck.proofs.versions import Comparison

RULES: Mapping[str, str] = {
    **tables.RULES,
    **conditions.RULES,
    **flags.RULES,
    **scores.RULES,
    **monotone.RULES,
    "unproved": "Every self-check is small enough for an exact proof.",
}
"""Every rule of this package, each in one plain sentence."""


def compare(
    old_questionnaire: Questionnaire, old_plan: Plan, new_questionnaire: Questionnaire, new_plan: Plan
) -> Comparison:
    """Analysis 15: which patterns of answers change their result between two versions. The plans hold all that it needs."""
    del old_questionnaire, new_questionnaire
    return _versions.compare(old_plan, new_plan)


__all__ = ["RULES", "Comparison", "Proof", "compare", "prove", "report_html"]
