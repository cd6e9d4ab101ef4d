"""Where settings come from, and what is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from qa.config import Settings
from qa.errors import BadSettings


def write(folder, text):
    (folder / "dateline.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_without_anything_set_the_archive_is_where_the_platform_keeps_data(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Settings().data_dir.name == "dateline"
    assert Settings().max_question_chars == 2000
    assert Settings().level == "balanced"


def test_code_wins_over_the_environment_and_the_environment_over_the_file(monkeypatch, tmp_path):
    write(tmp_path, "threads = 1\nmax_question_chars = 11\nlevel = 'open'\n")
    monkeypatch.setenv("DATELINE_THREADS", "2")
    monkeypatch.setenv("DATELINE_MAX_QUESTION_CHARS", "12")
    found = Settings(data_dir=tmp_path, threads=3)
    assert (found.threads, found.max_question_chars, found.level) == (3, 12, "open")


def test_the_file_of_the_folder_that_the_environment_names_is_read(monkeypatch, tmp_path):
    write(tmp_path, "threads = 5\n")
    monkeypatch.setenv("DATELINE_DATA_DIR", str(tmp_path))
    assert Settings().data_dir == tmp_path
    assert Settings().threads == 5
    assert Settings(data_dir=tmp_path / "other").threads == 0


@pytest.mark.parametrize("given", ["archive", "./archive", "a/../archive"])
def test_a_relative_folder_stays_the_same_wherever_the_process_goes(monkeypatch, tmp_path, given):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATELINE_DATA_DIR", given)
    monkeypatch.setenv("DATELINE_CACHE_DIR", given)
    for found in (Settings(), Settings(data_dir=given, cache_dir=given)):
        assert found.data_dir.is_absolute()
        assert found.cache_dir.is_absolute()
        assert found.data_dir.resolve() == tmp_path / "archive"


def test_a_home_folder_is_found_however_it_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DATELINE_DATA_DIR", "~/news")
    write(Path(tmp_path / "news").mkdir() or tmp_path / "news", "threads = 7\n")
    for found in (Settings(), Settings(data_dir="~/news")):
        assert found.data_dir == tmp_path / "news"
        assert found.threads == 7


def test_an_empty_variable_is_as_good_as_none(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("DATELINE_DATA_DIR", "")
    assert Settings().data_dir == tmp_path / "dateline"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour = 'red'\n", "'colour'"),
        ("threads = -1\n", "'threads'"),
        ("threads = 257\n", "'threads'"),
        ("threads = 'many'\n", "'threads'"),
        ("level = 'sure'\n", "'level'"),
        ("max_question_chars = 0\n", "'max_question_chars'"),
        ("max_article_mb = 0\n", "'max_article_mb'"),
        ("embedding_backend = 'cuda'\n", "'embedding_backend'"),
        ("threads = \n", "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
        ("[[[", "cannot be read"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_one_sentence(tmp_path, text, words):
    with pytest.raises(BadSettings) as caught:
        Settings(data_dir=write(tmp_path, text))
    assert words in caught.value.user_message
    assert "\n" not in caught.value.user_message


def test_a_variable_that_is_wrong_is_refused_by_name(monkeypatch, tmp_path):
    monkeypatch.setenv("DATELINE_THREADS", "all")
    with pytest.raises(BadSettings, match="'threads'"):
        Settings(data_dir=tmp_path)


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("chat_model", "gpt-4o", "it is written provider:model, such as openai:gpt-4o"),
        ("chat_model", "openai:gpt 4o", "it is written provider:model, such as openai:gpt-4o"),
        ("chat_base_url", "api.example.org/v1", "it begins with http:// or https:// and names a server"),
        ("chat_base_url", "ftp://api.example.org", "it begins with http:// or https:// and names a server"),
        ("chat_base_url", "http://[::1", "it begins with http:// or https:// and names a server"),
        ("chat_base_url", "http://host:999999/v1", "it begins with http:// or https:// and names a server"),
        (
            "chat_base_url",
            "https://a:b@host/v1",
            "it must hold no user name or password; a key belongs in `chat_api_key`",
        ),
        ("web_proxy", "http://me:pw@proxy:3128", "it is written http://HOST:PORT, without a name or password"),
        ("proxy_user_header", "X Remote User", "it is a header's name, of letters, digits and hyphens"),
        ("threads", "all", "input should be a valid integer, unable to parse string as an integer"),
    ],
)
def test_what_a_setting_must_look_like_is_told_in_words(monkeypatch, tmp_path, name, given, told):
    monkeypatch.setenv(f"DATELINE_{name.upper()}", given)
    with pytest.raises(BadSettings) as caught:
        Settings(data_dir=tmp_path)
    assert caught.value.user_message == f"The setting {name!r} is not valid: {told}."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sites.Courier]\n", "small letters, digits and hyphens"),
        ("[sites.courier]\naccent = 'red'\n", "a colour is written #rgb or #rrggbb"),
        ("[sites.courier]\norigins = ['*']\n", "'*' is not an origin like https://intranet.example"),
    ],
)
def test_what_a_site_must_look_like_is_told_in_words(tmp_path, text, told):
    with pytest.raises(BadSettings) as caught:
        Settings(data_dir=write(tmp_path, text))
    assert told in caught.value.user_message
    assert not [sign for sign in ("^", "\\", "alue error") if sign in caught.value.user_message]


def test_good_addresses_and_names_are_kept(tmp_path):
    good = {
        "chat_model": "openai:org/model:7b",
        "chat_base_url": "http://[::1]:8080/v1",
        "web_proxy": "http://proxy.example:3128",
        "proxy_user_header": "x-remote-user",
    }
    found = Settings(data_dir=tmp_path, **good)
    assert {name: getattr(found, name) for name in good} == good
    assert Settings(data_dir=tmp_path, proxy_user_header="X-Remote-User").proxy_user_header == "x-remote-user"


def test_settings_stay_as_they_were_read(tmp_path):
    found = Settings(data_dir=tmp_path)
    with pytest.raises(ValidationError):
        found.threads = 3
