"""The thirteen laws that every action keeps, as functions of a case. Each raises LawBroken."""

from __future__ import annotations

from openqrm.plugin_api.testing.law_of_faults import law_13_a_faulty_answer_does_no_harm
from openqrm.plugin_api.testing.laws_of_change import (
    law_03_ensuring_satisfies,
    law_04_the_inverse_restores,
    law_05_a_crash_is_harmless,
    law_07_locks_cover_what_is_touched,
)
from openqrm.plugin_api.testing.laws_of_data import (
    law_01_actions_round_trip,
    law_02_looking_changes_nothing,
    law_06_an_action_is_pure_data,
    law_12_an_action_is_honest,
)
from openqrm.plugin_api.testing.laws_of_speech import (
    law_08_refusals_are_typed,
    law_09_no_secret_is_told,
    law_10_nasty_names_stay_words,
    law_11_descriptions_speak,
)

LAWS = (
    law_01_actions_round_trip,
    law_02_looking_changes_nothing,
    law_03_ensuring_satisfies,
    law_04_the_inverse_restores,
    law_05_a_crash_is_harmless,
    law_06_an_action_is_pure_data,
    law_07_locks_cover_what_is_touched,
    law_08_refusals_are_typed,
    law_09_no_secret_is_told,
    law_10_nasty_names_stay_words,
    law_11_descriptions_speak,
    law_12_an_action_is_honest,
    law_13_a_faulty_answer_does_no_harm,
)
