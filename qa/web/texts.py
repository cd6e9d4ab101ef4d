"""Every sentence that people read on the pages, in one place."""

TITLE = "Dateline"
LEAD = "Ask the archive. Every answer quotes the sentence it rests on; where the archive holds none, it says so."
QUESTION_LABEL = "Your question"
QUESTION_HINT = "Ask the archive a question"
ASK = "Ask"
STOP = "Stop"
NEW = ("New", "conversation")
"""On a phone only the first word is shown."""
CONVERSATIONS = "Conversations"
CLOSE = "Close"
NO_CONVERSATIONS = "Nothing asked yet. What you ask is kept here, on this server, for this browser."
KEEP = "Keep it"
RENAME = "Rename"
RENAME_LABEL = "New name of the conversation"
DELETE = "Delete"
DELETE_SURE = "Delete this conversation and its answers for good? Links to its answers stop working."
EXPORT_MARKDOWN = "Save as Markdown"
EXPORT_JSON = "Save as JSON"
TRY = "Questions to try"
WELCOME = "What would you like to know?"
CONVERSATION = "Conversation"
YOU = "You asked"
ANSWER = "Answer"
UNDERSTOOD = "Understood as:"
STATES = {
    "searching": "Searching the archive …",
    "reading": "Reading the best passages …",
    "checking": "Checking the quotes …",
}
SOURCES = "Sources"
EMPTY_PANEL = "The quoted passages will stand here, each with the sentence marked in its paragraph."
BACK_TO_SOURCES = "Back"
ALONE = "Open on its own page"
ARTICLE = "Article"
NO_SOURCES = "This answer quotes no article."
CLOSEST = "Closest, but not an answer"
READ = "Read it in the article"
SOURCE = "Source"
UNTITLED = "Untitled article"
UNDATED = "undated"
ALSO = "Also published by"
AS_OF = "as of"
CONFIDENCE = {"High": "High confidence", "Fair": "Fair confidence", "Low": "Low confidence"}
UNSUPPORTED = "Not supported by the archive:"
REMOVED = "This article was removed on"
REMOVED_SINCE = "This article is no longer in the archive."
REMOVED_CLAIM = "What was said here rested on an article that was removed on"
SEARCHED = ("article searched", "articles searched")
NEWEST = "newest of"
QUOTED = "Quoted word for word"
MADE = {
    "chat": "Written by a model, each sentence checked against its quotes",
    "archive": "About the archive itself",
    "fixed": "A fixed answer",
}
ONLY = "Only"
COPY = "Copy"
LINK = "Link"
EDIT = "Edit"
AGAIN = "Ask again"
GOOD = "Good answer"
BAD = "Not a good answer"
WHY = "What is wrong with it?"
REASONS = {
    "wrong": "The quotes do not answer the question",
    "missing": "The archive does hold the answer",
    "absent": "The archive cannot hold the answer",
    "other": "Something else",
}
WHY_MORE = "In your own words (optional)"
SEND = "Send"
FACTS = {
    "publisher": "Publisher",
    "author": "Author",
    "section": "Section",
    "published_at": "Published",
    "updated_at": "Updated",
    "retrieved_at": "Retrieved",
    "url": "Address",
}

# The filter bar.
FILTERS = "Limit to"
PUBLISHER = "Publisher"
SECTION = "Section"
DATES = "Date"
FROM = "From"
TO = "To"
CLEAR_LIMITS = "Clear all limits"
NO_SECTION = "No section"
REMOVE_LIMIT = "Remove the limit"
SECTION_TOO_WIDE = "These sections hold too many articles to be a limit; please add a publisher or dates."

# The reader.
OLD_REVISION = "This is an earlier revision: the article has changed since it was quoted."
CORRECTION = "The article says of itself:"
NEWEST_REVISION = "Show the newest one"
REVISION = "Revision"
REVISION_OF = "of"
OTHER_REVISIONS = "Others:"
BACK = "Ask the archive"
CITED = "Cited sentence"
CITED_OF = "of"
PREVIOUS = "Previous citation"
NEXT = "Next citation"
ORIGINAL = "Read the original"

