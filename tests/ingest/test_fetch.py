"""Fetching: what is never connected to, and what a server may do without harm."""

import contextlib
import gzip
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time

import pytest

from ingest.addresses import is_public, reachable, target_of
from ingest.fetch import Fetcher, Marks
from ingest.rows import Unreadable
from qa.config import Settings

from . import site as web

CONNECTED: list = []
_WATCHING = threading.Event()


def _audit(event, arguments):
    if event == "socket.connect" and _WATCHING.is_set():
        CONNECTED.append(arguments[1])


sys.addaudithook(_audit)  # it cannot be taken away again, so it listens only when asked to


@pytest.fixture
def connected():
    """The addresses that this process connected to during the test."""
    CONNECTED.clear()
    _WATCHING.set()
    yield CONNECTED
    _WATCHING.clear()


@pytest.fixture
def site():
    with web.served() as made:
        yield made


@pytest.fixture
def fetcher(tmp_path):
    limits = {"max_fetch_seconds": 1.5, "fetch_delay_seconds": 0, "max_document_mb": 2}
    return Fetcher(Settings(data_dir=tmp_path, fetch_loopback=True, **limits))


def refused(fetcher, url):
    with pytest.raises(Unreadable) as told:
        fetcher.get(url)
    return told.value.code


def resolver(*addresses):
    def resolve(host, port, **_):
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    return resolve


# Addresses -------------------------------------------------------------------------------------------------------

