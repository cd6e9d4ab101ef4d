"""An index made with another recipe is refused, naming the command."""

import pytest

from qa.errors import IndexMismatch
from qa.index.recipe import CHUNKING, Recipe, check


def test_the_same_recipe_is_accepted_and_spoken_in_one_line():
    made = Recipe("mini@1234", 384)
    check(made.as_dict(), "mini@1234")
    assert str(made) == f"mini@1234/384 {CHUNKING}"


@pytest.mark.parametrize(
    ("model", "chunking"),
    [("mini@9999", CHUNKING), ("mini@1234 (incomplete)", CHUNKING), ("mini@1234", "sentences-0/100")],
)
def test_another_recipe_is_refused_naming_the_command(model, chunking):
    with pytest.raises(IndexMismatch, match="dateline repair --re-embed") as caught:
        check(Recipe(model, 384, chunking).as_dict(), "mini@1234")
    assert model in caught.value.user_message
