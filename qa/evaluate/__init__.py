"""How good the answers are on a set of questions: sets in, scores apart, a report and a gate out."""
