"""What became of the inputs of an ingestion, in the same words on a terminal and on a page."""

from qa.types import IngestReport, Skipped, Suspicious


def told(report: IngestReport) -> list[tuple[str, list[str]]]:
    """Return sentences about a report, each with the inputs that it speaks of."""
    verb = "would be " if report.dry_run else ""
    counts = ", ".join(f"{getattr(report, name)} {name}" for name in ("added", "updated", "unchanged", "removed"))
    rate = f" ({report.words / report.seconds:,.0f} words/s)" if report.seconds and report.embedded else ""
    found: list[tuple[str, list[str]]] = [
        (f"Articles {verb}{counts}; {_count(report.embedded, 'passage')} embedded in {report.seconds:.1f} s{rate}.", [])
    ]
    if report.lost_characters:
        lost = f"{report.lost_characters:,} characters had been lost before they came here; nothing was guessed."
        found.append((lost, []))
    if report.suspicious:
        speak, are = ("speaks", "it is") if len(report.suspicious) == 1 else ("speak", "they are")
        passages = _count(len(report.suspicious), "passage")
        head = f"{passages} {speak} to a machine and not to readers; {are} kept, not quoted:"
        found.append((head, [f"{where(one)}: {one.reason}" for one in report.suspicious]))
    if report.duplicates:
        near = sum(duplicate.kind == "near" for duplicate in report.duplicates)
        exact = len(report.duplicates) - near
        copies = f"Of other articles {exact} are copies to the letter and {near} near copies; each story is found once."
        found.append((copies, []))
    if report.skipped:
        head = f"{_count(len(report.skipped), 'input')} {'was' if len(report.skipped) == 1 else 'were'} skipped:"
        found.append((head, [f"{where(skip)}: {skip.reason}" for skip in report.skipped]))
    return found


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def where(found: Skipped | Suspicious) -> str:
    """Name an input and, in a corpus file, its line."""
    return f"{found.input}, line {found.line}" if found.line else found.input


def in_time(seconds: float) -> str:
    """Return a duration as people read it."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
