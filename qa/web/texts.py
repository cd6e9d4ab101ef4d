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
TRY = "Three questions to try"
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
CLEAR = "Clear all limits"
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
    "How many tonnes of cargo did Saltmere harbour handle in the third quarter of 2023?",
)
"""For the sample archive."""
SAMPLE_PUBLISHERS = frozenset({"The Saltmere Courier", "Northshore Press Agency", "Tideway Radio News"})
QUESTION_FROM_TITLE = "What is reported about “{title}”?"
EMPTY_ARCHIVE = "The archive holds no articles yet; `dateline ingest` takes some in."
SIGN_IN = "Sign in"
SIGN_IN_LEAD = "This archive is not open to everybody. Whoever looks after it can give you a token."
TOKEN = "Token"
WRONG_TOKEN = "This is not one of the archive's tokens."
SIGNED_IN = "You are signed in as {name} ({role})."
SIGN_OUT = "Sign out"

FOR_SCRIPT = {
    "searching": STATES["searching"],
    "stopped": STOPPED,
    "lost": "The server cannot be reached; your question is in the box again.",
    "copied": "Copied, with its sources.",
    "linked": "The link to this answer is copied.",
    "copy_failed": "The browser did not let this page copy.",
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
