"""The README says what the program does."""

from pathlib import Path

from qa.config import Settings

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def settings_table():
    """The table of settings, as it stands in the README."""
    folders = {"data_dir": "the platform's data folder", "cache_dir": "the platform's cache folder"}
    rows = [
        f"| `{name}` | {folders.get(name) or f'`{field.default}`'} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| setting | default | what it does |", "| --- | --- | --- |", *rows])


def test_the_table_of_settings_is_that_of_the_program():
    assert settings_table() in README


def test_the_two_commands_stand_on_the_first_screen():
    first_screen = "\n".join(README.splitlines()[:24])
    assert "make run" in first_screen
    assert "make test" in first_screen