# The page of the articles.
ARTICLES = "Articles"
ACCOUNT = "Account"
ADD = "Add articles"
ADDED_ELSEWHERE = "Articles are added on the server, with the command “dateline ingest”."
EDITORS_ADD = "Editors add articles here."
SIGN_IN_TO_ADD = "Sign in as an editor"
FILES = "Files"
FILES_HINT = "choose them, or drop them on this page"
KINDS = (
    "Text, Markdown, HTML, PDF, DOCX, mail, feeds, JSON lines, CSV, or a zip archive of these; "
    "at most {most} MB together."
)
ADDRESSES = "Web addresses of pages or feeds, one a line"
DEFAULT_PUBLISHER = "Publisher of articles that name none (optional)"
ADD_THEM = "Add"
SENDING = "Sending"
ADDING = "Adding"
WAITING = "Waiting for its turn …"
STOPPING = "Stopping …"
CANCEL = "Cancel"
CANCELLED = "Cancelled; what had been added by then is kept."
TAKEN_IN = ("article so far", "articles so far")
WORDS_PER_SECOND = "words a second"
LEFT = "left"
ADDED = ("article added", "articles added")
UPDATED = ("article updated", "articles updated")
ALREADY_THERE = ("article already there, unchanged", "articles already there, unchanged")
LEFT_OUT = "left out"
NOTHING_FOUND = "Nothing to add was found"
AND_MORE = "and {count:,} more"
FIND = "Find articles by title, publisher, section, date or address"
FIND_THEM = "Find"
ARTICLE_COUNT = ("article", "articles")
SHOWN_OF = "{first} to {last} shown, the last added first"
NONE_FOUND = "No article has all of these words."
EARLIER_PAGE = "Previous page"
LATER_PAGE = "Next page"
PAGES = "Pages of the list"
REMOVE = "Remove"
REMOVE_SURE = "Remove “{title}” with all its revisions?"
REMOVE_KEPT = (
    "{count} kept answer holds words of it; they are taken out of that answer.",
    "{count} kept answers hold words of it; they are taken out of those answers.",
)
REMOVE_COPIES = "The same report also came from {names}; those articles stay."
REMOVE_FOR_GOOD = "It stays removed: neither a feed nor an upload brings it back."
TAKES_NOTHING = "This server takes no articles in."
NOT_SWITCHED_ON = "This server takes no articles in over HTTP; the setting `editors_add_articles` switches it on."
TOO_MANY_INGESTIONS = "Too many uploads are waiting already; please try again when some are done."
NO_INGESTION = "There is no such upload; the server may have been started again since. What was added is kept."
BEING_ADDED = "Articles are being added at the moment; please remove it when that is done."
NOTHING_BROUGHT = "Nothing was sent: give files, `url`, `urls`, `articles`, or an article with its `text`."
TOO_MANY_ADDRESSES = "At most {most} addresses are taken at once."
NO_ADDRESS = "“{given}” is no web address; they begin with http:// or https://."
JSON_OR_FORM = "Send JSON (`application/json`) or a form with files (`multipart/form-data`)."
NOT_JSON = "The request's body is not a JSON object as described in /openapi.json."
JSON_TOO_LARGE = "At most {most} MB of JSON are taken at once; send larger loads as files."

# A kept answer.
KEPT = "A kept answer"
KEPT_LEAD = "This answer stands as it was given; the archive may have changed since."
LOOKED_IN = "Passages that were looked through"
HOW_MADE = "How this answer was made"
HOW = {
    "engine": "Made by",
    "model": "Model",
    "prompt": "Prompt",
    "recipe": "Recipe of the index",
    "confidence": "Confidence",
    "searched": "Searched",
    "limits": "Limited to",
    "as_of": "As of",
    "took": "Took",
    "id": "Answer",
}
PROBLEM = "That did not work"
STOPPED = "Stopped. Nothing of this was kept."

OWN_QUESTIONS = (
    "What does Pakistan require for joint dialogue?",
    "Why did the Island Rose lose power on the way home from the festival in July 2024?",
    "How many tonnes of cargo did Saltmere handle between January and March 2023?",
)
"""For the sample archive."""
SAMPLE_PUBLISHERS = frozenset({"The Saltmere Courier", "Northshore Press Agency", "Tideway Radio News"})
QUESTION_FROM_TITLE = "What is reported about “{title}”?"
EMPTY_ARCHIVE = "The archive holds no articles yet; the command “dateline ingest” takes some in."
UNANSWERED = "Questions without an answer"
UNANSWERED_LEAD = (
    "What readers asked and the archive could not answer, the most asked first; erased {days} days after the last time."
)
NONE_UNANSWERED = "There are none yet."
MOST_ASKED = "The {shown} most asked of {total}."
UNANSWERED_COLUMNS = ("Question", "Times", "Last", "Where", "Why not", "Clear")
OWN_PAGE = "this server"
WHY_NOT = {
    "no_evidence": "nothing on it",
    "low_confidence": "not sure enough",
    "filter_empty": "its limits left no article",
}
CLEAR = "Clear"
CLEAR_ALL = "Clear all"
CLEAR_ALL_LEAD = "All questions of this list are erased for good."
CLEAR_WHICH = "Please say which question is to be cleared."
NOT_KEPT = "Questions are not kept here; `log_questions = true` in the settings keeps those that have no answer."
SIGN_IN = "Sign in"
SIGN_IN_LEAD = "This archive is not open to everybody. Whoever looks after it can give you a token."
TOKEN = "Token"
WRONG_TOKEN = "This is not one of the archive's tokens."
FORGET_LEAD = (
    "Your conversations are there again when you sign in with this browser. Where others use it, have it forget them."
)
FORGET = "Sign out and forget my conversations here"
SIGNED_IN = "You are signed in as {name} ({role})."
SIGNED_IN_BY_TOKEN = {"editor": "You are signed in as an editor.", "reader": "You are signed in as a reader."}
SIGN_OUT = "Sign out"

FOR_LIBRARY = {
    "lost": "The server cannot be reached; please try again.",
    "nothing": "Choose a file, or give an address.",
    "too_large": "That is more than can be sent at once; the command “dateline ingest” takes any amount on the server.",
    "sending": SENDING,
    "stopping": STOPPING,
    "removing": "Removing …",
    "removed": "The article was removed.",
    "remove": REMOVE,
    "keep": "Keep it",
    "close": CLOSE,
}
"""What the script of the page of the articles says."""
FOR_SCRIPT = {
    "searching": STATES["searching"],
    "stopped": STOPPED,
    "lost": "The server cannot be reached; your question is in the box again.",
    "copied": "Copied, with its sources.",
    "linked": "The link to this answer is copied.",
    "copy_failed": "The browser did not let this page copy.",
    "cleared": "Questions are limited to nothing now.",
    "thanks": "Thank you; it was noted.",
    "deleted": "The conversation was deleted.",
    "renamed": "The conversation was renamed.",
    "answered": "Answer:",
    "opened": "The article is open beside the conversation.",
    "editing": "Change the question and ask again; what followed it is replaced.",
    "rename": RENAME_LABEL,
    "delete": DELETE_SURE,
    "ask": ASK,
    "stop": STOP,
}
"""What the chat page's script says."""
