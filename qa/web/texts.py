"""Every sentence that people read on the pages, in one place."""

TITLE = "Dateline"
LEAD = "Ask the archive. Every answer quotes the sentence it rests on; where the archive holds none, it says so."
QUESTION_LABEL = "Your question"
QUESTION_HINT = "Ask about the articles in this archive"
ASK = "Ask"
NEW = "New conversation"
TRY = "Three questions to try"
EMPTY_CONVERSATION = "Nothing asked yet. The answer will stand here, and the passages it quotes beside it."
EMPTY_PANEL = "The quoted passages will stand here, each with the sentence marked in its paragraph."
CONVERSATION = "Conversation"
YOU = "You asked"
ANSWER = "Answer"
STATES = {
    "searching": "Searching the archive …",
    "reading": "Reading the best passages …",
    "checking": "Checking the quotes …",
}
SOURCES = "Sources"
CLOSEST = "Closest, but not an answer"
READ = "Read it in the article"
UNTITLED = "Untitled article"
UNDATED = "undated"
ALSO = "Also published by"
AS_OF = "as of"
CONFIDENCE = {"High": "High confidence", "Fair": "Fair confidence", "Low": "Low confidence"}
OLD_REVISION = "This is an earlier revision: the article has changed since it was quoted."
CORRECTION = "The article says of itself:"
NEWEST_REVISION = "Show the newest one"
BACK = "Ask the archive"
FACTS = {
    "publisher": "Publisher",
    "author": "Author",
    "section": "Section",
    "published_at": "Published",
    "updated_at": "Updated",
    "retrieved_at": "Retrieved",
    "url": "Address",
}
PROBLEM = "That did not work"
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