NOT_PUBLIC = (
    *("127.0.0.1", "127.8.9.10", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1"),
    *("198.51.100.7", "203.0.113.9", "224.0.0.1", "224.0.1.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("168.63.129.16", "::", "::1", "::127.0.0.1", "::10.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1"),
    *("2001::1", "2001:0:53aa:64c:0:0:80ff:fffe", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::"),
    *("2002:808:808::1", "3fff::1", "3fff:fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1"),
    *("fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "not an address", ""),
)
PUBLIC = (
    "93.184.216.34",
    "8.8.8.8",
    "192.0.1.1",
    "2606:2800:220:1:248:1893:25c8:1946",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
)
DISGUISED = (
    *("localhost", "LOCALHOST.", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0"),
    *("①②⑦.⓪.⓪.①", "127。0。0。1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"),
    *("[0:0:0:0:0:0:0:1]", "0.0.0.0", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused_before_connecting(tmp_path, connected, address):
    assert not is_public(address)
    fetcher = Fetcher(Settings(data_dir=tmp_path), resolver(address))
    assert refused(fetcher, "http://news.example/a") == "address"
    assert (
        refused(Fetcher(Settings(data_dir=tmp_path), resolver("8.8.8.8", address)), "http://news.example/") == "address"
    )
    assert connected == []


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address):
    assert is_public(address)
    assert reachable(target_of("http://news.example/"), False, resolver(address))


@pytest.mark.parametrize("port", ["", ":443", ":{port}"])
@pytest.mark.parametrize("host", DISGUISED)
def test_this_machine_is_not_reached_under_any_of_its_names(tmp_path, connected, host, port):
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0)
    with contextlib.closing(listener):
        place = host + port.format(port=listener.getsockname()[1])
        # Some systems do not know some of the disguises as addresses, which is as good.
        assert refused(Fetcher(Settings(data_dir=tmp_path)), f"http://{place}/") in {
            "address",
            "unreachable",
            "bad_url",
        }
        assert connected == []
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    "url",
    [
        *(
            "ftp://news.example/a",
            "file:///etc/passwd",
            "gopher://news.example/",
            "javascript:alert(1)",
            "//",
            "http://",
        ),
        *("http://user@news.example/", "http://user:word@news.example/", "http://news.example@127.0.0.1/"),
        *("http://[fe80::1%25eth0]/", "http://news.example:99999/", "http://a b/", "http://news.example/\nHost: x"),
        *("http://\x00/", "http://" + "a" * 300 + ".example/", "http://news.example/" + "a" * 5000, "http://[::1/"),
        *("http://news.example\\@127.0.0.1/", "http://\u202enews.example/", "http://%31%32%37.0.0.1/"),
    ],
)
def test_what_is_no_plain_web_address_is_refused(tmp_path, connected, url):
    assert refused(Fetcher(Settings(data_dir=tmp_path), resolver("8.8.8.8")), url) == "bad_url"
    assert connected == []


@pytest.mark.parametrize("port", [22, 25, 8080, 6379, 65535, 0])
def test_only_the_ports_of_the_web_are_used(tmp_path, connected, port):
    fetcher = Fetcher(Settings(data_dir=tmp_path), resolver("8.8.8.8"))
    assert refused(fetcher, f"http://news.example:{port}/") == "address"
    loopback = Fetcher(Settings(data_dir=tmp_path, fetch_loopback=True), resolver("8.8.8.8"))
    assert refused(loopback, f"http://news.example:{port}/") == "address"
    assert connected == []


@pytest.mark.parametrize(
    ("given", "base", "url"),
    [
        ("HTTP://News.Example:80/a b".replace(" ", "%20"), "", "http://news.example/a%20b"),
        ("https://news.example:443", "", "https://news.example/"),
        ("https://zürich.example/ü?q=ö#part", "", "https://xn--zrich-kva.example/%C3%BC?q=%C3%B6"),
        ("../b?x=1&y=%2F", "https://news.example/a/c/d", "https://news.example/a/b?x=1&y=%2F"),
        ("//other.example/x", "https://news.example/", "https://other.example/x"),
        ("http://[2606:2800::1]:8080/", "", "http://[2606:2800::1]:8080/"),
    ],
)
def test_addresses_are_brought_to_one_form(given, base, url):
    assert target_of(given, base).url == url


def test_the_connection_goes_to_the_address_that_was_checked(site, tmp_path, connected):
    """Whatever the name means a moment later; the server is still told the name."""
    site.routes["/a"] = b"<p>Hello</p>"
    asked = []

    def changing(host, port, **_):
        asked.append(host)
        return resolver("127.0.0.1" if len(asked) <= 2 else "10.0.0.1")(host, port)

    fetcher = Fetcher(Settings(data_dir=tmp_path, fetch_loopback=True, fetch_delay_seconds=0), changing)
    assert fetcher.get(site.url("/a", "news.example")).body == b"<p>Hello</p>"
    assert asked == ["news.example"] * 2  # once for robots.txt, once for the page
    assert set(connected) == {("127.0.0.1", site.port)}
    assert {headers["Host"] for _, headers in site.requests} == {f"news.example:{site.port}"}
    assert refused(fetcher, site.url("/a", "news.example")) == "address"


def test_proxies_of_the_environment_are_not_used(site, fetcher, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    site.routes["/a"] = b"<p>Hello</p>"
    assert fetcher.get(site.url("/a")).body == b"<p>Hello</p>"


def test_a_proxy_that_a_setting_names_is_used(site, tmp_path, connected):
    proxy = f"http://127.0.0.1:{site.port}"
    fetcher = Fetcher(Settings(data_dir=tmp_path, web_proxy=proxy, fetch_delay_seconds=0), resolver("8.8.8.8"))
    site.routes["http://news.example/a"] = b"<p>Hello</p>"
    assert fetcher.get("http://news.example/a").body == b"<p>Hello</p>"
    assert site.paths == ["http://news.example/robots.txt", "http://news.example/a"]
    assert set(connected) == {("127.0.0.1", site.port)}
    fetcher.resolve = resolver("10.0.0.1")
    assert refused(fetcher, "http://inside.example/") == "address"
    assert refused(Fetcher(fetcher.settings, resolver("8.8.8.8")), "https://news.example/") == "unreachable"


# Redirects -------------------------------------------------------------------------------------------------------


def test_redirects_are_followed_a_few_times(site, fetcher):
    for number in range(8):
        site.routes[f"/{number}"] = ((301, 302, 303, 307, 308)[number % 5], {"Location": f"{number + 1}"}, b"moved")
    site.routes["/8"] = b"<p>Here</p>"
    assert fetcher.get(site.url("/3")).url == site.url("/8")
    assert refused(fetcher, site.url("/2")) == "redirects"
    site.routes["/loop"] = (302, {"Location": "/loop"}, b"")
    assert refused(fetcher, site.url("/loop")) == "redirects"
    assert site.paths.count("/loop") == 6


@pytest.mark.parametrize(
    ("location", "code"),
    [
        *(("http://169.254.169.254/latest/meta-data/", "address"), ("http://10.0.0.1/", "address")),
        *(("http://[::ffff:10.0.0.1]/", "address"), ("http://[fd00:ec2::254]/", "address")),
        *(("file:///etc/passwd", "bad_url"), ("http://a@127.0.0.1/", "bad_url"), ("http://[", "bad_url")),
    ],
)
def test_a_redirect_leads_nowhere_that_is_not_allowed(site, fetcher, connected, location, code):
    site.routes["/a"] = (302, {"Location": location}, b"")
    assert refused(fetcher, site.url("/a")) == code
    assert set(connected) == {("127.0.0.1", site.port)}


# Servers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "code"),
    [
        *((web.slow, "timeout"), (web.slow_headers, "timeout"), (web.endless, "too_large"), (web.bomb, "too_large")),
        *((web.broken_off, "damaged"), (web.nonsense, "damaged")),
        ((200, {}, bytes(2_000_001)), "too_large"),
        ((200, {"Content-Encoding": "gzip"}, b"no gzip"), "damaged"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"abc" * 1000)[:-9]), "damaged"),
        ((200, {"Content-Encoding": "br"}, b"x"), "encoding"),
        *(((404, {}, b"x"), "status"), ((500, {}, b"x"), "status"), ((403, {}, b"x"), "status")),
        *(((304, {}, b""), "status"), ((999, {}, b""), "status"), ((302, {}, b""), "status")),
        ((200, {f"X-{number}": "x" for number in range(200)}, b""), "damaged"),
        ((200, {"X": "x" * 70_000}, b""), "damaged"),
    ],
)
def test_a_server_costs_a_bounded_time_and_size(site, fetcher, route, code):
    site.routes["/a"] = route
    started = time.monotonic()
    assert refused(fetcher, site.url("/a")) == code
    assert time.monotonic() - started < 4
    site.routes["/b"] = b"<p>The next is read.</p>"
    assert fetcher.get(site.url("/b")).body == b"<p>The next is read.</p>"


def test_a_compressed_body_is_unpacked(site, fetcher):
    site.routes["/a"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"<p>Hello</p>" * 9))
    assert fetcher.get(site.url("/a")).body == b"<p>Hello</p>" * 9


def test_a_host_that_does_not_answer_is_asked_once(tmp_path, connected):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    fetcher = Fetcher(Settings(data_dir=tmp_path, fetch_loopback=True))
    assert [refused(fetcher, f"http://127.0.0.1:{port}/{page}") for page in "abc"] == ["unreachable"] * 3
    assert len(connected) == 1


@pytest.mark.parametrize("answer", [(429, {}, b""), (503, {"Retry-After": "60"}, b"")])
def test_a_host_that_wants_fewer_requests_gets_none(site, fetcher, answer):
    site.routes["/a"] = answer
    assert refused(fetcher, site.url("/a")) == "status"
    assert refused(fetcher, site.url("/b")) == "busy"
    assert site.pages() == ["/a"]


def test_nothing_of_this_machine_is_told(site, fetcher):
    site.routes["/a"] = (200, {"Set-Cookie": "id=1"}, b"x")
    fetcher.get(site.url("/a"))
    fetcher.get(site.url("/a"))
    names = set(site.requests[-1][1])
    assert names == {"Host", "Accept-Encoding", "Connection", "User-Agent", "Accept"}
    assert site.requests[-1][1]["User-Agent"].startswith("Dateline")


def test_between_two_requests_to_one_host_is_a_pause(site, tmp_path):
    waits = []
    fetcher = Fetcher(Settings(data_dir=tmp_path, fetch_loopback=True, fetch_delay_seconds=5), sleep=waits.append)
    site.routes["/a"] = b"x"
    site.routes["/robots.txt"] = b"User-agent: *\nCrawl-delay: 12\nDisallow: /private"
    fetcher.get(site.url("/a"))
    fetcher.get(site.url("/a"))
    assert [round(wait) for wait in waits] == [12, 12]


# robots.txt ------------------------------------------------------------------------------------------------------

ROBOTS = b"""User-agent: *
Disallow: /private
Disallow: /*.pdf$

User-agent: Dateline
Disallow: /ours
Allow: /ours/open
"""


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        *((ROBOTS, "/ours/a", False), (ROBOTS, "/ours/open/a", True), (ROBOTS, "/private", True)),
        *((ROBOTS.replace(b"Dateline", b"Other"), "/private/a", False), (b"", "/a", True)),
        *((ROBOTS.replace(b"Dateline", b"Other"), "/x.pdf", False), ((404, {}, b""), "/a", True)),
        *(((403, {}, b""), "/a", True), ((500, {}, b""), "/a", False), ((429, {}, b""), "/a", False)),
        *(((302, {"Location": "/robots.txt"}, b""), "/a", True), ((302, {"Location": "/r"}, b""), "/a", False)),
        *((b"\xff\xfe\0\0" * 1000, "/a", True), (b"User-agent: *\nDisallow: /\n" + b"#" * 3_000_000, "/a", False)),
        *((b"User-agent: *\nDisallow: /" + b"*a" * 3000, "/" + "a" * 1500, True), (web.slow, "/a", False)),
    ],
)
def test_robots_txt_is_honoured(site, fetcher, robots, path, allowed):
    site.routes.update({"/robots.txt": robots, path: b"<p>Hello</p>", "/r": b"User-agent: *\nDisallow: /"})
    if allowed:
        assert fetcher.get(site.url(path)).body == b"<p>Hello</p>"
    else:
        assert refused(fetcher, site.url(path)) in {"robots", "timeout"}
        assert path not in site.paths
    assert site.paths.count("/robots.txt") in (1, 6)
    assert site.paths[0] == "/robots.txt"


