"""Settings: the only place that reads the environment and ``DATA/dateline.toml``.

Precedence: values passed in code, then ``DATELINE_*`` variables, then ``dateline.toml`` in the data folder, then the
defaults below. Every field's ``description`` is its row in the README's table (a test holds them equal).
"""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from qa.errors import BadSettings
from qa.patterns import written
from qa.sites import Site, SiteName

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

DATA_DIR_VARIABLE = "DATELINE_DATA_DIR"
SETTINGS_FILE = "dateline.toml"
PACKAGED_MODEL = "all-MiniLM-L6-v2"


def whole_path(path: str | Path) -> Path:
    """Return a path that means the same in every folder and for every process, with ``~`` filled in."""
    return Path(os.path.expanduser(path)).absolute()


def default_data_dir() -> Path:
    """Return ``DATELINE_DATA_DIR`` or the platform's user data folder."""
    named = os.environ.get(DATA_DIR_VARIABLE)
    return whole_path(named) if named else Path(platformdirs.user_data_dir("dateline", appauthor=False))


def default_cache_dir() -> Path:
    """Return the platform's user cache folder."""
    return Path(platformdirs.user_cache_dir("dateline", appauthor=False))


WholePath = Annotated[Path, AfterValidator(whole_path)]
Token = Annotated[SecretStr, Field(min_length=16, max_length=500)]
Network = Annotated[str, AfterValidator(lambda given: str(ip_network(given, strict=False)))]
HeaderName = Annotated[
    str,
    written("[A-Za-z][A-Za-z0-9-]{0,63}", "it is a header's name, of letters, digits and hyphens"),
    AfterValidator(str.lower),
]
ChatModelName = Annotated[str, written(r"[a-z][a-z0-9_-]*:\S+", "it is written provider:model, such as openai:gpt-4o")]
ProxyAddress = Annotated[
    str, written(r"http://[A-Za-z0-9.-]+(:\d{1,5})?/?", "it is written http://HOST:PORT, without a name or password")
]


def server_address(given: str) -> str:
    """Return the address of a chat model's server, which programs show: nothing secret may be in it."""
    try:
        parts = urlsplit(given)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and not re.search(r"\s", given)
    except ValueError:  # a port that is none, brackets that do not close
        whole = False
    if not whole:
        raise ValueError("it begins with http:// or https:// and names a server")
    if "@" in parts.netloc:
        raise ValueError("it must hold no user name or password; a key belongs in `chat_api_key`")
    return given


ServerAddress = Annotated[str, AfterValidator(server_address)]


