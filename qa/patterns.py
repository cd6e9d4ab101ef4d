"""What a setting's text must look like, with words for who wrote it otherwise: a pattern would tell them nothing."""

import re

from pydantic import AfterValidator


def written(pattern: str, how: str) -> AfterValidator:
    """Return a check that a whole text fits a pattern, and says ``how`` it is written where it does not."""
    whole = re.compile(pattern)

    def check(given: str) -> str:
        if whole.fullmatch(given) is None:
            raise ValueError(how)
        return given

    return AfterValidator(check)