def test_a_redirect_to_a_forbidden_page_is_not_followed(site, fetcher):
    site.routes.update({"/robots.txt": ROBOTS, "/a": (302, {"Location": "/ours/b"}, b"")})
    assert refused(fetcher, site.url("/a")) == "robots"
    assert "/ours/b" not in site.paths


# What has not changed --------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_sent_again(site, fetcher):
    site.routes["/a"] = (200, {"ETag": '"1"', "Last-Modified": "Fri, 01 Mar 2024 08:30:00 GMT"}, b"<p>Hello</p>")
    first = fetcher.get(site.url("/a"))
    assert first.marks == Marks(site.url("/a"), '"1"', "Fri, 01 Mar 2024 08:30:00 GMT")
    again = fetcher.get(site.url("/a"), first.marks)
    assert (again.body, again.marks) == (None, first.marks)
    assert site.requests[-1][1]["If-Modified-Since"] == "Fri, 01 Mar 2024 08:30:00 GMT"
    site.routes["/a"] = b"<p>Changed</p>"
    assert fetcher.get(site.url("/a"), first.marks).body == b"<p>Changed</p>"


def test_the_marks_of_one_address_are_not_told_to_another(site, fetcher):
    site.routes.update({"/a": (302, {"Location": "/b"}, b""), "/b": (200, {"ETag": '"1"'}, b"x")})
    marks = fetcher.get(site.url("/a")).marks
    assert marks.url == site.url("/b")
    assert fetcher.get(site.url("/a"), marks).body is None
    assert ["If-None-Match" in headers for path, headers in site.requests if path in ("/a", "/b")][-2:] == [False, True]


# TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for news.example that nobody trusts yet."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=news.example -keyout key.pem -out cert.pem"
    extra = ["-addext", "subjectAltName=DNS:news.example"]
    subprocess.run([*command.split(), *extra], cwd=folder, check=True, capture_output=True)
    return folder


def test_certificates_are_checked_against_the_name(certificate, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    settings = Settings(data_dir=tmp_path, fetch_loopback=True, fetch_delay_seconds=0, max_fetch_seconds=3)
    trusting = ssl.create_default_context(cafile=certificate / "cert.pem")
    with web.served(wrap=lambda raw: context.wrap_socket(raw, server_side=True)) as site:
        site.routes["/a"] = b"<p>Hello</p>"
        here = resolver("127.0.0.1")
        url = f"https://news.example:{site.port}/a"
        assert Fetcher(settings, here, trusting).get(url).body == b"<p>Hello</p>"
        assert refused(Fetcher(settings, here), url) == "tls"
        assert refused(Fetcher(settings, here, trusting), url.replace("news", "other")) == "tls"
    with web.served() as plain:
        assert refused(Fetcher(settings, here, trusting), f"https://news.example:{plain.port}/a") in {
            "tls",
            "unreachable",
        }


def test_a_handshake_that_never_ends_is_given_up(tmp_path):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as silent:
        fetcher = Fetcher(Settings(data_dir=tmp_path, fetch_loopback=True, max_fetch_seconds=0.5))
        started = time.monotonic()
        assert refused(fetcher, f"https://127.0.0.1:{silent.getsockname()[1]}/") == "timeout"
        assert time.monotonic() - started < 2
