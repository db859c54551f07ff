"""The questionnaire language: a questionnaire is compiled to a plan, and the plan is scored, put on paper and proved."""

from __future__ import annotations

from collections.abc import Mapping

from ebbtide.model import base as _base
from ebbtide.model import questionnaire as _model
from ebbtide.selfcheck import compile as _compile
from ebbtide.selfcheck import examples as _examples
from ebbtide.selfcheck import form as _form
from ebbtide.selfcheck import lower_ranges, lower_results, lower_scores, names, score_domains
from ebbtide.selfcheck import words as _words
from ebbtide.selfcheck.cases import cases
from ebbtide.selfcheck.compile import compile_questionnaire
from ebbtide.selfcheck.examples import check_examples, example_answers
from ebbtide.selfcheck.form import Form, make_form
from ebbtide.selfcheck.paper import paper_key
from ebbtide.selfcheck.plan import Plan
from ebbtide.selfcheck.references import references
from ebbtide.selfcheck.scorer import score
from ebbtide.selfcheck.words import translate

RULES: Mapping[str, str] = {
    **_base.RULES,
    **_model.RULES,
    **_form.RULES,
    **names.RULES,
    **lower_ranges.RULES,
    **lower_scores.RULES,
    **score_domains.RULES,
    **lower_results.RULES,
    **_compile.RULES,
    **_examples.RULES,
    **_words.RULES,
}
"""Every rule of the model of a questionnaire and of this package, each in one plain sentence."""

__all__ = [
    "RULES",
    "Form",
    "Plan",
    "cases",
    "check_examples",
    "compile_questionnaire",
    "example_answers",
    "make_form",
    "paper_key",
    "references",
    "score",
    "translate",
]