class Settings(BaseSettings):
    """Everything that can be set, frozen once read.

    Raises:
        BadSettings: An unknown name, an unreadable file or a value out of range.
    """

    model_config = SettingsConfigDict(env_prefix="DATELINE_", env_ignore_empty=True, frozen=True, extra="forbid")

    data_dir: WholePath = Field(default_factory=default_data_dir, description="Folder that holds the archive.")
    cache_dir: WholePath = Field(
        default_factory=default_cache_dir,
        description="Folder for files that can be made again, such as the model prepared for this processor.",
    )
    embedding_model: str = Field(
        PACKAGED_MODEL,
        description="Embedding model: the packaged one, or the folder of any sentence-transformers model.",
    )
    embedding_backend: Literal["auto", "onnx", "torch"] = Field(
        "auto",
        description="`onnx` is the fast path for the packaged model, `torch` the reference; `auto` chooses.",
    )
    languages: tuple[str, ...] = Field(
        ("en",),
        description="What the embedding model reads, as ISO codes; what is in other languages is found by words.",
    )
    cross_encoder: str | None = Field(
        None,
        min_length=1,
        description="Cross-encoder that puts the first passages in order: a model's folder, or its cached name.",
    )
    cross_encoder_passages: int = Field(
        20, ge=2, le=50, description="How many passages it reads for a question; each takes its time."
    )
    entailment_model: str | None = Field(
        None,
        min_length=1,
        description="Model (NLI cross-encoder) that also checks what a chat model writes: its folder, or cached name.",
    )
    threads: int = Field(0, ge=0, le=256, description="Processor threads for embedding; 0 uses every core.")
    level: Literal["strict", "balanced", "open"] = Field(
        "balanced", description="How sure an answer must be; `open` answers whenever there is any evidence."
    )
    engine: Literal["quotes", "chat"] = Field(
        "quotes", description="How answers are written: `quotes` needs no language model, `chat` asks `chat_model`."
    )
    chat_model: ChatModelName | None = Field(
        None,
        description="Chat model of the engine `chat`, `provider:model` as LangChain names it, such as `openai:NAME`.",
    )
    chat_base_url: ServerAddress | None = Field(
        None, description="Address of the chat model's server; the provider's own where it is not set."
    )
    chat_api_key: SecretStr | None = Field(None, description="Key for that server; never shown, never logged.")
    chat_first_token_seconds: float = Field(
        30.0, gt=0, description="Time within which the chat model must begin; then quotes are shown instead."
    )
    chat_answer_seconds: float = Field(90.0, gt=0, description="Time within which the chat model must be done.")
    chat_retries: int = Field(
        1, ge=0, le=5, description="How often a busy or unreachable chat model is asked again, within the first time."
    )
    chat_max_tokens: int = Field(500, ge=16, le=8192, description="Longest reply asked of the chat model, in tokens.")
    unsupported: Literal["drop", "mark"] = Field(
        "drop", description="What becomes of a sentence of the chat model that the archive does not support."
    )
    keyword_search: bool = Field(
        True, description="Whether words count; without them, passages are found and ranked by meaning alone."
    )
    relative_dates: Literal["today", "newest_article"] = Field(
        "today",
        description="What “last week” and “this month” are counted from: today, or the archive's newest article's day.",
    )
    max_question_chars: int = Field(2000, ge=1, description="Longest question accepted, in characters.")
    max_article_mb: float = Field(
        5.0, gt=0, description="Largest single article accepted (a text file, or one line of a corpus file), in MB."
    )
    max_document_mb: float = Field(
        50.0,
        gt=0,
        le=1000,
        description="Largest HTML, PDF, DOCX, mail or feed file, or answer of a web server, accepted, in MB.",
    )
    max_parse_seconds: float = Field(
        20.0, gt=0, description="Time that reading one such file may take; then its parser is killed and it is skipped."
    )
    max_parse_memory_mb: int = Field(
        1024, ge=256, description="Memory that the process reading such files may take, in MB."
    )
    max_file_mb: float = Field(4096.0, gt=0, description="Largest corpus file accepted, after decompression, in MB.")
    max_fetch_seconds: float = Field(30.0, gt=0, description="Time that fetching one web address may take.")
    fetch_delay_seconds: float = Field(
        1.0, ge=0, description="Pause between two requests to one host; longer where its robots.txt asks for it."
    )
    web_proxy: ProxyAddress | None = Field(
        None,
        description="Proxy that web addresses are fetched through, `http://HOST:PORT`; none is taken from elsewhere.",
    )
    fetch_loopback: bool = Field(
        False, description="For tests only: whether this machine's own addresses may be fetched, on any port."
    )

    editors_add_articles: bool = Field(
        False, description="Whether editors may add articles in the browser and over HTTP; the command line always may."
    )
    max_upload_mb: float = Field(
        200.0, gt=0, le=4000, description="Most that an editor may send at once, in MB; larger loads are for `ingest`."
    )
    login: Literal["auto", "always", "never"] = Field(
        "auto",
        description="Whether people sign in: `auto` asks for it unless the server is used on its own machine only.",
    )
    reader_token: Token | None = Field(
        None, description="What readers sign in with; without it one is made in `reader.token` in the data folder."
    )
    editor_token: Token | None = Field(
        None, description="What editors sign in with; without it one is made in `editor.token` in the data folder."
    )
    trusted_proxies: tuple[Network, ...] = Field(
        (), description="Addresses or networks of proxies whose `x-forwarded-for` and `x-forwarded-proto` are believed."
    )
    proxy_user_header: HeaderName | None = Field(
        None,
        description="Header in which such a proxy names who is signed in; it must drop what others sent in it.",
    )
    proxy_editors: tuple[str, ...] = Field((), description="Names so given that are editors.")
    questions_per_minute: int = Field(
        60,
        ge=1,
        description="Questions a person may send in a minute, other requests ten times; none counts on this machine.",
    )
    address_questions_per_minute: int = Field(
        240, ge=1, description="The same for one address, of version 6 for its network (/64)."
    )
    max_waiting: int = Field(
        64, ge=0, le=10_000, description="Questions that may wait while others are answered; more are sent away."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto",
        description="How the server's log is written: `json`, an object a line, `text` for people; `auto` is `json`, "
        "or on a terminal only what goes wrong.",
    )
    log_questions: bool = Field(
        False,
        description="Whether the log holds questions, and editors see at `/unanswered` what was asked in vain; "
        "switched off, what was kept is erased at the next start.",
    )
    keep_questions_days: int = Field(
        90,
        ge=1,
        le=36_500,
        description="Days after which a question at `/unanswered` is erased, counted from the last time.",
    )
    sites: dict[SiteName, Site] = Field(
        {}, description="Widget sites, each a table `[sites.NAME]` of the settings file; see below."
    )

    def __init__(self, **values: Any) -> None:
        """Read the settings and turn what is wrong with them into one sentence."""
        if "data_dir" in values:
            values["data_dir"] = whole_path(values["data_dir"])
        try:
            super().__init__(**values)
        except ValidationError as exc:
            first = exc.errors()[0]
            name = ".".join(str(part) for part in first["loc"]) or "settings"
            raise BadSettings(f"The setting {name!r} is not valid: {_told(first)}.") from exc
        except (ValueError, OSError) as exc:
            raise BadSettings(f"The settings file cannot be read: {exc}.") from exc

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the data folder's own settings file below the environment."""
        given = init_settings().get("data_dir")
        folder = Path(given) if given else default_data_dir()
        toml = TomlConfigSettingsSource(settings_cls, toml_file=folder / SETTINGS_FILE)
        return (init_settings, env_settings, toml)


def _told(error: "ErrorDetails") -> str:
    """Return what is wrong in words that go on a sentence: a check's own, or else pydantic's."""
    own = error.get("ctx", {}).get("error")
    said = str(own) if isinstance(own, ValueError) else error["msg"]
    return said[:1].lower() + said[1:]
