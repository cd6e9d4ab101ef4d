"""The error tree: one sentence, one code, one status and one exit code each."""

import re

import pytest

from qa import errors
from qa.errors import DatelineError, FolderLocked, Interrupted, UsageError, WriteFailed


def tree(kind=DatelineError, depth=0):
    yield depth, kind
    for child in kind.__subclasses__():
        yield from tree(child, depth + 1)


KINDS = [kind for _, kind in tree() if kind.__module__ == "qa.errors"]


def test_the_drawing_is_the_tree():
    drawn = re.findall(r"^([│ ]*)(?:[├└]── )?(\w+)(?:  .*)?$", errors.__doc__.split("\n\n")[1], re.MULTILINE)
    names = [name for _, name in drawn]
    assert sorted(names) == sorted(kind.__name__ for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_has_one_json_shape(kind):
    error = kind("It did not work.")
    body = error.as_dict()["error"]
    assert body == {"code": kind.code, "message": "It did not work.", "retryable": kind.retryable, "id": error.id}
    assert re.fullmatch(r"[0-9a-f]{8}", error.id)
    assert str(error) == error.user_message


def test_codes_are_unique_and_readable():
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_use_exits_with_2_an_interrupt_as_shells_do_and_everything_else_with_1(kind):
    assert kind.exit_code == (2 if issubclass(kind, UsageError) else 130 if kind is Interrupted else 1)
    assert (400 <= kind.http_status < 500) >= issubclass(kind, UsageError)


def test_only_what_may_pass_by_itself_is_worth_trying_again():
    assert {kind for kind in KINDS if kind.retryable} == {FolderLocked, WriteFailed}


def test_two_errors_have_two_ids():
    assert DatelineError("a").id != DatelineError("a").id
