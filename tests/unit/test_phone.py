"""Numbers: what is refused, and what is derived."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.model.base import parse
from ebbtide.model.phone import KEYPAD, Phone, TextLine, is_short_code, keyed, shapes
from ebbtide.problem import Places


def phone(country: str, **fields: str) -> Phone:
    made, problems = parse(Phone, fields, Places("contacts.yaml"))
    assert made is not None, problems
    made.at_home_in(country)
    return made


def refused(model: type[Phone] | type[TextLine] = Phone, **fields: str) -> tuple[str, str, str]:
    made, problems = parse(model, fields, Places("contacts.yaml"))
    assert made is None
    (problem,) = problems
    return problem.rule, problem.message, problem.hint


@pytest.mark.parametrize(
    ("country", "fields", "display", "href"),
    [
        ("US", {"number": "+18006624357"}, "1-800-662-4357", "tel:+18006624357"),
        ("US", {"number": "+18006624357", "letters": "HELP"}, "1-800-662-HELP (4357)", "tel:+18006624357"),
        (
            "US",
            {"number": "+18778467369", "letters": "8-HOPENY"},
            "1-877-8-HOPENY (1-877-846-7369)",
            "tel:+18778467369",
        ),
        ("US", {"number": "+18778467369", "letters": "HOPENY"}, "1-877-8-HOPENY (1-877-846-7369)", "tel:+18778467369"),
        ("US", {"number": "+18444357498", "letters": "HELP4WV"}, "1-844-HELP4WV (1-844-435-7498)", "tel:+18444357498"),
        (
            "US",
            {"number": "+18332346343", "letters": "2FINDHELP"},
            "1-833-2FINDHELP (1-833-234-6343)",
            "tel:+18332346343",
        ),
        ("US", {"number": "+18088323100"}, "1-808-832-3100", "tel:+18088323100"),
        ("CA", {"number": "+18006624357"}, "1-800-662-4357", "tel:+18006624357"),
        ("US", {"number": "+12025550123", "extension": "45"}, "1-202-555-0123", "tel:+12025550123,45"),
        ("US", {"number": "988"}, "988", "tel:988"),
        ("US", {"number": "988", "press": "1"}, "988", "tel:988"),
        ("AU", {"number": "000"}, "000", "tel:000"),
        ("GB", {"number": "116123"}, "116123", "tel:116123"),
        ("AU", {"number": "+61131126"}, "13 11 26", "tel:131126"),
        ("AU", {"number": "+611800250015"}, "1800 250 015", "tel:1800250015"),
        ("NZ", {"number": "+64800764766", "letters": "POISON"}, "0800 POISON (0800 764 766)", "tel:0800764766"),
        ("DE", {"number": "+491806313031"}, "0180 6 313031", "tel:01806313031"),
        ("NL", {"number": "+318000113"}, "0800 0113", "tel:08000113"),
        ("GB", {"number": "+442079460018"}, "020 7946 0018", "tel:02079460018"),
        # Whoever is in another country needs the code, and so does a line for the whole world.
        ("US", {"number": "+442079460018"}, "+44 20 7946 0018", "tel:+442079460018"),
        ("INT", {"number": "+12025550123"}, "+1 202-555-0123", "tel:+12025550123"),
        ("EU", {"number": "112"}, "112", "tel:112"),
    ],
)
def test_what_a_number_looks_like_and_dials(country: str, fields: dict[str, str], display: str, href: str) -> None:
    made = phone(country, **fields)
    assert (made.display, made.href) == (display, href)


def test_a_number_without_a_country_is_shown_for_the_whole_world() -> None:
    made, _ = parse(Phone, {"number": "+442079460018"}, Places(""))
    assert made is not None
    assert made.display == made.international == "+44 20 7946 0018"


def test_every_string_of_digits_that_stands_for_a_number_is_owned() -> None:
    assert phone("US", number="+18006624357", letters="HELP").owned == {"18006624357", "8006624357"}
    assert phone("DE", number="+491806313031").owned == {"491806313031", "1806313031", "01806313031"}
    assert phone("US", number="988").owned == {"988"}


@pytest.mark.parametrize(
    ("number", "message", "hint"),
    [
        (
            "+1800662435",
            "+1800662435 has too few digits for a number in +1.",
            "Compare it with its source, digit by digit.",
        ),
        (
            "+180066243577",
            "+180066243577 has too many digits for a number in +1.",
            "Compare it with its source, digit by digit.",
        ),
        ("+15551234567", "+15551234567 cannot be a number in +1.", "Compare it with its source, digit by digit."),
        ("+9991234567", "+9991234567 begins with no country's code.", "Check its first digits."),
        (
            "+1 800-662-4357",
            "+1 800-662-4357 has signs between its digits.",
            "Write +18006624357; the page groups it by itself.",
        ),
        (
            "800-662-4357",
            "800-662-4357 has no country code, so it is not certain whose number it is.",
            "Write +, then country code and number without a 0 before it, with nothing between the digits.",
        ),
        (
            "9-8-8",
            "9-8-8 is not a telephone number.",
            "Write digits only: + with country code and number, or a short code of 2 to 6 digits.",
        ),
        (
            "1-800-662-HELP",
            "1-800-662-HELP is not a telephone number.",
            "Write digits only: + with country code and number, or a short code of 2 to 6 digits.",
        ),
        (
            "+0800662435",
            "+0800662435 is not a telephone number.",
            "Write digits only: + with country code and number, or a short code of 2 to 6 digits.",
        ),
        (
            "9",
            "9 is not a telephone number.",
            "Write digits only: + with country code and number, or a short code of 2 to 6 digits.",
        ),
        (
            "٩١١",  # digits, but not those that a telephone's link understands
            "٩١١ is not a telephone number.",
            "Write digits only: + with country code and number, or a short code of 2 to 6 digits.",
        ),
    ],
)
def test_what_is_no_number_is_refused(number: str, message: str, hint: str) -> None:
    assert refused(number=number) == ("phone-number", message, hint)
    assert refused(TextLine, number=number) == ("phone-number", message, hint)


@pytest.mark.parametrize(
    ("number", "letters", "message"),
    [
        ("+18007997233", "HOPE", "HOPE spells 4673 on a telephone's keys, but +18007997233 ends in 7233."),
        ("+18007994673", "SAFE", "SAFE spells 7233 on a telephone's keys, but +18007994673 ends in 4673."),
        (
            "+18332346344",
            "2FINDHELP",
            "2FINDHELP spells 234634357 on a telephone's keys, but +18332346344 ends in 332346344.",
        ),
        (
            "+64800764766",
            "POISONED",
            "POISONED spells 76476633 on a telephone's keys, but +64800764766 ends in 00764766.",
        ),
    ],
)
def test_letters_that_spell_another_number_are_refused(number: str, letters: str, message: str) -> None:
    hint = "One of the two has a wrong sign: compare both with the source."
    assert refused(number=number, letters=letters) == ("phone-letters", message, hint)


@pytest.mark.parametrize("letters", ["4357", "HELP!", "-HELP", "HE--LP", "HÉLP"])
def test_letters_must_be_on_the_keys(letters: str) -> None:
    rule, message, _ = refused(number="+18006624357", letters=letters)
    assert (rule, message) == ("phone-letters", f"{letters} cannot be keyed.")


def test_the_keypad_is_the_one_on_telephones() -> None:
    assert len(KEYPAD) == 26
    assert keyed("abc-DEF-ghi-jkl-mno-pqrs-tuv-wxyz-0-1") == "2223334445556667777888999901"


TWO_TO_NINE = st.sampled_from("23456789")
DIGIT = st.sampled_from("0123456789")


@given(st.lists(DIGIT, min_size=7, max_size=7).map("".join), st.integers(1, 7), st.randoms(use_true_random=False))
def test_any_word_on_the_keys_shows_the_same_digits(local: str, count: int, random: object) -> None:
    """What is seen, letters turned back into digits, is the number, and so is what stands in brackets."""
    number = f"+1800{local}"
    choices = {digit: [letter for letter, key in KEYPAD.items() if key == digit] or [digit] for digit in "0123456789"}
    letters = "".join(random.choice(choices[digit]) for digit in local[-count:])  # type: ignore[attr-defined]
    made, problems = parse(Phone, {"number": number, "letters": letters}, Places(""))
    if made is None:
        assert {problem.rule for problem in problems} <= {"phone-number", "phone-letters"}
        return
    made.at_home_in("US")
    shown, _, brackets = made.display.partition(" (")
    assert keyed(shown).replace(" ", "") == number[1:]
    assert number.endswith(keyed(brackets.rstrip(")")))
    assert len(keyed(brackets.rstrip(")"))) >= 4


def test_short_codes_are_two_to_six_digits() -> None:
    assert [code for code in ("1", "11", "112", "741741", "1234567", "+112", "11a") if is_short_code(code)] == [
        "11",
        "112",
        "741741",
    ]


def test_text_lines_have_their_keyword_written() -> None:
    line = TextLine(number="741741", keyword="HOME", keyword_in={"es": "AYUDA"})
    assert line.href == "sms:741741?&body=HOME"
    assert line.href_for("es") == "sms:741741?&body=AYUDA"
    assert line.href_for("fr") == "sms:741741?&body=HOME"
    assert line.keyword_for("es") == "AYUDA"
    assert TextLine(number="988").href == "sms:988"
    assert TextLine(number="988", keyword="HELP ME & US").href == "sms:988?&body=HELP%20ME%20%26%20US"


def test_a_text_line_follows_the_country_of_its_contact() -> None:
    line = TextLine(number="+18025655465", keyword="LINK")
    line.at_home_in("US")
    assert (line.display, line.href) == ("1-802-565-5465", "sms:+18025655465?&body=LINK")
    assert line.owned == {"18025655465", "8025655465"}


@pytest.mark.parametrize("country", ["", "INT", "EU", "ZZ", "US"])
def test_shapes_know_every_region(country: str) -> None:
    assert shapes("+442079460018", country).dial == "+442079460018"


def test_the_numbering_plans_are_read_only_when_a_number_is() -> None:
    """Reading them takes 40 to 60 ms, longer than a build of an unchanged site may take."""
    code = "import sys, ebbtide.model.contact; sys.exit('phonenumbers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
