// Every sentence that people read in the widget.

const TEXTS = {
  close: "Close",
  fresh: "New conversation",
  label: "Your question",
  hint: "Type your question",
  ask: "Ask",
  stop: "Stop",
  again: "Ask again",
  reload: "Try again",
  tries: "Questions to try",
  conversation: "Conversation",
  you: "You asked",
  answer: "Answer",
  states: {
    searching: "Searching the archive …",
    reading: "Reading the best passages …",
    checking: "Checking the quotes …",
  },
  sources: (count) => (count === 1 ? "1 source" : `${count} sources`),
  source: (number, title) => `Source ${number}: ${title}`,
  untitled: "Untitled article",
  undated: "undated",
  also: "Also published by",
  beside: "Stands beside it in the article:",
  read: "Read it in the article",
  newTab: "(opens in a new tab)",
  unsupported: "Not found word for word in the archive.",
  understood: "Understood as:",
  abstained: "The archive does not seem to hold the answer.",
  confidence: { High: "High confidence", Fair: "Fair confidence", Low: "Low confidence" },
  searched: (count) => `${count.toLocaleString("en")} ${count === 1 ? "article" : "articles"} searched`,
  newest: "newest of",
  ready: "An answer is ready",
  stopped: "Stopped.",
  dropped: "The connection was lost; asking again …",
  offline: "This device is offline; the question is asked again as soon as it is back.",
  unreachable: "The archive cannot be reached at the moment.",
  busy: (seconds) => `Too many questions at the moment. Please ask again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
  signedOut: "Your access has expired. Please reload the page, or sign in to it again.",
  notHere: "This page may not use the archive.",
  failed: "Something went wrong while answering.",
  unreadable: "The answer could not be read.",
  counted: (length, most) => `${length.toLocaleString("en")} of ${most.toLocaleString("en")} characters`,
};

const MONTHS = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];

// A date as people write it, in the article's own offset: never converted, never guessed.
function spokenDay(moment) {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?!\d)/.exec(moment);
  const month = found && MONTHS[Number(found[2]) - 1];
  return month ? `${Number(found[3])} ${month} ${found[1]}` : moment.slice(0, 40);
}
