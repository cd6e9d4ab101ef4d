"""Documents of our own, made byte by byte: a page, a PDF, a DOCX, a mail, feeds and archives of them."""

import io
import json
import zipfile
import zlib
from email.message import EmailMessage

import docx

BODY = (
    "PORT VENN - The harbour bridge will be closed for eleven weeks from Monday, the council said on Friday evening.",
    "Engineers found cracks in two of its bearings in March, and the repair will cost four million crowns in all.",
    "“We would rather close it than pray,” said Marta Lund, who leads the works and has done so for nineteen years.",
    "Buses will use the old ferry road until the middle of June, and the fare will stay what it was in the winter.",
)
MENU = "Home News Sport Weather Subscribe now for four crowns a week"
LD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "Organization", "@id": "#us", "name": "The Venn Courier"},
        {
            "@type": "NewsArticle",
            "headline": "Harbour bridge closes for repairs",
            "datePublished": "2024-03-01T08:30:00+01:00",
            "dateModified": "2024-03-02T10:00:00+01:00",
            "author": [{"@type": "Person", "name": "Ida Holm"}, {"@type": "Person", "name": "Jon Ek"}],
            "publisher": {"@id": "#us"},
            "articleSection": "City",
            "inLanguage": "en",
            "mainEntityOfPage": {"@id": "https://courier.example/bridge?utm_source=feed"},
        },
    ],
}


def page(body=BODY, head=None, inside=""):
    if head is None:
        head = f'<script type="application/ld+json">{json.dumps(LD)}</script>'
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in body)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Bridge | Courier</title>{head}</head><body>'
        f"<nav><ul><li><a href='/'>{MENU}</a></li></ul></nav><article><h1>Harbour bridge closes for repairs</h1>"
        f"{paragraphs}{inside}</article><footer>Copyright The Venn Courier. All rights reserved.</footer></body></html>"
    ).encode()


def _pdf_text(text):
    return text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def pdf(pages, title=None, picture=False):
    """A PDF file of pages, each a list of lines; ``picture`` puts a grey picture on every page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", _FONT, b"<< /Title (%s) >>" % _pdf_text(title or "")]
    image = None
    if picture:
        image = len(objects) + 1
        head = b"<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        objects.append(head + b"/Length 64 >>\nstream\n" + bytes(64) + b"\nendstream")
    kids = []
    for lines in pages:
        content = (
            b"BT /F1 11 Tf 14 TL 72 780 Td " + b" ".join(b"(%s) Tj T*" % _pdf_text(line) for line in lines) + b" ET"
        )
        content += b" q 400 0 0 400 72 72 cm /I1 Do Q" if image else b""
        packed = zlib.compress(content)
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream")
        images = b"/XObject << /I1 %d 0 R >>" % image if image else b""
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R " % len(objects)
            + b"/Resources << /Font << /F1 3 0 R >> %s >> >>" % images
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _numbered(objects)


_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def _numbered(objects):
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(out + trailer % (len(objects) + 1, start))


def word(paragraphs=BODY, title="Harbour bridge closes for repairs", author="Ida Holm"):
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = title, author
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def saved(document):
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def mail(html=False, attachment=False):
    message = EmailMessage()
    message["From"] = "Ida Holm <ida@courier.example>"
    message["Subject"] = "Harbour bridge closes for repairs"
    message["Date"] = "Fri, 01 Mar 2024 08:30:00 +0100"
    message["Message-ID"] = "<bridge-1@courier.example>"
    if html:
        message.set_content(page().decode(), subtype="html")
    else:
        message.set_content("\n\n".join(BODY))
    if attachment:
        message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="plan.pdf")
    return message.as_bytes()


def rss(items=3, extra=""):
    entries = "".join(
        f"<item><title>Report {number}</title><link>https://courier.example/{number}</link><guid>n-{number}</guid>"
        f"<pubDate>Fri, 0{number + 1} Mar 2024 08:30:00 +0100</pubDate><category>City</category>"
        f"<description>&lt;p&gt;The ferry number {number} sailed &lt;b&gt;late&lt;/b&gt;.&lt;/p&gt;&lt;p&gt;Nobody was "
        "hurt.&lt;/p&gt;</description></item>"
        for number in range(items)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>The Venn Courier</title>'
        f"<link>https://courier.example/</link><language>en</language>{entries}{extra}</channel></rss>"
    ).encode()


def atom():
    return (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Valley Echo</title><entry><title>Wettest April</title>'
        b'<link href="https://echo.example/april"/><id>tag:echo,1</id><published>2024-05-02T06:00:00Z</published>'
        b"<updated>2024-05-03T07:00:00Z</updated><author><name>Jon Ek</name></author>"
        b"<content type='html'>&lt;p&gt;Rain fell on twenty-three days.&lt;/p&gt;</content></entry></feed>"
    )


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return stream.getvalue()
